"""Each instant is fired once, with its job or not at all, for active sources alone."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from kam_sync.base.clock import stopped_at
from kam_sync.base.db import Session
from kam_sync.intake.model import SourceState
from kam_sync.intake.store import SourceStore
from kam_sync.jobs.queue import SYNC, defer_sync
from kam_sync.jobs.store import TickStore
from kam_sync.jobs.timetable import Schedule, Scheduler, fire, sync_schedule
from kam_sync.wiring import Services
from tests.jobs.conftest import Corridor, add_source, jobs, set_state, ticks, wait_until, working

QUARTER = timedelta(minutes=15)
NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_all_replicas_compute_the_same_instants() -> None:
    schedule = sync_schedule(1, QUARTER)
    assert schedule.newest(datetime(2026, 11, 23, 9, 14, 59, tzinfo=UTC)) == NINE
    assert schedule.newest(NINE) == NINE
    assert schedule.newest(datetime(2026, 11, 23, 9, 16, tzinfo=UTC)) == NINE + QUARTER


def test_many_schedulers_fire_an_instant_once(services: Services, source_id: int) -> None:
    schedule, start = sync_schedule(source_id, QUARTER), threading.Barrier(8)

    def replica(_: int) -> bool:
        start.wait()
        return fire(services.database, schedule, NINE)

    with ThreadPoolExecutor(8) as replicas:
        fired = list(replicas.map(replica, range(8)))

    assert sum(fired) == 1
    assert jobs(services, SYNC) == ["todo"]


def test_a_tick_whose_job_cannot_be_queued_is_not_claimed(
    services: Services, source_id: int
) -> None:
    def fail(session: Session) -> None:
        defer_sync(session, source_id)
        raise ConnectionError("the database went away")

    schedule = Schedule("sync:1", QUARTER, fail)
    with pytest.raises(ConnectionError):
        fire(services.database, schedule, NINE)

    assert ticks(services) == []
    assert jobs(services, SYNC) == []


def test_a_tick_for_a_source_that_waits_already_is_claimed_and_adds_no_job(
    services: Services, source_id: int
) -> None:
    schedule = sync_schedule(source_id, QUARTER)
    assert fire(services.database, schedule, NINE)
    assert fire(services.database, schedule, NINE + QUARTER)
    assert jobs(services, SYNC) == ["todo"]
    assert len(ticks(services)) == 2


@pytest.mark.parametrize("state", [SourceState.PAUSED, SourceState.NEEDS_PERSON])
def test_a_source_that_is_not_active_is_not_deferred(
    services: Services, source_id: int, state: SourceState
) -> None:
    set_state(services, source_id, state)
    assert not fire(services.database, sync_schedule(source_id, QUARTER), NINE)
    Scheduler(services).refresh()
    assert jobs(services, SYNC) == []


def test_a_source_that_is_gone_is_not_deferred(services: Services) -> None:
    assert not fire(services.database, sync_schedule(77, QUARTER), NINE)


def test_missed_instants_are_caught_up_with_one_job(services: Services, source_id: int) -> None:
    with services.database.transaction() as session:
        TickStore(session).claim(f"sync:{source_id}", NINE)
    late = replace(services, now=stopped_at(NINE + timedelta(hours=5, minutes=7)))

    Scheduler(late, QUARTER).refresh()
    Scheduler(late, QUARTER).refresh()

    assert jobs(services, SYNC) == ["todo"]
    assert ticks(services) == ["grants", "housekeeping", f"sync:{source_id}", f"sync:{source_id}"]
    with services.database.transaction() as session:
        last = TickStore(session).last(f"sync:{source_id}")
    assert last == NINE + timedelta(hours=5)


def test_nothing_is_caught_up_when_nothing_was_missed(services: Services, source_id: int) -> None:
    with services.database.transaction() as session:
        TickStore(session).claim(f"sync:{source_id}", NINE)
    Scheduler(replace(services, now=stopped_at(NINE + timedelta(minutes=14)))).refresh()
    assert jobs(services, SYNC) == []


def test_sources_may_come_and_go_while_the_scheduler_runs(
    services: Services, source_id: int
) -> None:
    scheduler = Scheduler(services, QUARTER, refresh_every=timedelta(seconds=1))
    scheduler.start()
    try:
        second = add_source(services, "second")
        wait_until(lambda: len(jobs(services, SYNC)) == 2)
        with services.database.transaction() as session:
            SourceStore(session).remove(second)
        set_state(services, source_id, SourceState.PAUSED)
        wait_until(lambda: scheduler._held.keys() == {"housekeeping", "grants"})
    finally:
        scheduler.stop()


def test_two_running_schedulers_and_a_worker_sync_once_for_each_tick(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    schedulers = [Scheduler(services, timedelta(seconds=1)) for _ in range(2)]
    with working(services, corridor.work):
        for scheduler in schedulers:
            scheduler.start()
        wait_until(lambda: len(corridor.synced) >= 2)
        for scheduler in schedulers:
            scheduler.stop()
        wait_until(lambda: "todo" not in jobs(services, SYNC))
    assert len(corridor.synced) == ticks(services).count(f"sync:{source_id}")


def test_housekeeping_deletes_old_jobs_and_old_ticks(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    with services.database.transaction() as session:
        defer_sync(session, source_id)
    with working(services, corridor.work):
        wait_until(lambda: jobs(services, SYNC) == ["succeeded"])
        with services.database.transaction() as session:
            make_old(session)
            for days in (20, 15, 3):
                TickStore(session).claim(f"sync:{source_id}", services.now() - timedelta(days=days))
        set_state(services, source_id, SourceState.PAUSED)
        Scheduler(services).refresh()
        wait_until(lambda: jobs(services, SYNC) == [])
    assert ticks(services).count(f"sync:{source_id}") == 1


def make_old(session: Session) -> None:
    session.execute(sa.text("UPDATE procrastinate_events SET at = at - interval '8 days'"))
