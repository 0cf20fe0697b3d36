"""A source that needs a person is an incident until it is pulled again or somebody paused it."""

import pytest

from kam_sync import connecting, removing
from kam_sync.alerts.model import Incident, IncidentKind
from kam_sync.alerts.store import IncidentStore
from kam_sync.intake.model import SourceState
from kam_sync.jobs.timetable import Scheduler
from kam_sync.wiring import Services
from tests.jobs.conftest import add_source, set_state


def stopped(services: Services) -> list[Incident]:
    """The open incidents, once a scheduler has looked at the sources."""
    Scheduler(services).refresh()
    with services.database.transaction() as session:
        found = IncidentStore(session).incidents(is_open=True, limit=10)
        session.expunge_all()
    assert {one.kind for one in found} <= {IncidentKind.SOURCE_STOPPED}
    return found


@pytest.mark.parametrize(
    ("state", "way"),
    [
        (SourceState.NEEDS_PERSON, "kam-sync source resume first"),
        (SourceState.NEEDS_REAUTH, "kam-sync source set first --token -"),
    ],
)
def test_a_source_that_needs_a_person_is_an_incident_until_it_is_active(
    services: Services, source_id: int, state: SourceState, way: str
) -> None:
    add_source(services, "another")
    assert stopped(services) == []
    set_state(services, source_id, state)
    (incident,) = stopped(services)
    assert (incident.subject, incident.source_id) == (f"source:{source_id}", source_id)
    assert incident.facts == {
        "source": "first", "state": state.value, "trouble": "", "error": "", "command": way,
    }  # fmt: skip
    assert [one.opened_at for one in stopped(services)] == [incident.opened_at]
    set_state(services, source_id, SourceState.ACTIVE)
    assert stopped(services) == []


@pytest.mark.parametrize("is_removed", [True, False])
def test_a_pause_and_a_removal_end_it(
    services: Services, source_id: int, *, is_removed: bool
) -> None:
    set_state(services, source_id, SourceState.NEEDS_PERSON)
    assert len(stopped(services)) == 1
    if is_removed:
        removing.remove(services, "first")
    else:
        connecting.set_paused(services, "first", paused=True)
    assert stopped(services) == []
