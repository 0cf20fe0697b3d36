"""Incidents: one open at a time for an identity, told once at its beginning and once at its end."""

from datetime import timedelta

import structlog.testing

from kam_sync import flow
from kam_sync.alerts.model import IncidentKind
from kam_sync.alerts.store import IncidentStore
from kam_sync.wiring import Services
from tests.conftest import NOW

LATER = NOW + timedelta(minutes=5)
FACTS = {"source": "sales", "step": "sync", "since": NOW.isoformat()}


def told(services: Services) -> list[str]:
    with structlog.testing.capture_logs() as lines:
        flow.tell_incidents(services)
    levels = {"incident opened": "warning", "incident resolved": "info"}
    assert all(line["log_level"] == levels[line["event"]] for line in lines)
    return [line["event"] for line in lines]


def test_an_incident_seen_again_stays_one_and_learns_the_newest_facts(services: Services) -> None:
    with services.database.transaction() as session:
        store = IncidentStore(session)
        assert store.open(IncidentKind.OVERDUE, "source:1/sync", FACTS, NOW)
        assert not store.open(IncidentKind.OVERDUE, "source:1/sync", {"tries": 4}, LATER)
        assert store.open(IncidentKind.OVERDUE, "source:2/sync", FACTS, NOW)
    with services.database.transaction() as session:
        found = IncidentStore(session).incidents(is_open=True, limit=10)
        assert [(i.subject, i.facts, i.opened_at, i.seen_at) for i in found] == [
            ("source:2/sync", FACTS, NOW, NOW),
            ("source:1/sync", {"tries": 4}, NOW, LATER),
        ]
        assert IncidentStore(session).counts()[IncidentKind.OVERDUE] == 2


def test_an_incident_is_told_at_its_beginning_and_at_its_end_and_no_more(
    services: Services,
) -> None:
    with services.database.transaction() as session:
        IncidentStore(session).open(IncidentKind.OVERDUE, "source:1/sync", FACTS, NOW)
    assert told(services) == ["incident opened"]
    with services.database.transaction() as session:
        IncidentStore(session).open(IncidentKind.OVERDUE, "source:1/sync", FACTS, LATER)
    assert told(services) == []
    with services.database.transaction() as session:
        assert IncidentStore(session).resolve(IncidentKind.OVERDUE, "source:1/sync", LATER)
        assert not IncidentStore(session).resolve(IncidentKind.OVERDUE, "source:1/sync", LATER)
    assert told(services) == ["incident resolved"]
    assert told(services) == []


def test_what_ended_may_begin_again_as_another_incident(services: Services) -> None:
    with services.database.transaction() as session:
        store = IncidentStore(session)
        store.open(IncidentKind.OVERDUE, "source:1/sync", FACTS, NOW)
        store.resolve(IncidentKind.OVERDUE, "source:1/sync", LATER)
        assert store.open(IncidentKind.OVERDUE, "source:1/sync", FACTS, LATER)
        assert [i.resolved_at for i in store.incidents(limit=10)] == [None, LATER]
        assert len(store.incidents(is_open=False, limit=10)) == 1
