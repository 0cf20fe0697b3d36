"""Many companies at once are matched as one by one; what is a client's own is so in every CRM."""

import gc
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

import connectors as gate
from benchmarks.matching_world import companies
from connectors import Noun
from kam_sync import flow
from kam_sync.accounts.store import SavingStore
from kam_sync.matching import step
from kam_sync.matching.model import Phase, Progress
from kam_sync.matching.store import keys
from kam_sync.wiring import Services
from tests.fakes.books import WHEN, Book


def _pairs(services: Services) -> list[Any]:
    with services.database.transaction() as session:
        return list(session.execute(sa.text("SELECT * FROM match_pair ORDER BY 1, 2, 3, 4")))


def test_many_at_once_are_compared_as_few(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    Book(services).save(Noun.COMPANY, *(company for _, company in companies(60)))
    flow.match(services)
    few = _pairs(services)
    assert len(few) > 10
    monkeypatch.setattr(step, "MANY", 0)
    monkeypatch.setattr(keys, "MANY", 0)
    flow.rematch(services, "test")
    assert _pairs(services) == few


def test_circles_are_looked_for_seldom_only_while_many_are_matched(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step, "_EVERY", 1)
    usual, seen = gc.get_threshold(), []

    def watch(at: Progress) -> None:
        if at.phase is Phase.PAIRS:
            seen.append(gc.get_threshold()[0])

    for many in (step.MANY, 0):
        monkeypatch.setattr(step, "MANY", many)
        Book(services, f"crm{many}")
        Book(services, f"other{many}")
        flow.rematch(services, "test", watch=watch)
    assert (min(seen), max(seen), gc.get_threshold()) == (usual[0], 100_000, usual)


@pytest.mark.parametrize("at_once", [0, keys.MANY])
def test_what_a_client_has_in_five_crms_is_its_own_and_what_five_of_one_have_is_not(
    services: Services, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(step, "MANY", at_once)
    monkeypatch.setattr(keys, "MANY", at_once)
    books = [Book(services, f"crm{number}") for number in range(5)]
    for book in books:
        book.save(Noun.COMPANY, gate.Company("1", "Ромашка", phones=("84951234567",)))
    flow.match(services)
    assert _weights(services) == {("name_equal", 4.5), ("phone", 3.5)}
    others = (gate.Company(f"2{n}", f"Сосед {n}", phones=("84951234567",)) for n in "1234")
    books[0].save(Noun.COMPANY, *others)
    flow.rematch(services, "test")
    assert _weights(services) == {("name_equal", 4.5), ("phone", 0.6)}


def test_what_a_sync_says_while_keys_are_written_is_not_lost(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, other = Book(services), Book(services, "other")
    book.save(Noun.COMPANY, gate.Company("1", "Ромашка", inn="7707083893"))
    other.save(Noun.COMPANY, gate.Company("1", "Лютик"))
    save_keys, renamed = keys.KeyStore.save_keys, gate.Company("1", "Ромашка", inn="7707083893")

    def sync_first(store: keys.KeyStore, found: Any) -> None:
        with services.database.transaction() as session:
            session.execute(sa.text("SET LOCAL lock_timeout = '20ms'"))
            with pytest.raises(OperationalError):
                SavingStore(session, other.source_id).save(Noun.COMPANY, [renamed], WHEN)
        save_keys(store, found)  # it waits for these keys, and makes the company due again

    with monkeypatch.context() as patched:
        patched.setattr(keys.KeyStore, "save_keys", sync_first)
        with services.database.transaction() as session:
            step.learn(session)
    other.save(Noun.COMPANY, renamed)
    flow.match(services)
    (pair,) = _pairs(services)
    assert pair.answer == "number"


def test_what_a_sync_says_while_companies_are_compared_is_matched_next(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, other = Book(services), Book(services, "other")
    book.save(Noun.COMPANY, gate.Company("1", "Ромашка", inn="7707083893"))
    other.save(Noun.COMPANY, gate.Company("1", "Лютик"))
    candidates = keys.KeyStore.candidates

    def sync_first(store: keys.KeyStore, due: Any) -> Any:
        other.save(Noun.COMPANY, gate.Company("1", "Ромашка", inn="7707083893"))
        return candidates(store, due)

    with monkeypatch.context() as patched:
        patched.setattr(keys.KeyStore, "candidates", sync_first)
        flow.match(services)
    assert _pairs(services) == []
    flow.match(services)
    assert [pair.answer for pair in _pairs(services)] == ["number"]


def _weights(services: Services) -> set[tuple[str, float]]:
    """What speaks for the two in the first two sources being one."""
    told = next(pair.evidence for pair in _pairs(services) if pair.one_id == pair.other_id)
    return {(clue["clue"], clue["weight"]) for clue in told}
