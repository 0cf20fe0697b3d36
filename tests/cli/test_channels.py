"""`kam-sync channel ...`."""

import io
from collections.abc import Iterator

import pytest

from tests.commands import Command
from tests.fakes.mailbox import Mailbox

SECRET = "abcdefg_hijklmnop_qrstuv-wxyz0123"
CHAT = f"tgram://123456789:{SECRET}/-1001234567"


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A mail server on this machine, allowed."""
    monkeypatch.setenv("KAM_SYNC_ALLOWED_TARGETS", "127.0.0.1")
    with Mailbox() as box:
        yield box


def test_a_channel_is_made_from_standard_input_tried_and_removed(
    kam_sync: Command, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{box.url}\n"))
    made = kam_sync("channel", "add", "olga", "--url", "-", "--locale", "en")
    assert made.code == 0, made.err
    assert "channel test olga" in made.err
    tried = kam_sync("channel", "test", "olga")
    assert (tried.code, "taken" in tried.out) == (0, True)
    assert box.mails[0]["subject"] == "kam_sync: a trial"
    box.refusal = "554 no"
    refused = kam_sync("channel", "test", "olga", "--json")
    assert refused.code == 1
    assert refused.document["error"] == "not taken: the mail server answers 554"
    for command, state in (("pause", "paused"), ("resume", "active")):
        assert kam_sync("channel", command, "olga").code == 0
        [listed] = kam_sync("channel", "list", "--json").document["channels"]
        assert listed["state"] == state
    assert kam_sync("channel", "sends", "olga", "--json").document == {"sends": []}
    assert "0 to be sent again" in kam_sync("channel", "retry", "olga").err
    assert kam_sync("channel", "set", "olga", "--zone", "Asia/Omsk", "--locale", "ru").code == 0
    assert kam_sync("channel", "remove", "olga", "--yes").code == 0
    assert kam_sync("channel", "list").err.startswith("no channel yet")


def test_routes_are_said_and_taken_back(kam_sync: Command) -> None:
    assert kam_sync("channel", "add", "head", "--url", CHAT).code == 0
    made = kam_sync(
        *("channel", "route", "head", "--owner", "Пётр Ильин", "--event", "escalated"),
        *("--escalates-after", "3"),
    )
    assert made.code == 0, made.err
    listed = kam_sync("channel", "list")
    assert "owner Пётр Ильин, kpi any, rule any, severity low and up" in listed.out
    assert "events escalated, after 3 working days" in listed.out
    assert "nobody in the CRMs is called so" in listed.out
    assert SECRET not in listed.out + kam_sync("channel", "list", "--json").out
    assert kam_sync("channel", "unroute", "head", "99").code == 2
    assert kam_sync("channel", "unroute", "head", "1").code == 0


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (("--url", f"syslog://{SECRET}"), "stays on the machine"),
        (("--url", f"mailto://kam:{SECRET}@192.168.0.1"), "192.168.0.1 is not public"),
        (("--url", CHAT, "--zone", "Mars"), "zone Mars"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    kam_sync: Command, wanted: tuple[str, ...], says: str
) -> None:
    said = kam_sync("channel", "add", "olga", *wanted)
    assert said.code == 2
    assert says in said.err
    assert SECRET not in said.err


def test_doctor_says_how_a_channel_is_and_when_its_key_is_lost(
    kam_sync: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    kam_sync("channel", "add", "head", "--url", CHAT)
    assert doctor(kam_sync)["found"] == "active, 0 waiting"
    monkeypatch.setenv("KAM_SYNC_SECRET_KEY", "another key for the tests alone")
    assert doctor(kam_sync)["found"] == "its URL cannot be read"


def doctor(kam_sync: Command) -> dict[str, str]:
    """What is said of the channel."""
    checks = kam_sync("doctor", "--json").document["checks"]
    [found] = [one for one in checks if one["what"] == "channel head"]
    return dict(found)
