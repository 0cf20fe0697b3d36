"""A task that is finished while it is being written: whoever comes second sees the other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from connectors import NewTask, NotWritten, Noun, Ref, Written
from kam_sync.base.db import Session
from kam_sync.intake.model import Access, NewSource
from kam_sync.intake.store import SourceStore, WriteStore, finishing
from kam_sync.wiring import Services
from tests.fakes.waiting import wait_until

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
KEY = "alert:1"
TASK = NewTask(KEY, Ref(Noun.COMPANY, "6001"), "Позвонить", due_on=date(2026, 12, 1))
Do = Callable[[WriteStore], object]
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


@pytest.fixture
def source_id(services: Services) -> int:
    """A source with a task that is being sent."""
    with services.database.transaction() as session:
        new = NewSource(name="sales", kind="amocrm", base_url="https://sales.example")
        found = SourceStore(session).add(new, Access(sealed_token="x"), NOW).id
        store = WriteStore(session, found)
        store.ask([TASK], by="page", now=NOW)
        store.sending([KEY], NOW)
        return found


def finish(store: WriteStore) -> object:
    return store.finish(KEY, "Прошло", by="page", now=NOW)


def written(store: WriteStore) -> object:
    return store.keep(Written(KEY, "88"), NOW)


def refused(store: WriteStore) -> object:
    return store.keep(NotWritten(KEY, "no"), NOW)


def states(services: Services, source_id: int) -> dict[str, str]:
    with services.database.transaction() as session:
        rows = WriteStore(session, source_id).latest(limit=9)
        return {row.key: row.state.value for row in rows}


@pytest.mark.parametrize(
    ("first", "second", "after"),
    [
        (finish, written, {KEY: "done", finishing(KEY): "waiting"}),
        (written, finish, {KEY: "done", finishing(KEY): "waiting"}),
        (finish, refused, {KEY: "called_off"}),
        (refused, finish, {KEY: "called_off"}),
    ],
)
def test_who_comes_second_waits_and_sees_what_the_first_has_done(
    services: Services, source_id: int, first: Do, second: Do, after: dict[str, str]
) -> None:
    def do(what: Do, session: Session) -> None:
        what(WriteStore(session, source_id))

    def come_second() -> None:
        with services.database.transaction() as session:
            do(second, session)

    with ThreadPoolExecutor(1) as pool:
        with services.database.transaction() as session:
            do(first, session)
            session.flush()
            late = pool.submit(come_second)
            wait_until(lambda: _held_up(services) > 0)
        late.result()
    assert states(services, source_id) == after


def _held_up(services: Services) -> int:
    with services.database.transaction() as session:
        return int(session.scalar(sa.text(_WAITING)) or 0)


def test_what_is_finished_twice_is_finished_once(services: Services, source_id: int) -> None:
    with services.database.transaction() as session:
        store = WriteStore(session, source_id)
        written(store)
        assert finish(store) is True
        assert finish(store) is False
        row = store.by_keys([finishing(KEY)])[finishing(KEY)]
        assert row.payload["on"] == {"noun": "company", "external_id": "6001"}
        assert (row.payload["result"], row.payload["task_text"]) == ("Прошло", "Позвонить")


def test_a_task_whose_number_the_crm_does_not_tell_stays_as_it_is(
    services: Services, source_id: int
) -> None:
    with services.database.transaction() as session:
        WriteStore(session, source_id).keep(Written(KEY, ""), NOW)
        assert finish(WriteStore(session, source_id)) is False
    assert states(services, source_id) == {KEY: "done"}
