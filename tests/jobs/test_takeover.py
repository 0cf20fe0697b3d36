"""A job of a worker that died or froze goes to a successor, and is ended once."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from kam_sync.alerts.model import Incident, IncidentKind
from kam_sync.alerts.store import IncidentStore
from kam_sync.base.db import Session
from kam_sync.intake.store import SourceStore
from kam_sync.jobs import queue
from kam_sync.jobs.queue import SYNC, defer_full
from kam_sync.jobs.serving import defer_sync
from kam_sync.jobs.store import QueueStore
from kam_sync.wiring import Services
from tests.fakes.waiting import wait_until
from tests.jobs.conftest import FAST, Corridor, jobs, working


@pytest.mark.heavy
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
    with services.database.transaction() as session:  # as if it had been silent for long
        session.execute(sa.text("UPDATE procrastinate_workers SET last_heartbeat = 'epoch'"))

    with working(services, corridor.work):
        wait_until(lambda: jobs(services, SYNC) == ["aborted", "succeeded"])
    assert corridor.synced == [source_id]


def test_a_worker_that_was_frozen_cannot_end_the_job_of_its_successor(
    services: Services, source_id: int
) -> None:
    defer_sync(services, source_id)
    lose_running_job(services)
    with services.database.transaction() as session:
        assert QueueStore(session).take_back(FAST.silence, tries=5) == ([1], [])
    lose_running_job(services)  # the successor runs
    wakes_up = "SELECT procrastinate_finish_job_v1(1, 'succeeded', false)"
    with (
        pytest.raises(sa.exc.ProgrammingError, match="not found"),
        services.database.transaction() as session,
    ):
        session.execute(sa.text(wakes_up))
    assert jobs(services, SYNC) == ["aborted", "doing"]


def test_a_job_that_was_cancelled_and_lost_its_worker_has_no_successor(
    services: Services, source_id: int
) -> None:
    defer_sync(services, source_id)
    lose_running_job(services)
    with services.database.transaction() as session:
        session.execute(sa.text("SELECT procrastinate_cancel_job_v1(1, true, false)"))
        assert QueueStore(session).take_back(FAST.silence, tries=5) == ([], [1])
    assert jobs(services, SYNC) == ["aborted"]


def test_a_job_given_up_by_its_worker_yields_to_a_successor_that_waits(
    services: Services, source_id: int
) -> None:
    defer_sync(services, source_id)
    lose_running_job(services)
    defer_sync(services, source_id)
    with services.database.transaction() as session:
        assert QueueStore(session).take_back(FAST.silence, tries=5) == ([], [1])
    assert jobs(services, SYNC) == ["aborted", "todo"]


def test_a_job_that_kills_every_worker_is_given_up(services: Services, source_id: int) -> None:
    defer_sync(services, source_id)
    for followed, given_up in (([1], []), ([2], []), ([], [3])):
        lose_running_job(services)
        with services.database.transaction() as session:
            assert QueueStore(session).take_back(FAST.silence, tries=3) == (followed, given_up)
    assert jobs(services, SYNC) == ["aborted", "aborted", "failed"]


@pytest.mark.parametrize("full", [False, True])
def test_a_job_that_kills_every_worker_is_an_incident_until_it_works(
    services: Services, source_id: int, corridor: Corridor, *, full: bool
) -> None:
    defer = defer_full if full else queue.defer_sync
    with services.database.transaction() as session:
        defer(session, source_id)
        wear_out(session)
    lose_running_job(services)
    with working(services, corridor.work):
        wait_until(lambda: bool(given_up(services)))
        (incident,) = given_up(services)
        step = "full" if full else "sync"
        assert incident.subject == f"source:{source_id}/{step}"
        assert incident.facts == {"source": "first", "step": step, "tries": 5}
        assert incident.source_id == source_id
        with services.database.transaction() as session:
            defer(session, source_id)
        wait_until(lambda: not given_up(services))


def test_a_job_that_was_cancelled_after_many_deaths_is_no_incident(
    services: Services, source_id: int
) -> None:
    defer_sync(services, source_id)
    with services.database.transaction() as session:
        wear_out(session)
    lose_running_job(services)
    with services.database.transaction() as session:
        session.execute(sa.text("SELECT procrastinate_cancel_job_v1(1, true, false)"))
        assert QueueStore(session).take_back(FAST.silence, tries=5) == ([], [1])
    assert jobs(services, SYNC) == ["aborted"]


def test_a_job_of_a_source_that_is_gone_is_given_up_in_silence(
    services: Services, source_id: int, corridor: Corridor
) -> None:
    defer_sync(services, source_id)
    with services.database.transaction() as session:
        wear_out(session)
    lose_running_job(services)
    with services.database.transaction() as session:
        SourceStore(session).remove(source_id)
    with working(services, corridor.work):
        wait_until(lambda: jobs(services, SYNC) == ["failed"])
    assert given_up(services) == []


def test_many_sweepers_take_a_job_back_once(services: Services, source_id: int) -> None:
    defer_sync(services, source_id)
    lose_running_job(services)
    start = threading.Barrier(6)

    def sweep(_: int) -> int:
        start.wait()
        with services.database.transaction() as session:
            followed, given_up = QueueStore(session).take_back(FAST.silence, tries=5)
        return len(followed) + len(given_up)

    with ThreadPoolExecutor(6) as sweepers:
        assert sum(sweepers.map(sweep, range(6))) == 1


def wear_out(session: Session) -> None:
    """Let the waiting jobs have lost four workers already."""
    session.execute(sa.text("UPDATE procrastinate_jobs SET attempts = 4"))


def given_up(services: Services) -> list[Incident]:
    """The open incidents about jobs that were given up."""
    with services.database.transaction() as session:
        found = IncidentStore(session).incidents(is_open=True, limit=10)
        session.expunge_all()
    return [one for one in found if one.kind is IncidentKind.JOB_GIVEN_UP]


def lose_running_job(services: Services) -> None:
    """Start the waiting job in the name of a worker that is not there."""
    with services.database.transaction() as session:
        session.execute(sa.text("SELECT procrastinate_fetch_job_v2(NULL, NULL)"))
