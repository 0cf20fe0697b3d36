"""Whether a CRM could reach our address is told by both addresses."""

import pytest

from kam_sync.intake.reach import Reach, reach

OUT_THERE = "https://example.amocrm.ru"


@pytest.mark.parametrize(
    ("public_url", "found"),
    [
        (None, Reach.NOT_SET),
        ("", Reach.NOT_SET),
        ("https://kam.example.com/", Reach.FINE),
        ("https://8.8.8.8", Reach.FINE),
        ("http://kam.example.com", Reach.NOT_HTTPS),
        ("https://localhost:8000", Reach.NOT_PUBLIC),
        ("https://127.0.0.1", Reach.NOT_PUBLIC),
        ("https://10.0.0.5", Reach.NOT_PUBLIC),
        ("https://192.168.1.7", Reach.NOT_PUBLIC),
        ("https://[::1]", Reach.NOT_PUBLIC),
        ("https://[fd00::1]", Reach.NOT_PUBLIC),
        ("https://[::ffff:10.0.0.5]", Reach.NOT_PUBLIC),
        ("https://[64:ff9b::10.0.0.5]", Reach.NOT_PUBLIC),
        ("https://kam", Reach.NOT_PUBLIC),
        ("https://kam.corp.internal", Reach.NOT_PUBLIC),
        ("https://KAM.LOCAL.", Reach.NOT_PUBLIC),
    ],
)
def test_a_crm_out_there_needs_https_and_a_public_name(
    public_url: str | None, found: Reach
) -> None:
    assert reach(public_url, OUT_THERE) is found


@pytest.mark.parametrize("crm", ["http://127.0.0.1:9", "http://crm.lan", "https://10.1.1.1"])
def test_a_crm_in_our_own_network_may_call_whatever_it_sees_there(crm: str) -> None:
    assert reach("http://127.0.0.1:8000", crm) is Reach.FINE
    assert reach(None, crm) is Reach.NOT_SET
