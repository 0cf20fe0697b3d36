"""Webhooks are read soon, again when the CRM is away, and not while their source is not active."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from connectors import Noun
from kam_sync.flow import HearingResult
from kam_sync.intake.inbox import Post
from kam_sync.intake.model import NounCounts, RunState, SourceState
from kam_sync.intake.store import InboxStore
from kam_sync.jobs.queue import MEASURE, READ, defer_reading
from kam_sync.jobs.replaying import Wanted, replay
from kam_sync.jobs.serving import defer_sync
from kam_sync.jobs.tasks import Work
from kam_sync.jobs.upkeep import keep_house
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.waiting import wait_until
from tests.jobs.conftest import AT_ONCE, Corridor, jobs, run_sql, set_state, working


class Ear:
    """Stands where flow.hear stands."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.answers: list[HearingResult | Exception] = []

    def hear(
        self,
        services: Services,
        source_id: int,
        /,
        *,
        go_on: Callable[[], None],
    ) -> HearingResult:
        """Note, and answer."""
        go_on()
        self.heard.append(source_id)
        answer = self.answers.pop(0) if self.answers else HearingResult("a source")
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def work(ear: Ear, corridor: Corridor) -> Work:
    return Work(corridor.sync, corridor.measure, corridor.write, ear.hear)


def defer(services: Services, source_id: int) -> bool:
    with services.database.transaction() as session:
        return defer_reading(session, source_id, wait=AT_ONCE)


def test_webhooks_that_come_while_a_reading_waits_are_read_by_it(
    services: Services, source_id: int, ear: Ear, work: Work
) -> None:
    assert defer(services, source_id)
    assert not defer(services, source_id)
    with working(services, work):
        wait_until(lambda: jobs(services, READ) == ["succeeded"])
    assert ear.heard == [source_id]
    assert defer(services, source_id)


def test_what_the_webhooks_changed_is_measured_a_little_later(
    services: Services, source_id: int, ear: Ear, work: Work
) -> None:
    changed = {Noun.DEAL: NounCounts(updated=1)}
    ear.answers = [HearingResult("a source", nouns=changed), HearingResult("a source")]
    defer(services, source_id)
    with working(services, work):
        wait_until(lambda: jobs(services, READ) == ["succeeded"])
    assert jobs(services, MEASURE) == ["todo"]


def test_a_crm_that_is_away_is_asked_about_the_webhooks_again(
    services: Services, source_id: int, ear: Ear, work: Work
) -> None:
    away = HearingResult("a source", RunState.LATER, "away", wait=timedelta(0))
    ear.answers = [away, ZeroDivisionError("a bug")]
    defer(services, source_id)
    with working(services, work):
        wait_until(lambda: jobs(services, READ) == ["succeeded", "failed", "succeeded"])


def test_webhooks_of_a_source_that_is_not_active_wait_for_its_next_sync(
    services: Services, source_id: int, ear: Ear, work: Work
) -> None:
    with services.database.transaction() as session:
        InboxStore(session).keep([Post(source_id, {}, b"leads[update][0][id]=1")])
    set_state(services, source_id, SourceState.NEEDS_PERSON)
    defer(services, source_id)
    with working(services, work):
        wait_until(lambda: jobs(services, READ) == ["succeeded"])
        assert ear.heard == []
        set_state(services, source_id, SourceState.ACTIVE)
        defer_sync(services, source_id)
        wait_until(lambda: len(jobs(services, READ)) == 2)


def test_webhooks_are_kept_for_a_week_and_those_not_understood_for_a_month(
    services: Services, source_id: int
) -> None:
    with services.database.transaction() as session:
        InboxStore(session).keep([Post(source_id, {}, b"body")] * 5)
    run_sql(services, "UPDATE hook SET state = 'unknown' WHERE id <= 2")
    run_sql(services, "UPDATE hook SET state = 'read' WHERE id BETWEEN 3 AND 4")
    run_sql(services, "UPDATE hook SET received_at = now() - interval '8 d' WHERE id IN (1, 3, 5)")
    run_sql(services, "UPDATE hook SET received_at = now() - interval '31 d' WHERE id IN (2, 5)")
    keep_house(services)
    assert ask(services, "SELECT id FROM hook ORDER BY id") == [(1,), (4,), (5,)]


def test_a_replay_is_read_at_once_whatever_other_readings_wait_for(
    services: Services, source_id: int, ear: Ear, work: Work
) -> None:
    with services.database.transaction() as session:
        InboxStore(session).keep([Post(source_id, {}, b"leads[update][0][id]=1")])
        defer_reading(session, source_id, wait=timedelta(hours=1))
        defer_reading(session, source_id, attempt=1, wait=timedelta(hours=1))
    run_sql(services, "UPDATE hook SET state = 'unknown'")
    with services.database.transaction() as session:
        assert replay(session, Wanted(source_id=source_id)) == 1
    with working(services, work):
        wait_until(lambda: jobs(services, READ) == ["todo", "todo", "succeeded"])
    assert ear.heard == [source_id]
