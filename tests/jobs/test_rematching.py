"""All companies and contacts are compared anew by a job: one at a time, with its progress."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

import connectors as gate
from connectors import Noun
from kam_sync import flow
from kam_sync.base.errors import Stopped
from kam_sync.jobs import deciding, rematching
from kam_sync.jobs.queue import MEASURE, REMATCH
from kam_sync.jobs.tasks import Work
from kam_sync.matching import step
from kam_sync.matching.model import Phase, Progress, Rematch, RematchState
from kam_sync.matching.store import RematchStore
from kam_sync.wiring import Services
from tests.conftest import NOW
from tests.fakes.books import Book
from tests.fakes.connecting import ask
from tests.fakes.waiting import wait_until
from tests.jobs.conftest import jobs, working


def _last(services: Services) -> Rematch | None:
    with services.database.transaction() as session:
        return RematchStore(session).last()


@pytest.fixture
def romashka(services: Services) -> Services:
    """Two CRMs with one customer that is not joined any more, for its pair was forgotten."""
    for name in ("one", "two"):
        Book(services, name).save(Noun.COMPANY, gate.Company("1", "Ромашка", inn="7707083893"))
    flow.match(services)
    with services.database.transaction() as session:
        session.execute(sa.text("DELETE FROM match_pair"))
    return services


def test_a_worker_compares_anew_what_was_asked_for_once(romashka: Services) -> None:
    assert rematching.ask(romashka, by="anna").state is RematchState.WAITING
    assert rematching.ask(romashka, by="boris").by == "anna"
    with working(romashka, Work()):
        wait_until(lambda: (found := _last(romashka)) is not None and not found.is_open)
    found = _last(romashka)
    assert found is not None
    assert (found.state, found.by) == (RematchState.DONE, "anna")
    assert (found.companies, found.compared, found.changed) == (2, 1, 0)
    assert found.began_at is not None
    assert found.ended_at is not None
    assert jobs(romashka, REMATCH) == ["succeeded"]
    with romashka.database.transaction() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM match_pair")) == 1


def test_it_tells_how_far_it_is(romashka: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "_EVERY", 1)
    monkeypatch.setattr("kam_sync.rematching._OFTEN", 0)
    told: list[Progress] = []
    kept: list[tuple[Phase, int, int]] = []

    def watch(progress: Progress) -> None:
        told.append(progress)
        if (found := _last(romashka)) is not None:
            kept.append((found.phase, found.done, found.total))

    assert flow.rematch(romashka, "anna", watch=watch).state is RematchState.DONE
    assert told[:2] == [Progress(Phase.COMPANIES, 2, 2), Progress(Phase.PAIRS, 1, 1)]
    assert kept[:3] == [(Phase.COMPANIES, 0, 2), (Phase.COMPANIES, 2, 2), (Phase.PAIRS, 1, 1)]


def test_what_is_stopped_is_left_to_the_next_matching(romashka: Services) -> None:
    def watch(_: Progress) -> None:
        raise Stopped("enough")

    assert flow.rematch(romashka, "anna", watch=watch).state is RematchState.STOPPED
    found = _last(romashka)
    assert found is not None
    assert found.state is RematchState.STOPPED
    companies, _ = flow.match(romashka)
    assert companies.counts["read"] == 2


def test_what_fails_is_noted_and_may_be_asked_for_again(romashka: Services) -> None:
    def watch(_: Progress) -> None:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        flow.rematch(romashka, "anna", watch=watch)
    found = _last(romashka)
    assert found is not None
    assert found.state is RematchState.FAILED
    assert rematching.ask(romashka, by="boris").by == "boris"


def test_what_changed_is_measured(romashka: Services) -> None:
    with romashka.database.transaction() as session:
        session.execute(sa.text("UPDATE company SET inn = '7728168971' WHERE source_id = 2"))
    rematching.ask(romashka, by="anna")
    with working(romashka, Work(measure=lambda _: None)):
        wait_until(lambda: bool(jobs(romashka, MEASURE)))


def test_what_is_called_off_while_it_waits_is_stopped(services: Services) -> None:
    def state() -> RematchState | None:
        with services.database.transaction() as session:
            return (last := rematching.last(session)) and last.state

    rematching.ask(services, by="anna")
    (job,) = ask(services, f"SELECT id FROM procrastinate_jobs WHERE task_name = '{REMATCH}'")
    for do, expected in (
        (deciding.cancel, RematchState.STOPPED),
        (deciding.retry, RematchState.WAITING),
    ):
        with services.database.transaction() as session:
            do(session, job[0])
        assert state() is expected
    again = ask(services, "SELECT max(id) FROM procrastinate_jobs")
    with services.database.transaction() as session:
        deciding.cancel(session, again[0][0])
    assert rematching.ask(services, by="boris").by == "boris"
    assert state() is RematchState.WAITING
    assert ask(services, "SELECT state FROM rematch ORDER BY id") == [("stopped",), ("waiting",)]


def test_one_that_runs_in_the_foreground_goes_on_when_the_job_is_called_off(
    services: Services,
) -> None:
    rematching.ask(services, by="anna")
    (job,) = ask(services, "SELECT id FROM procrastinate_jobs")
    with services.database.transaction() as session:
        RematchStore(session).begin("anna", Progress(Phase.PAIRS, 1, 2), NOW)
        deciding.cancel(session, job[0])
        found = rematching.last(session)
    assert found is not None
    assert found.state is RematchState.RUNNING


def test_who_was_given_up_as_silent_ends_alone(services: Services) -> None:
    with services.database.transaction() as session:
        begun = Progress(Phase.PAIRS, 1, 2)
        silent = RematchStore(session).begin("anna", begun, NOW - timedelta(hours=1))
    assert rematching.ask(services, by="boris").by == "boris"
    states = "SELECT by, state, changed FROM rematch ORDER BY id"
    assert ask(services, states) == [("anna", "failed", 0), ("boris", "waiting", 0)]
    with services.database.transaction() as session:
        RematchStore(session).end(silent, RematchState.DONE, NOW, {"changed": 5})
    assert ask(services, states) == [("anna", "done", 5), ("boris", "waiting", 0)]
