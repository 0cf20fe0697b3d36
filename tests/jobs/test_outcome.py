"""How the work of a schedule ended is noted as it was."""

import pytest
from procrastinate.exceptions import JobAborted

from kam_sync.base.errors import Busy, TakenOver
from kam_sync.jobs.model import Result, Schedule, Step
from kam_sync.jobs.outcome import noted
from kam_sync.jobs.queue import defer_measure, defer_renewal
from kam_sync.jobs.store import ScheduleStore
from kam_sync.wiring import Services
from tests.fakes.waiting import wait_until
from tests.jobs.conftest import Corridor, working

KEY = (Step.MEASURE, None)


@pytest.fixture(autouse=True)
def made(services: Services) -> None:
    """The schedules of the house are there."""
    with services.database.transaction() as session:
        ScheduleStore(session).make([KEY, (Step.GRANTS, None)], services.now())


def schedule(services: Services, step: Step = Step.MEASURE) -> Schedule:
    with services.database.transaction() as session:
        found = ScheduleStore(session).one((step, None))
        assert found is not None
        session.expunge_all()
        return found


def test_what_ends_is_a_success(services: Services) -> None:
    with noted(services, [KEY]):
        assert schedule(services).began_at is not None
    found = schedule(services)
    assert (found.last_result, found.last_message, found.began_at) == (Result.DONE, "", None)
    assert found.last_success_at is not None


@pytest.mark.parametrize(
    ("error", "result"),
    [(ZeroDivisionError(), Result.FAILED), (Busy("taken"), Result.LATER), (JobAborted(), None)],
)
def test_what_does_not_end_well_is_no_success(
    services: Services, error: Exception, result: Result | None
) -> None:
    with pytest.raises(type(error)), noted(services, [KEY]):
        raise error
    found = schedule(services)
    assert (found.last_result, found.last_success_at, found.began_at) == (result, None, None)


def test_who_was_taken_over_leaves_the_word_to_its_successor(services: Services) -> None:
    with pytest.raises(TakenOver), noted(services, [KEY]):
        raise TakenOver("another is at it")
    assert schedule(services).began_at is not None


def test_the_steps_of_the_house_succeed_through_a_worker(
    services: Services, corridor: Corridor
) -> None:
    with services.database.transaction() as session:
        defer_measure(session)
        defer_renewal(session)
    with working(services, corridor.work):
        for step in (Step.MEASURE, Step.GRANTS):
            wait_until(lambda step=step: schedule(services, step).last_result is Result.DONE)
