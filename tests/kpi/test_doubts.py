"""A value whose inputs are not all here is marked so."""

from datetime import UTC, date, datetime, timedelta

import pytest

import connectors as gate
from connectors import Noun
from kam_sync import flow
from kam_sync.intake.model import HeldWhy, RunState
from kam_sync.intake.store import HeldStore, RawStore, RunStore
from kam_sync.kpi.doubts import Doubt, Doubted, Input, doubt
from kam_sync.kpi.model import Point
from kam_sync.kpi.store import KpiStore
from kam_sync.wiring import Services
from tests.fakes.books import Book, deal

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("is_loaded", "is_held", "hours", "why"),
    [
        (True, False, 1, None),
        (True, False, 36, None),
        (True, False, 37, Doubt.STALE),
        (True, False, None, Doubt.STALE),
        (True, True, 1, Doubt.HELD),
        (False, True, 1, Doubt.LOADING),
    ],
)
def test_an_input_is_doubted(
    *, is_loaded: bool, is_held: bool, hours: int | None, why: Doubt | None
) -> None:
    until = None if hours is None else NOW - timedelta(hours=hours)
    assert doubt(Input(1, "deal", is_loaded, is_held, until), NOW) is why


@pytest.mark.parametrize(
    ("why", "last_day", "is_about"),
    [
        (Doubt.STALE, date(2026, 11, 22), False),
        (Doubt.STALE, date(2026, 11, 23), True),
        (Doubt.HELD, date(2025, 1, 31), True),
        (Doubt.LOADING, date(2025, 1, 31), True),
    ],
)
def test_what_was_over_before_is_right_in_spite_of_it(
    why: Doubt, last_day: date, *, is_about: bool
) -> None:
    assert Doubted("shop", "deal", why, NOW).is_about(last_day) is is_about


def _doubts(services: Services, book: Book, kpi: str) -> dict[str, list[Doubt]]:
    """By month, of which there are any."""
    with services.database.transaction() as session:
        points: list[Point] = KpiStore(session).points(book.account(), kpi)
        return {f"{p.on:%Y-%m}": [one.why for one in p.doubts] for p in points if p.doubts}


def _read(services: Services, book: Book, noun: Noun, at: datetime) -> None:
    """All that a source has of a noun was read."""
    with services.database.transaction() as session:
        runs = RunStore(session)
        run = runs.begin("sync", at, source_id=book.source_id, noun=noun)
        runs.end(run, RunState.DONE, at, {})
        RawStore(session, book.source_id).note_loaded(noun, at)


def test_values_are_marked_while_their_source_is_behind(services: Services) -> None:
    book = Book(services)
    book.deals(deal("1", opened="2026-08-01", won="2026-09-20"))
    now = services.now()
    with services.database.transaction() as session:
        RawStore(session, book.source_id).move_cursor(Noun.DEAL, "7", now)
    book.measure()
    assert set(_doubts(services, book, "won_revenue")) >= {"2026-09", "2026-10", "2026-11"}

    _read(services, book, Noun.DEAL, now - timedelta(days=9))
    book.measure()
    assert _doubts(services, book, "won_revenue") == {"2026-11": [Doubt.STALE]}

    _read(services, book, Noun.DEAL, now)
    book.measure()
    assert _doubts(services, book, "won_revenue") == {}


def test_only_what_counts_such_records_is_marked(services: Services) -> None:
    book = Book(services)
    book.deals(deal("1", opened="2026-08-01", won="2026-09-20"))
    book.save(Noun.CONTACT, gate.Contact("7", "Пётр", "1"))
    for noun in (Noun.DEAL, Noun.CONTACT):
        _read(services, book, noun, services.now())
    with services.database.transaction() as session:
        HeldStore(session, book.source_id).hold(
            Noun.CONTACT, {"7": None}, live=1, why=HeldWhy.SHARE, now=services.now()
        )
    flow.kpi(services)
    assert _doubts(services, book, "won_revenue") == {}


@pytest.mark.parametrize(("is_loaded", "is_scored"), [(True, True), (False, False)])
def test_no_month_of_what_was_never_read_to_its_end_makes_the_running_score(
    services: Services, *, is_loaded: bool, is_scored: bool
) -> None:
    book = Book(services)
    months = [f"{year}-{month:02}" for year in (2024, 2025, 2026) for month in range(1, 11)]
    book.deals(*(deal(m, opened=f"{m}-01", won=f"{m}-15") for m in months))
    with services.database.transaction() as session:
        RawStore(session, book.source_id).move_cursor(Noun.DEAL, "7", services.now())
    if is_loaded:
        _read(services, book, Noun.DEAL, services.now())
    book.measure()
    assert ("2026-11" in book.points("health_score", "points")) is is_scored
