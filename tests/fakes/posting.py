"""Webhooks that lie in the inbox, as the door keeps them."""

from typing import Any

from kam_sync.intake.inbox import Post
from kam_sync.intake.model import Source
from kam_sync.intake.store import InboxStore
from kam_sync.wiring import Services
from tests.fakes.connecting import ask

FORM = {"content-type": "application/x-www-form-urlencoded"}


def post(services: Services, source: Source, *bodies: bytes) -> None:
    """Put bodies into the inbox of a source."""
    with services.database.transaction() as session:
        InboxStore(session).keep([Post(source.id, FORM, body) for body in bodies])


def states(services: Services) -> list[tuple[Any, ...]]:
    """The state and reason of each webhook, oldest first."""
    return ask(services, "SELECT state, reason FROM hook ORDER BY id")
