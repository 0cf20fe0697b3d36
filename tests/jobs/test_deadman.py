"""A schedule that has not succeeded in time is an incident, told once, until it does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kam_sync.alerts.model import Incident, IncidentKind
from kam_sync.alerts.store import IncidentStore
from kam_sync.base.clock import stopped_at
from kam_sync.intake.model import SourceState
from kam_sync.jobs import when
from kam_sync.jobs.model import Plan, Result, Step
from kam_sync.jobs.store import ScheduleStore
from kam_sync.jobs.timetable import Scheduler
from kam_sync.wiring import Services
from tests.jobs.conftest import schedule_of, set_plan, set_state

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def overdue(services: Services) -> list[Incident]:
    """The open incidents about overdue syncs."""
    with services.database.transaction() as session:
        found = IncidentStore(session).incidents(is_open=True, limit=50)
        session.expunge_all()
    assert {one.kind for one in found} <= {IncidentKind.OVERDUE}
    return [one for one in found if one.facts["step"] == "sync"]


def live(services: Services, start: datetime, minutes: int) -> None:
    """Schedulers live on for a while: one refresh each four minutes."""
    for minute in range(0, minutes + 1, 4):
        Scheduler(replace(services, now=stopped_at(start + minute * MINUTE))).refresh()


def end(services: Services, source_id: int, result: Result, at: datetime, said: str = "") -> None:
    with services.database.transaction() as session:
        ScheduleStore(session).end([(Step.SYNC, source_id)], result, said, at)


def test_a_sync_that_does_not_succeed_is_overdue_after_two_hours_and_an_interval(
    services: Services, source_id: int
) -> None:
    live(services, NINE, 120)
    end(services, source_id, Result.FAILED, NINE + 100 * MINUTE, "the CRM is in flames")
    assert overdue(services) == []
    live(services, NINE + 120 * MINUTE, 20)
    (incident,) = overdue(services)
    assert incident.subject == f"source:{source_id}/sync"
    assert incident.source_id == source_id
    assert incident.facts == {
        "source": "first", "step": "sync", "since": NINE.isoformat(),
        "error": "the CRM is in flames", "command": "kam-sync schedule list first",
    }  # fmt: skip
    end(services, source_id, Result.DONE, NINE + 141 * MINUTE)
    live(services, NINE + 142 * MINUTE, 8)
    assert overdue(services) == []


def test_a_deadline_of_its_own_counts_from_the_last_success(
    services: Services, source_id: int
) -> None:
    at_nine = replace(services, now=stopped_at(NINE))
    set_plan(at_nine, source_id, Plan(every=5 * MINUTE, deadline=20 * MINUTE))
    live(services, NINE, 12)
    end(services, source_id, Result.DONE, NINE + 12 * MINUTE)
    live(services, NINE + 12 * MINUTE, 20)
    assert overdue(services) == []
    live(services, NINE + 33 * MINUTE, 4)
    assert [one.facts["since"] for one in overdue(services)] == [(NINE + 12 * MINUTE).isoformat()]


def test_a_pause_ends_it_and_starts_the_watch_anew(services: Services, source_id: int) -> None:
    live(services, NINE, 140)
    assert len(overdue(services)) == 1
    set_state(services, source_id, SourceState.PAUSED)
    live(services, NINE + 141 * MINUTE, 12)
    assert overdue(services) == []
    set_state(services, source_id, SourceState.ACTIVE)
    live(services, NINE + 156 * MINUTE, 100)
    assert overdue(services) == []


def test_the_night_in_which_nothing_ran_is_not_held_against_it(
    services: Services, source_id: int
) -> None:
    live(services, NINE, 4)
    end(services, source_id, Result.DONE, NINE + 4 * MINUTE)
    live(services, NINE + timedelta(hours=12), 120)
    assert overdue(services) == []


@pytest.fixture
def _six_hours_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest run is a day really (`test_when`), of which each four minutes would be lived."""
    monkeypatch.setattr(when, "_LONGEST_RUN", timedelta(hours=6))


@pytest.mark.heavy
@pytest.mark.usefixtures("_six_hours_at_most")
def test_a_first_load_may_take_the_longest_run(services: Services, source_id: int) -> None:
    live(services, NINE, 0)
    with services.database.transaction() as session:
        ScheduleStore(session).begin([(Step.SYNC, source_id)], NINE)
    live(services, NINE, 60 * 5)
    assert overdue(services) == []
    live(services, NINE + timedelta(hours=5), 64)
    assert len(overdue(services)) == 1


@pytest.mark.heavy
@pytest.mark.usefixtures("_six_hours_at_most")
def test_a_sync_that_kills_its_worker_each_time_is_overdue_after_the_longest_run(
    services: Services, source_id: int
) -> None:
    live(services, NINE, 0)
    for hours in (0, 2, 4):
        with services.database.transaction() as session:
            ScheduleStore(session).begin([(Step.SYNC, source_id)], NINE + timedelta(hours=hours))
        live(services, NINE + timedelta(hours=hours), 60 * 2)
        assert overdue(services) == []
    live(services, NINE + timedelta(hours=6), 4)
    assert len(overdue(services)) == 1


def test_what_was_left_undone_before_a_pause_begins_anew(
    services: Services, source_id: int
) -> None:
    live(services, NINE, 0)
    with services.database.transaction() as session:
        ScheduleStore(session).begin([(Step.SYNC, source_id)], NINE)
    noon = NINE + timedelta(hours=3)
    live(services, noon, 0)
    with services.database.transaction() as session:
        ScheduleStore(session).begin([(Step.SYNC, source_id)], noon + MINUTE)
    assert schedule_of(services, Step.SYNC, source_id).began_at == noon + MINUTE
