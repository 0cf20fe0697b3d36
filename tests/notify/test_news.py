"""What is news to integrators, and who wants it."""

import pytest

from kam_sync.notify.model import EventType, Known
from kam_sync.notify.news import choices, is_wanted, of_account, of_deal
from kam_sync.notify.payload import digest_of

OLD, NEW = b"old", b"new"


def test_an_address_that_nobody_knows_is_no_news_of_a_new_release() -> None:
    before, now = {"name": "Вега", "kpp": None}, {"name": "Вега", "kpp": None, "city": None}
    assert digest_of(now) == digest_of(before) != digest_of(now | {"city": "Тула"})


def deal(digest: bytes, outcome: str = "open", *, gone: bool = False) -> Known:
    return Known(digest, outcome, is_gone=gone)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        pytest.param(None, deal(NEW), ["deal.created"], id="it is new"),
        pytest.param(None, deal(NEW, "won"), ["deal.created", "deal.won"], id="new and won"),
        pytest.param(None, deal(NEW, gone=True), [], id="it was never here"),
        pytest.param(deal(OLD), deal(OLD), [], id="nothing has changed"),
        pytest.param(deal(OLD), deal(NEW), ["deal.updated"], id="something has changed"),
        pytest.param(deal(OLD), deal(NEW, "won"), ["deal.won"], id="won in place of updated"),
        pytest.param(deal(OLD), deal(NEW, "lost"), ["deal.lost"], id="lost"),
        pytest.param(deal(OLD, "won"), deal(NEW, "won"), ["deal.updated"], id="won before"),
        pytest.param(deal(OLD, "lost"), deal(NEW, "won"), ["deal.won"], id="from lost to won"),
        pytest.param(deal(OLD, "won"), deal(NEW), ["deal.updated"], id="open again"),
        pytest.param(deal(OLD), deal(NEW, "won", gone=True), ["deal.deleted"], id="deleted"),
        pytest.param(deal(OLD, gone=True), deal(NEW, gone=True), [], id="still deleted"),
        pytest.param(deal(OLD, "won", gone=True), deal(NEW, "won"), ["deal.created"], id="back"),
    ],
)
def test_news_of_a_deal(before: Known | None, now: Known, expected: list[str]) -> None:
    assert [event.value for event in of_deal(before, now)] == expected


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        pytest.param(None, Known(NEW), ["account.created"], id="it is new"),
        pytest.param(None, Known(NEW, is_gone=True), [], id="it was never here"),
        pytest.param(Known(OLD), Known(OLD), [], id="nothing has changed"),
        pytest.param(Known(OLD), Known(NEW), ["account.updated"], id="something has changed"),
        pytest.param(Known(OLD), Known(NEW, is_gone=True), ["account.deleted"], id="deleted"),
        pytest.param(Known(OLD, is_gone=True), Known(NEW, is_gone=True), [], id="still deleted"),
        pytest.param(Known(OLD, is_gone=True), Known(OLD), ["account.created"], id="it is back"),
    ],
)
def test_news_of_an_account(before: Known | None, now: Known, expected: list[str]) -> None:
    assert [event.value for event in of_account(before, now)] == expected


def test_a_target_chooses_by_patterns() -> None:
    assert is_wanted(EventType.DEAL_WON, ["alert.*", "deal.*"])
    assert not is_wanted(EventType.DEAL_WON, ["deal.lost", "deal"])
    assert is_wanted(EventType.ALERT_OPENED, ["*"])


def test_a_pattern_that_chooses_nothing_is_seen() -> None:
    assert choices("deals.*") == []
    assert choices("deal.w*") == [EventType.DEAL_WON]
    assert EventType.PING not in choices("*")
