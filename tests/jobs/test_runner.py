"""A job is done once, comes again when it should, and survives the death of its worker."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors import Noun
from kam_sync.base.errors import Busy
from kam_sync.flow import SyncResult, Watch
from kam_sync.intake.model import NounCounts, RunState, Source, SourceState
from kam_sync.intake.store import SourceStore
from kam_sync.jobs.queue import MEASURE, SYNC
from kam_sync.jobs.runner import Worker
from kam_sync.jobs.serving import defer_sync, queue_facts
from kam_sync.jobs.store import QueueStore
from kam_sync.jobs.tasks import Work
from kam_sync.wiring import Services
from tests.jobs.conftest import FAST, PATIENCE, Corridor, jobs, set_state, wait_until, working

LATER = SyncResult("a source", RunState.LATER, "the CRM is away")
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
        wait_until(lambda: jobs(services, MEASURE) == ["succeeded"])
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
        wait_until(lambda: jobs(services, MEASURE) == ["succeeded"])
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

    def sync(services: Services, source_id: int, /, *, watch: Watch) -> SyncResult:
        runs.append(source_id)
        if len(runs) == 1:
            assert defer_sync(services, source_id)  # the button, pressed while it runs
            return LATER
        return SyncResult("a source")

    defer_sync(services, source_id)
    with working(services, Work(sync, lambda _services: None)):
        wait_until(lambda: jobs(services, SYNC) == ["succeeded", "succeeded"])
    assert len(runs) == 2


def test_measuring_follows_the_first_sync_of_an_hour_and_every_change(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    corridor.answers = [SyncResult("a source"), SyncResult("a source"), CHANGED]
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

    defer_sync(services, source_id)
    with working(services, Work(corridor.sync, measure)):
        wait_until(lambda: jobs(services, MEASURE) == ["failed", "succeeded"])


def test_a_graceful_stop_finishes_the_running_job(services: Services, source_id: int) -> None:
    started, release = threading.Event(), threading.Event()

    def sync(services: Services, source_id: int, /, *, watch: Watch) -> SyncResult:
        started.set()
        assert release.wait(PATIENCE)
        return SyncResult("a source")

    defer_sync(services, source_id)
    worker = Worker(services, work=Work(sync), pace=FAST)
    worker.start()
    assert started.wait(PATIENCE)
    stopping = threading.Thread(target=worker.stop, args=(timedelta(seconds=PATIENCE),))
    stopping.start()
    release.set()
    stopping.join(PATIENCE)

    assert not stopping.is_alive()
    assert jobs(services, SYNC) == ["succeeded"]
    assert queue_facts(services)["workers"] == 0


def test_a_sync_longer_than_the_grace_ends_after_its_batch_and_is_queued_again(
    services: Services, source_id: int
) -> None:
    started = threading.Event()

    def sync(services: Services, source_id: int, /, *, watch: Watch) -> SyncResult:
        with services.database.transaction() as session:
            source: Source = SourceStore(session).by_id(source_id)
        while True:
            started.set()
            watch(source, Noun.DEAL, NounCounts())

    defer_sync(services, source_id)
    worker = Worker(services, work=Work(sync), pace=FAST)
    worker.start()
    assert started.wait(PATIENCE)

    assert worker.stop(timedelta(0))
    assert jobs(services, SYNC) == ["aborted", "todo"]


@pytest.mark.slow
def test_a_job_of_a_killed_worker_is_taken_over_and_done(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    script = Path(__file__).with_name("killed.py")
    url, folder = services.database.conninfo, services.settings.data_dir
    defer_sync(services, source_id)
    with subprocess.Popen(
        [sys.executable, str(script), url, str(folder)], stdout=subprocess.PIPE, text=True
    ) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == "running\n"
        assert jobs(services, SYNC) == ["doing"]
        victim.kill()

    with working(services, corridor.work):
        wait_until(lambda: jobs(services, SYNC) == ["succeeded"])
    assert corridor.synced == [source_id]


def test_a_job_given_up_by_its_worker_yields_to_a_successor_that_waits(
    services: Services, source_id: int
) -> None:
    defer_sync(services, source_id)
    lose_running_job(services)
    defer_sync(services, source_id)
    with services.database.transaction() as session:
        assert QueueStore(session).take_back(FAST.silence, tries=5) == ([], [1])
    assert jobs(services, SYNC) == ["failed", "todo"]


def test_a_job_that_kills_every_worker_is_given_up(services: Services, source_id: int) -> None:
    defer_sync(services, source_id)
    for queued, given_up in (([1], []), ([1], []), ([], [1])):
        lose_running_job(services)
        with services.database.transaction() as session:
            assert QueueStore(session).take_back(FAST.silence, tries=3) == (queued, given_up)
    assert jobs(services, SYNC) == ["failed"]


def test_many_sweepers_take_a_job_back_once(services: Services, source_id: int) -> None:
    defer_sync(services, source_id)
    lose_running_job(services)
    start = threading.Barrier(6)

    def sweep(_: int) -> int:
        start.wait()
        with services.database.transaction() as session:
            queued, given_up = QueueStore(session).take_back(FAST.silence, tries=5)
        return len(queued) + len(given_up)

    with ThreadPoolExecutor(6) as sweepers:
        assert sum(sweepers.map(sweep, range(6))) == 1


def lose_running_job(services: Services) -> None:
    """Start the waiting job in the name of a worker that is not there."""
    with services.database.transaction() as session:
        session.execute(sa.text("SELECT procrastinate_fetch_job_v2(NULL, NULL)"))
