"""Raw records are kept once, and only what has changed waits to be translated."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from connectors import Hint, Noun, Page, RawRecord
from kam_sync.base.db import Merged
from kam_sync.intake.model import Origin, RunState
from kam_sync.intake.step import batches
from kam_sync.intake.store import HintStore, RawStore, RunStore
from kam_sync.wiring import Services
from tests.fakes.books import Book

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def source_id(services: Services) -> int:
    return Book(services).source_id


def raw(id_: str, **body: Any) -> RawRecord:
    return RawRecord(Noun.DEAL, id_, body)


def keep(services: Services, source_id: int, *records: RawRecord) -> Merged:
    with services.database.transaction() as session:
        return RawStore(session, source_id).keep(Noun.DEAL, records, NOW)


def waiting(services: Services, source_id: int, after: int = 0) -> dict[str, Mapping[str, Any]]:
    with services.database.transaction() as session:
        found = RawStore(session, source_id).waiting(Noun.DEAL, after=after, limit=100)
        return {record.external_id: orjson.loads(record.body) for record in found}


def last_change(services: Services, source_id: int) -> int:
    with services.database.transaction() as session:
        found = RawStore(session, source_id).waiting(Noun.DEAL, after=0, limit=100)
        return found[-1].change_no


def test_a_record_that_comes_twice_alike_is_left_alone(services: Services, source_id: int) -> None:
    assert keep(services, source_id, raw("1", a=1, b=2), raw("2")) == Merged(created=2)
    mark = last_change(services, source_id)
    assert keep(services, source_id, raw("1", b=2, a=1), raw("2")) == Merged()
    assert waiting(services, source_id, after=mark) == {}


def test_only_what_changed_waits_again(services: Services, source_id: int) -> None:
    keep(services, source_id, raw("1", price=1), raw("2", price=1))
    mark = last_change(services, source_id)
    assert keep(services, source_id, raw("1", price=1), raw("2", price=2)) == Merged(updated=1)
    assert waiting(services, source_id, after=mark) == {"2": {"price": 2}}


def test_of_one_id_twice_in_a_batch_the_last_stays(services: Services, source_id: int) -> None:
    assert keep(services, source_id, raw("1", price=1), raw("1", price=2)) == Merged(created=1)
    assert waiting(services, source_id) == {"1": {"price": 2}}


def test_a_body_is_kept_to_the_letter(services: Services, source_id: int) -> None:
    body = {"name": "Ёлка \x00\t😀\\u0000", "price": 0.1, "deep": [{"null": None}], "large": 2**63}
    keep(services, source_id, raw("1", **body))
    assert waiting(services, source_id) == {"1": body}


def test_two_sources_keep_the_same_id_apart(services: Services, source_id: int) -> None:
    other = Book(services, "other").source_id
    keep(services, source_id, raw("1", a=1))
    assert keep(services, other, raw("1", a=2)) == Merged(created=1)
    assert waiting(services, source_id) == {"1": {"a": 1}}


def test_a_cursor_is_kept_by_noun(services: Services, source_id: int) -> None:
    with services.database.transaction() as session:
        store = RawStore(session, source_id)
        assert store.cursor(Noun.DEAL) is None
        store.move_cursor(Noun.DEAL, '{"page":1}', NOW)
        store.move_cursor(Noun.DEAL, '{"page":2}', NOW)
    with services.database.transaction() as session:
        assert RawStore(session, source_id).cursor(Noun.DEAL) == '{"page":2}'
        assert RawStore(session, source_id).cursor(Noun.TASK) is None


def test_pages_are_joined_and_the_last_cursor_is_kept() -> None:
    pages = [Page((raw("1"), raw("2")), "a"), Page((raw("3"),), "b"), Page((), "c")]
    found = [([r.external_id for r in b.records], b.cursor) for b in batches(pages, size=2)]
    assert found == [(["1", "2"], "a"), (["3"], "c")]


def test_a_run_that_a_killed_process_left_open_is_closed(
    services: Services, source_id: int
) -> None:
    with services.database.transaction() as session:
        runs = RunStore(session)
        runs.begin("sync", NOW, source_id=source_id, noun="deal")
        runs.abandon(source_id, NOW)
        [run] = runs.latest(source_id=source_id, limit=5)
        assert (run.state, run.message) == (RunState.FAILED, "the process was ended")


def test_hints_are_waited_for_by_those_alone_who_act_on_their_kind(
    services: Services, source_id: int
) -> None:
    with services.database.transaction() as session:
        hints = HintStore(session, source_id)
        hints.note([Hint(Noun.DEAL, "1")], Origin.EVENT, NOW)
        hints.note([Hint(Noun.COMPANY, "1")], Origin.HOOK, NOW)
        assert hints.nouns({Origin.HOOK, Origin.LISTED}) == {"company"}
        assert hints.nouns(frozenset(Origin)) == {"company", "deal"}
