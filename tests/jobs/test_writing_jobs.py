"""What waits to be written is sent by a worker: at once, after a trouble, after a sync."""

from datetime import date, timedelta

from connectors import NewTask, Noun, Ref
from kam_sync.base.errors import Busy
from kam_sync.intake.model import RunState, SourceState
from kam_sync.intake.store import WriteStore
from kam_sync.jobs.queue import WRITE, defer_measure, defer_write
from kam_sync.jobs.serving import defer_sync
from kam_sync.wiring import Services
from kam_sync.writing import WriteResult
from tests.fakes.waiting import wait_until
from tests.jobs.conftest import Corridor, jobs, set_state, working

LATER = WriteResult("a source", RunState.LATER, "the CRM is away")


def queue_write(services: Services, source_id: int, attempt: int = 0) -> bool:
    with services.database.transaction() as session:
        return defer_write(session, source_id, attempt=attempt)


def test_a_write_is_sent_at_once(services: Services, source_id: int, corridor: Corridor) -> None:
    assert queue_write(services, source_id)
    assert not queue_write(services, source_id)
    with working(services, corridor.work):
        wait_until(lambda: jobs(services, WRITE) == ["succeeded"])
    assert corridor.wrote == [source_id]


def test_who_asks_does_not_wait_for_a_retry_that_is_minutes_away(
    services: Services, source_id: int
) -> None:
    with services.database.transaction() as session:
        assert defer_write(session, source_id, attempt=1, wait=timedelta(minutes=8))
    assert queue_write(services, source_id)


def test_a_crm_that_was_away_is_written_to_again(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    corridor.written = [LATER, Busy("write 1: another process is at it"), WriteResult("a source")]
    queue_write(services, source_id)
    with working(services, corridor.work):
        wait_until(lambda: jobs(services, WRITE) == ["succeeded"] * 3)
    assert corridor.wrote == [source_id] * 3


def test_a_paused_source_is_not_written_to(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    set_state(services, source_id, SourceState.PAUSED)
    queue_write(services, source_id)
    with working(services, corridor.work):
        wait_until(lambda: jobs(services, WRITE) == ["succeeded"])
    assert corridor.wrote == []


def test_what_is_left_over_is_sent_after_the_next_sync(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    left = NewTask("t1", Ref(Noun.COMPANY, "1"), "Позвонить", due_on=date(2026, 12, 1))
    with services.database.transaction() as session:
        WriteStore(session, source_id).ask([left], by="a test", now=services.now())
    defer_sync(services, source_id)
    with working(services, corridor.work):
        wait_until(lambda: jobs(services, WRITE) == ["succeeded"])
    assert corridor.wrote == [source_id]


def test_what_a_measuring_asked_for_is_sent_after_it(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    with services.database.transaction() as session:
        asked = NewTask("t1", Ref(Noun.COMPANY, "1"), "x", due_on=date(2026, 12, 1))
        WriteStore(session, source_id).ask([asked], by="alerts", now=services.now())
        defer_measure(session)
    with working(services, corridor.work):
        wait_until(lambda: jobs(services, WRITE) == ["succeeded"])
    assert (corridor.measured, corridor.wrote) == (1, [source_id])
