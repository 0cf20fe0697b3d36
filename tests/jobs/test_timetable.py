"""Each instant is fired once, with its job or not at all, for active sources alone."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from kam_sync.base.clock import stopped_at, utc_now
from kam_sync.base.db import Session
from kam_sync.intake.model import SourceState
from kam_sync.intake.store import SourceStore
from kam_sync.jobs.model import Key, Plan, Result, Step
from kam_sync.jobs.queue import SYNC, defer_housekeeping, defer_sync
from kam_sync.jobs.store import TickStore
from kam_sync.jobs.timetable import Held, Scheduler, fire
from kam_sync.wiring import Services
from tests.fakes.waiting import wait_until
from tests.jobs.conftest import (
    Corridor,
    add_source,
    held,
    jobs,
    run_sql,
    schedule_of,
    set_plan,
    set_state,
    ticks,
    working,
)

QUARTER = timedelta(minutes=15)
NIGHTLY = Plan(cron="30 2 * * *")
NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_many_schedulers_fire_an_instant_once(services: Services, source_id: int) -> None:
    schedule, start = held(services, source_id, QUARTER), threading.Barrier(8)

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
    def fail(session: Session, key: Key) -> None:
        defer_sync(session, source_id)
        raise ConnectionError("the database went away")

    with pytest.raises(ConnectionError):
        fire(services.database, held(services, source_id, QUARTER), NINE, defer=fail)

    assert ticks(services) == []
    assert jobs(services, SYNC) == []


def test_a_tick_for_a_source_that_waits_already_is_claimed_and_adds_no_job(
    services: Services, source_id: int
) -> None:
    schedule = held(services, source_id, QUARTER)
    assert fire(services.database, schedule, NINE)
    assert fire(services.database, schedule, NINE + QUARTER)
    assert jobs(services, SYNC) == ["todo"]
    assert len(ticks(services)) == 2


@pytest.mark.parametrize("state", [SourceState.PAUSED, SourceState.NEEDS_PERSON])
def test_a_source_that_is_not_active_is_not_deferred(
    services: Services, source_id: int, state: SourceState
) -> None:
    set_state(services, source_id, state)
    assert not fire(services.database, held(services, source_id, QUARTER), NINE)
    Scheduler(services).refresh()
    assert jobs(services, SYNC) == []


def test_a_source_that_is_gone_is_not_deferred(services: Services, source_id: int) -> None:
    schedule = held(services, source_id, QUARTER)
    with services.database.transaction() as session:
        SourceStore(session).remove(source_id)
    assert not fire(services.database, schedule, NINE)


def test_missed_instants_are_caught_up_with_one_job(services: Services, source_id: int) -> None:
    at_nine = replace(services, now=stopped_at(NINE))
    Scheduler(at_nine, QUARTER).refresh()
    assert len(ticks(services)) == 1
    run_sql(services, "DELETE FROM procrastinate_jobs")
    late = replace(services, now=stopped_at(NINE + timedelta(hours=5, minutes=7)))

    Scheduler(late, QUARTER).refresh()
    Scheduler(late, QUARTER).refresh()

    assert jobs(services, SYNC) == ["todo"]
    assert ticks(services).count("grants") == ticks(services).count("measure") == 1
    assert ticks(services).count(f"sync:{source_id}") == 2
    with services.database.transaction() as session:
        last = TickStore(session).last(f"sync:{source_id}")
    assert last is not None
    assert NINE + timedelta(hours=5) <= last < NINE + timedelta(hours=5, minutes=1)


def test_a_missed_night_is_caught_up_once_too(services: Services, source_id: int) -> None:
    set_plan(at(services, "2026-11-20T12:00"), source_id, NIGHTLY, Step.FULL)
    for moment in ("2026-11-21T02:31", "2026-11-23T12:00", "2026-11-23T12:01"):
        Scheduler(at(services, moment)).refresh()
    with services.database.transaction() as session:
        fired = TickStore(session).last(f"full:{source_id}")
    assert ticks(services).count(f"full:{source_id}") == 2
    assert fired == datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


def test_a_new_source_is_synced_at_once_and_all_else_waits_for_its_hour(
    services: Services, source_id: int
) -> None:
    Scheduler(at(services, "2026-11-23T09:07")).refresh()
    assert ticks(services) == [f"sync:{source_id}"]


def test_a_changed_plan_does_not_fire_for_the_past(services: Services, source_id: int) -> None:
    Scheduler(at(services, "2026-11-23T09:07")).refresh()
    run_sql(services, "DELETE FROM procrastinate_jobs")
    set_plan(at(services, "2026-11-23T09:22"), source_id, Plan(every=timedelta(minutes=5)))
    Scheduler(at(services, "2026-11-23T09:23")).refresh()
    assert jobs(services, SYNC) == []
    Scheduler(at(services, "2026-11-23T09:26")).refresh()
    assert jobs(services, SYNC) == ["todo"]


def test_a_process_that_has_not_read_the_change_yet_fires_nothing(
    services: Services, source_id: int
) -> None:
    schedule = held(services, source_id, QUARTER)
    set_plan(services, source_id, Plan(every=QUARTER, is_on=False))
    assert not fire(services.database, schedule, NINE)


def test_what_is_switched_off_is_not_fired(services: Services, source_id: int) -> None:
    set_plan(services, source_id, Plan(every=timedelta(seconds=1), is_on=False))
    Scheduler(services).refresh()
    assert f"sync:{source_id}" not in ticks(services)


def test_a_full_sync_on_schedule_reads_everything(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    set_plan(at(services, "2026-11-22T12:00"), source_id, NIGHTLY, Step.FULL)
    fire(services.database, Held(schedule_of(services, Step.FULL, source_id), NIGHTLY), NINE)
    with working(services, corridor.work):
        wait_until(lambda: jobs(services, SYNC) == ["succeeded"])
    assert (corridor.synced, corridor.read_whole) == ([], [source_id])
    assert schedule_of(services, Step.FULL, source_id).last_result is Result.DONE


def test_nothing_is_caught_up_when_nothing_was_missed(services: Services, source_id: int) -> None:
    Scheduler(at(services, "2026-11-23T09:01")).refresh()
    run_sql(services, "DELETE FROM procrastinate_jobs")
    Scheduler(at(services, "2026-11-23T09:14")).refresh()
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
        wait_until(lambda: scheduler._held.keys() == {"grants", "housekeeping", "measure"})
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
        with services.database.transaction() as session:
            defer_housekeeping(session)
        wait_until(lambda: jobs(services, SYNC) == [])
    assert ticks(services).count(f"sync:{source_id}") == 1


def at(services: Services, moment: str) -> Services:
    """Services whose clock stands still, in UTC."""
    return replace(services, now=stopped_at(datetime.fromisoformat(f"{moment}:00+00:00")))


def make_old(session: Session) -> None:
    session.execute(sa.text("UPDATE procrastinate_events SET at = at - interval '8 days'"))


def test_a_clock_that_is_put_back_stops_no_timetable(services: Services, source_id: int) -> None:
    """What was next by the clock ahead would come in a day."""
    ahead = [timedelta(days=1)]
    shifted = replace(services, now=lambda: utc_now() + ahead[0])
    scheduler = Scheduler(shifted, refresh_every=timedelta(milliseconds=200))
    set_plan(services, source_id, Plan(every=timedelta(seconds=1)))
    scheduler.start()
    try:
        for job in scheduler._clock.get_jobs():
            scheduler._clock.modify_job(job.id, next_run_time=utc_now() + ahead[0])
        ahead[0] = timedelta(0)
        run_sql(services, "DELETE FROM tick")
        wait_until(lambda: f"sync:{source_id}" in ticks(services))
    finally:
        scheduler.stop()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_scheduler_whose_thread_has_died_does_not_say_to_run(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die() -> None:
        raise SystemExit

    scheduler = Scheduler(services)
    scheduler.start()
    assert scheduler.is_running
    monkeypatch.setattr(scheduler._clock, "_process_jobs", die)
    scheduler._clock.wakeup()
    scheduler._clock._thread.join(10)
    assert not scheduler.is_running
    scheduler.stop()
