"""A job is done once, comes again when it should, and survives the death of its worker."""

import threading
from contextlib import suppress
from datetime import timedelta

import sqlalchemy as sa

from connectors import Noun
from kam_sync.alerts.store import IncidentStore
from kam_sync.base.errors import Busy, Stopped
from kam_sync.flow import SyncResult, Watch
from kam_sync.intake.model import NounCounts, RunState, Source, SourceState
from kam_sync.intake.store import SourceStore
from kam_sync.jobs import queue
from kam_sync.jobs.model import JobStatus
from kam_sync.jobs.queue import MEASURE, SYNC
from kam_sync.jobs.runner import Worker
from kam_sync.jobs.serving import defer_sync, queue_facts
from kam_sync.jobs.store import QueueStore
from kam_sync.jobs.tasks import Sync, Work
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.waiting import PATIENCE, wait_until
from tests.jobs.conftest import FAST, Corridor, jobs, set_state, working

LATER = SyncResult("a source", RunState.LATER, "the CRM is away")
FETCH = "SELECT task_name FROM procrastinate_fetch_job_v2(NULL, NULL)"
CHANGED = SyncResult("a source", nouns={Noun.DEAL: NounCounts(created=1)})


def test_a_source_queued_twice_runs_once(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    assert defer_sync(services, source_id)
    assert not defer_sync(services, source_id)
    with working(services, corridor.work):
        wait_until(lambda: jobs(services, SYNC) == ["succeeded"])
    assert corridor.synced == [source_id]


def test_a_crm_that_was_away_is_asked_again(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    corridor.answers = [LATER]
    defer_sync(services, source_id)
    with working(services, corridor.work):
        wait_until(lambda: jobs(services, SYNC) == ["succeeded", "succeeded"])
    assert corridor.synced == [source_id, source_id]


def test_a_crm_that_stays_away_is_left_to_the_next_tick(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    corridor.answers = [LATER, LATER, LATER]
    defer_sync(services, source_id)
    with working(services, corridor.work):
        wait_until(lambda: jobs(services, SYNC) == ["succeeded"] * 3)
    assert len(corridor.synced) == 3


def test_a_busy_source_is_tried_again(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    corridor.answers = [Busy("source 1: another process is at it")]
    defer_sync(services, source_id)
    with working(services, corridor.work):
        wait_until(lambda: jobs(services, SYNC) == ["succeeded", "succeeded"])


def test_a_broken_sync_is_marked_failed_and_tried_again(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    corridor.answers = [ZeroDivisionError("a bug")]
    defer_sync(services, source_id)
    with working(services, corridor.work):
        wait_until(lambda: jobs(services, SYNC) == ["failed", "succeeded"])


def test_a_source_that_needs_a_person_is_not_tried_again(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    corridor.answers = [SyncResult("a source", RunState.FAILED, "the token was revoked")]
    defer_sync(services, source_id)
    with working(services, corridor.work):
        wait_until(lambda: jobs(services, SYNC) == ["succeeded"])
    assert jobs(services, SYNC) == ["succeeded"]


def test_a_source_paused_while_it_waits_is_left_alone(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    defer_sync(services, source_id)
    set_state(services, source_id, SourceState.PAUSED)
    with working(services, corridor.work):
        wait_until(lambda: jobs(services, SYNC) == ["succeeded"])
    assert corridor.synced == []


def test_a_sync_that_comes_again_while_its_successor_waits_does_not_get_stuck(
    services: Services, source_id: int
) -> None:
    runs: list[int] = []

    def sync(
        services: Services, source_id: int, /, *, watch: Watch, full: bool = False
    ) -> SyncResult:
        runs.append(source_id)
        if len(runs) == 1:
            with services.database.transaction() as session:
                assert queue.defer_sync(session, source_id)  # the next tick, while it runs
            return LATER
        return SyncResult("a source")

    defer_sync(services, source_id)
    with working(services, Work(sync, lambda _services: None)):
        wait_until(lambda: jobs(services, SYNC) == ["succeeded", "succeeded"])
    assert len(runs) == 2


def test_measuring_follows_every_change(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    corridor.answers = [CHANGED, SyncResult("a source"), CHANGED]
    with working(services, corridor.work):
        for measured in (1, 1, 2):
            defer_sync(services, source_id)
            wait_until(lambda: set(jobs(services, SYNC)) == {"succeeded"})
            wait_until(lambda: set(jobs(services, MEASURE)) == {"succeeded"})
            assert corridor.measured == measured


def test_measuring_that_broke_is_tried_again(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    measured: list[bool] = []

    def measure(services: Services, /) -> None:
        measured.append(True)
        if len(measured) == 1:
            raise ZeroDivisionError("a bug")

    corridor.answers = [CHANGED]
    defer_sync(services, source_id)
    with working(services, Work(corridor.sync, measure)):
        wait_until(lambda: jobs(services, MEASURE) == ["failed", "succeeded"])


_LOOK_OLDER = """
    UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '4 minutes'
    RETURNING id
"""
_LOOKS_ALIVE = """
    SELECT last_heartbeat > now() - interval '1 minute' FROM procrastinate_workers
"""


def test_a_graceful_stop_finishes_the_running_job(services: Services, source_id: int) -> None:
    started, release = threading.Event(), threading.Event()

    def sync(
        services: Services, source_id: int, /, *, watch: Watch, full: bool = False
    ) -> SyncResult:
        started.set()
        assert release.wait(PATIENCE)
        return SyncResult("a source")

    defer_sync(services, source_id)
    worker = Worker(services, work=Work(sync), pace=FAST)
    worker.start()
    assert started.wait(PATIENCE)
    stopping = threading.Thread(target=worker.stop, args=(timedelta(seconds=PATIENCE),))
    stopping.start()
    ask(services, _LOOK_OLDER)
    wait_until(lambda: ask(services, _LOOKS_ALIVE) == [(True,)])  # or others would take its job
    release.set()
    stopping.join(PATIENCE)

    assert not stopping.is_alive()
    assert jobs(services, SYNC) == ["succeeded"]
    assert queue_facts(services)["workers"] == 0


def endless(started: threading.Event) -> Sync:
    """A sync that goes on until it is stopped."""

    def sync(
        services: Services, source_id: int, /, *, watch: Watch, full: bool = False
    ) -> SyncResult:
        with services.database.transaction() as session:
            source: Source = SourceStore(session).by_id(source_id)
        with suppress(Stopped):
            while True:
                started.set()
                watch(source, Noun.DEAL, NounCounts())
        return SyncResult("a source", RunState.STOPPED)

    return sync


def test_a_sync_longer_than_the_grace_ends_after_its_batch_and_is_queued_again(
    services: Services, source_id: int
) -> None:
    started = threading.Event()
    defer_sync(services, source_id)
    worker = Worker(services, work=Work(endless(started)), pace=FAST)
    worker.start()
    assert started.wait(PATIENCE)

    assert worker.stop(timedelta(0))
    assert jobs(services, SYNC) == ["aborted", "todo"]


def test_a_sync_that_a_person_stopped_does_not_come_again_by_itself(
    services: Services, source_id: int
) -> None:
    started = threading.Event()
    defer_sync(services, source_id)
    with working(services, Work(endless(started))):
        assert started.wait(PATIENCE)
        with services.database.transaction() as session:
            (running,) = QueueStore(session).jobs(status=JobStatus.RUNNING, limit=10)
            assert QueueStore(session).cancel(running.id)
        wait_until(lambda: jobs(services, SYNC) == ["aborted"])


def test_a_retry_that_waits_holds_up_neither_a_person_nor_the_timetable(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    with services.database.transaction() as session:
        assert queue.defer_sync(session, source_id, attempt=1, wait=timedelta(minutes=8))
        assert not queue.defer_sync(session, source_id)  # the retry is as good
        assert queue.defer_sync(session, source_id, is_asked=True)
        assert not queue.defer_sync(session, source_id, is_asked=True)
    with working(services, corridor.work):
        wait_until(lambda: corridor.synced == [source_id])
    with services.database.transaction() as session:
        found = QueueStore(session).jobs(limit=9, source_id=source_id)
    assert [(job.status, job.attempt) for job in found] == [
        (JobStatus.DONE, 0), (JobStatus.WAITING, 1),
    ]  # fmt: skip


def test_a_steady_stream_of_webhooks_does_not_keep_a_sync_out(
    services: Services, source_id: int
) -> None:
    def next_task() -> str:
        with services.database.transaction() as session:
            return str(session.scalar(sa.text(FETCH)))

    with services.database.transaction() as session:
        assert queue.defer_reading(session, source_id, wait=timedelta(0))
    assert next_task() == queue.READ
    with services.database.transaction() as session:
        assert queue.defer_sync(session, source_id)
        assert queue.defer_reading(session, source_id, wait=timedelta(0))
        session.execute(sa.text("SELECT procrastinate_finish_job_v1(1, 'succeeded', false)"))
    assert next_task() == SYNC


def test_a_write_that_a_person_asks_for_does_not_wait_for_a_retry(
    services: Services, source_id: int
) -> None:
    with services.database.transaction() as session:
        assert queue.defer_write(session, source_id, attempt=1, wait=timedelta(minutes=8))
        assert queue.defer_write(session, source_id)
        assert session.scalar(sa.text(FETCH)) == queue.WRITE


def test_what_fails_as_often_as_we_try_is_an_incident_until_it_works(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    def open_ones() -> list[tuple[str, object]]:
        with services.database.transaction() as session:
            found = IncidentStore(session).incidents(is_open=True, limit=9)
            return [(one.subject, one.facts) for one in found]

    corridor.answers = [ZeroDivisionError("a bug")] * 3
    defer_sync(services, source_id)
    with working(services, corridor.work):
        wait_until(lambda: jobs(services, SYNC) == ["failed", "failed", "failed"])
        facts = {"source": "first", "step": "sync", "tries": 3}
        wait_until(lambda: open_ones() == [(f"source:{source_id}/sync", facts)])
        defer_sync(services, source_id)
        wait_until(lambda: open_ones() == [])
