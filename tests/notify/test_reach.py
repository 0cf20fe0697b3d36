"""Which addresses webhooks may be sent to."""

import pytest

from kam_sync.base.addresses import is_public
from kam_sync.base.errors import WrongUse
from kam_sync.notify.reach import Allowed, place_of, require


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255",  # noqa: S104 - refused
        "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.254", "224.0.0.1",
        "239.255.255.250", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1",
        "198.51.100.1", "203.0.113.1", "192.0.0.1",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1",
        "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
        "::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b:1::1",
        "2002:7f00:1::", "2002:a00:1::", "2001:0:0:0:0:0:f5ff:fffe", "100::1",
    ],
)  # fmt: skip
def test_an_address_that_only_some_reach_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.216.34", "2a00:1450:4010::1", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://example.com/", "an address such as"),
        ("example.com/hooks", "an address such as"),
        ("https://", "an address such as"),
        ("https://example.com:0/", "an address such as"),
        ("https://example.com:99999/", "Port out of range"),
        ("https://example.com/a b", "an address such as"),
        ("https://example.com/\r\nx: y", "an address such as"),
        ("https://example.com/#part", "an address such as"),
        ("https://[::1/", "Invalid IPv6"),
        ("https://пример.рф/hook", "xn-- form"),
        ("https://example.com/хук", "Latin letters only"),
        ("https://user:pass@example.com/", "without user"),
        (f"https://{'a' * 70}.example/", "label"),
    ],
)
def test_a_url_that_is_none_is_refused(url: str, says: str) -> None:
    with pytest.raises(WrongUse, match=says) as refused:
        place_of(url)
    assert "pass" not in str(refused.value).replace("password", "")


def test_a_name_in_cyrillic_is_given_in_its_xn_form() -> None:
    assert place_of("https://xn--e1afmkfd.xn--p1ai/in").host == "xn--e1afmkfd.xn--p1ai"


@pytest.mark.parametrize("url", ["https://hooks.internal/", "http://hooks.internal:8080/"])
def test_a_private_host_needs_to_be_allowed(url: str) -> None:
    place = place_of(url)
    with pytest.raises(WrongUse, match=r"10\.0\.0\.5 is not public.*KAM_SYNC_ALLOWED_TARGETS"):
        require(place, ["10.0.0.5"], Allowed())
    for entries in (["hooks.internal"], [".internal"], ["10.0.0.0/8"], ["10.0.0.5"]):
        assert require(place, ["10.0.0.5"], Allowed.read(entries)) == ["10.0.0.5"]
    with pytest.raises(WrongUse):
        require(place, ["10.0.0.5"], Allowed.read(["nothooks.internal.example", "10.0.0.6"]))


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    place = place_of("https://example.com/")
    with pytest.raises(WrongUse, match="192.168"):
        require(place, ["8.8.8.8", "192.168.0.1"], Allowed())
    with pytest.raises(WrongUse, match="no such host"):
        require(place, [], Allowed())


def test_without_tls_only_what_is_allowed_is_sent_to() -> None:
    place = place_of("http://example.com/")
    with pytest.raises(WrongUse, match="https is needed"):
        require(place, ["8.8.8.8"], Allowed())
    assert require(place, ["8.8.8.8"], Allowed.read(["example.com"])) == ["8.8.8.8"]
