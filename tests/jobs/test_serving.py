"""Worker and scheduler together, as the command line runs them."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from connectors import Noun
from kam_sync.flow import SyncResult, Watch
from kam_sync.intake.model import NounCounts, SourceState
from kam_sync.intake.store import SourceStore
from kam_sync.jobs import queue
from kam_sync.jobs.model import Plan, Step
from kam_sync.jobs.queue import MEASURE, SYNC
from kam_sync.jobs.serving import defer_sync, next_sync, queue_facts, running
from kam_sync.jobs.store import ScheduleStore
from kam_sync.jobs.tasks import Work
from kam_sync.jobs.timetable import Scheduler
from kam_sync.wiring import Services
from tests.fakes.waiting import wait_until
from tests.jobs.conftest import Corridor, jobs, run_sql, set_state, working


def test_an_active_source_is_worked_on_soon_after_the_start(
    services: Services, source_id: int
) -> None:
    with running(services, every=timedelta(minutes=15), concurrency=2):
        # Nothing real can be opened with this token: the real corridor is reached and says so.
        wait_until(lambda: jobs(services, SYNC)[:1] == ["succeeded"])
        with services.database.transaction() as session:
            assert SourceStore(session).by_id(source_id).state is SourceState.NEEDS_PERSON
        assert queue_facts(services)["workers"] == 1
    assert queue_facts(services)["workers"] == 0


def test_facts_count_jobs_workers_and_show_the_last_tick(
    services: Services, source_id: int
) -> None:
    assert queue_facts(services) == {
        "todo": 0, "doing": 0, "succeeded": 0, "failed": 0, "workers": 0, "last_tick": None,
    }  # fmt: skip


def test_a_worker_whose_database_went_away_for_a_moment_goes_on(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    with working(services, corridor.work):
        wait_until(lambda: queue_facts(services)["workers"] == 1)
        run_sql(services, CUT_OTHERS)
        defer_sync(services, source_id)
        wait_until(lambda: jobs(services, SYNC) == ["succeeded"])


def test_a_worker_that_was_taken_for_dead_wakes_up_and_goes_on(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    with working(services, corridor.work):
        wait_until(lambda: queue_facts(services)["workers"] == 1)
        run_sql(services, "DELETE FROM procrastinate_workers")
        defer_sync(services, source_id)
        wait_until(lambda: jobs(services, SYNC) == ["succeeded"])
        assert queue_facts(services)["workers"] == 1


def test_the_end_of_a_job_is_written_down_though_the_database_fails_for_a_moment(
    services: Services, source_id: int
) -> None:
    def sync(
        services: Services, source_id: int, /, *, watch: Watch, full: bool = False
    ) -> SyncResult:
        run_sql(services, f"ALTER FUNCTION {FINISH} RENAME TO hidden")
        threading.Timer(
            0.1, run_sql, (services, f"ALTER FUNCTION hidden RENAME TO {FINISH}")
        ).start()
        return SyncResult("a source", nouns={Noun.DEAL: NounCounts(created=1)})

    defer_sync(services, source_id)
    with working(services, Work(sync, lambda _services: None)):
        wait_until(lambda: jobs(services, SYNC) == ["succeeded"])
        wait_until(lambda: jobs(services, MEASURE) == ["succeeded"])


def test_a_scheduler_catches_up_when_the_database_is_back(
    services: Services, source_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    set_state(services, source_id, SourceState.PAUSED)
    scheduler = Scheduler(services, refresh_every=timedelta(seconds=1))
    scheduler.start()
    try:
        run_sql(services, "ALTER TABLE tick RENAME TO hidden")
        set_state(services, source_id, SourceState.ACTIVE)
        wait_until(lambda: "Error running job refresh" in caplog.text)
        run_sql(services, "ALTER TABLE hidden RENAME TO tick")
        wait_until(lambda: jobs(services, SYNC) == ["todo"])
    finally:
        scheduler.stop()


FINISH = "procrastinate_finish_job_v1"
CUT_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def test_the_next_sync_is_known_by_its_schedule_and_by_what_waits(
    services: Services, source_id: int
) -> None:
    nine = datetime(2026, 11, 23, 9, 1, tzinfo=UTC)
    every = timedelta(minutes=20)
    with services.database.transaction() as session:
        assert next_sync(session, source_id, nine, every=every) is None
        plan = Plan(every=timedelta(minutes=10))
        ScheduleStore(session).make([(Step.SYNC, source_id)], nine)
        by_default = next_sync(session, source_id, nine, every=every)
        ScheduleStore(session).set((Step.SYNC, source_id), plan, "ann", nine)
        by_ann = next_sync(session, source_id, nine, every=every)
        assert by_default is not None
        assert nine.replace(minute=20) <= by_default < nine.replace(minute=22)
        assert by_ann == nine.replace(minute=10)
        # no scheduler has seen it for an hour
        assert next_sync(session, source_id, nine + timedelta(hours=1)) is None
        queue.defer_sync(session, source_id, is_asked=True)
        waits = next_sync(session, source_id, nine)
        assert waits is not None
        assert waits <= services.now()


def test_a_sync_that_a_worker_has_just_taken_is_on_its_way(
    services: Services, source_id: int
) -> None:
    defer_sync(services, source_id)
    run_sql(services, "UPDATE procrastinate_jobs SET status = 'doing'")
    with services.database.transaction() as session:
        begun = next_sync(session, source_id, services.now())
    assert begun is not None
    assert begun <= services.now()
