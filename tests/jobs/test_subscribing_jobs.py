"""Webhooks are looked after by the hour, and at once where something has changed."""

from datetime import timedelta

import pytest

from connectors import RetryLater
from kam_sync import connecting, flow
from kam_sync.base.errors import WrongUse
from kam_sync.intake.model import SourceState
from kam_sync.intake.store import SubscriptionStore
from kam_sync.intake.subscription import HooksState
from kam_sync.jobs import steps
from kam_sync.jobs.defaults import default_plan
from kam_sync.jobs.model import Result, Step
from kam_sync.jobs.queue import SUBSCRIBE, defer_subscribing
from kam_sync.jobs.tasks import Work
from kam_sync.jobs.timetable import Scheduler
from kam_sync.wiring import Services
from tests.fakes.memory_crm import MemoryCrm, connected
from tests.fakes.waiting import wait_until
from tests.jobs.conftest import jobs, run_sql, schedule_of, set_state, working


class Looks:
    """Stands where the corridor stands, and answers what it was told to."""

    def __init__(self, *answers: Exception) -> None:
        self.answers = list(answers)
        self.of: list[int] = []

    def look(self, services: Services, source_id: int, /) -> flow.Found:
        """Note it as a real look does, and answer."""
        with services.database.transaction() as session:
            SubscriptionStore(session).begin(source_id, services.now())
        self.of.append(source_id)
        if self.answers:
            raise self.answers.pop(0)
        return flow.Found("a source", HooksState.ACTIVE)

    @property
    def work(self) -> Work:
        """As a worker takes it."""
        return Work(look_after=self.look)


def defer(services: Services, source_id: int) -> None:
    with services.database.transaction() as session:
        defer_subscribing(session, source_id)


def only_hooks(services: Services) -> None:
    run_sql(services, "DELETE FROM procrastinate_jobs WHERE task_name <> 'subscribe_hooks'")


def test_a_new_source_is_looked_at_at_once_and_then_by_the_hour(
    services: Services, source_id: int
) -> None:
    Scheduler(services).refresh()
    only_hooks(services)
    looks = Looks()
    with working(services, looks.work):
        wait_until(lambda: jobs(services, SUBSCRIBE) == ["succeeded"])
    Scheduler(services).refresh()
    assert jobs(services, SUBSCRIBE) == ["succeeded"]
    kept = schedule_of(services, Step.HOOKS, source_id)
    assert kept.last_result is Result.DONE
    assert kept.last_success_at is not None


def test_a_source_that_goes_on_is_looked_at_at_once(services: Services, source_id: int) -> None:
    with services.database.transaction() as session:
        SubscriptionStore(session).begin(source_id, services.now())
    connecting.set_paused(services, "first", paused=True)
    Scheduler(services).refresh()
    assert jobs(services, SUBSCRIBE) == []
    connecting.set_paused(services, "first", paused=False)
    Scheduler(services).refresh()
    Scheduler(services).refresh()
    assert jobs(services, SUBSCRIBE) == ["todo"]


def test_a_crm_that_is_away_is_asked_again(services: Services, source_id: int) -> None:
    looks = Looks(RetryLater("away"), RetryLater("away"))
    defer(services, source_id)
    with working(services, looks.work):
        wait_until(lambda: jobs(services, SUBSCRIBE) == ["succeeded"] * 3)
    assert looks.of == [source_id] * 3


def test_what_is_wrong_with_the_settings_is_shown_on_the_timetable(
    services: Services, source_id: int
) -> None:
    Scheduler(services).refresh()
    only_hooks(services)
    with working(services, Looks(WrongUse("option per_second: no number")).work):
        wait_until(lambda: jobs(services, SUBSCRIBE) == ["succeeded"])
    kept = schedule_of(services, Step.HOOKS, source_id)
    assert (kept.last_result, kept.last_message) == (Result.FAILED, "option per_second: no number")


@pytest.mark.parametrize("state", [SourceState.NEEDS_PERSON, SourceState.NEEDS_REAUTH])
def test_a_source_that_nobody_lets_in_is_not_looked_at(
    services: Services, source_id: int, state: SourceState
) -> None:
    set_state(services, source_id, state)
    defer(services, source_id)
    looks = Looks()
    with working(services, looks.work):
        wait_until(lambda: jobs(services, SUBSCRIBE) == ["succeeded"])
    assert looks.of == []


def test_two_looks_at_a_source_are_never_made_at_once(services: Services, source_id: int) -> None:
    with services.database.alone(f"subscription {source_id}"):
        defer(services, source_id)
        with working(services, Work()):
            wait_until(lambda: jobs(services, SUBSCRIBE)[:1] == ["succeeded"])
    assert len(jobs(services, SUBSCRIBE)) > 1


def test_a_kind_that_cannot_be_asked_to_call_has_no_such_line_on_its_timetable(
    services: Services, source_id: int
) -> None:
    _, other = connected(services, MemoryCrm())
    found = steps.keys(connecting.due(services))
    assert (Step.HOOKS, source_id) in found
    assert (Step.HOOKS, other) not in found
    assert (Step.SYNC, other) in found


def test_the_plan_is_every_hour_with_jitter(services: Services, source_id: int) -> None:
    plan = default_plan(Step.HOOKS, "Europe/Moscow")
    assert (plan.every, plan.jitter) == (timedelta(hours=1), timedelta(minutes=5))
