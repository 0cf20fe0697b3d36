"""A shop whose CRM may call us, and short ways to look at its subscription."""

from dataclasses import replace
from datetime import datetime

from pydantic import HttpUrl

from kam_sync import subscribing
from kam_sync.alerts.store import IncidentStore
from kam_sync.intake.model import Source
from kam_sync.intake.store import SourceStore
from kam_sync.subscribing import Shown
from kam_sync.wiring import Services

PUBLIC = "http://127.0.0.1:9"


def at(services: Services, public_url: str | None = PUBLIC) -> Services:
    """The same services under a public address."""
    url = None if public_url is None else HttpUrl(public_url)
    return replace(services, settings=services.settings.model_copy(update={"public_url": url}))


def later(services: Services, moment: datetime) -> Services:
    """The same services at another time."""
    return replace(services, now=lambda: moment)


def shown(services: Services, source: Source) -> Shown:
    """How its webhooks stand."""
    with services.database.transaction() as session:
        found = subscribing.look(services, session, SourceStore(session).by_id(source.id))
    assert found is not None
    return found


def address_of(services: Services, source: Source) -> str:
    """Where the CRM is to post to."""
    return subscribing.address(services, subscribing.hook_key(services, source.name))


def incidents(services: Services) -> list[tuple[str, str]]:
    """The open incidents: their kinds and reasons."""
    with services.database.transaction() as session:
        found = IncidentStore(session).incidents(is_open=True, limit=10)
        return [(one.kind.value, str(one.facts.get("reason", ""))) for one in found]
