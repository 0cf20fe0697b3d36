"""Tells integrators: what has changed becomes messages to the targets that want them."""

from collections.abc import Callable
from functools import partial

import structlog

from connectors import Noun
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere
from kam_sync.intake.model import Source, SourceState
from kam_sync.intake.store import SourceStore
from kam_sync.notify import announce
from kam_sync.notify.store import TargetStore
from kam_sync.wiring import Services

Part = Callable[[Session, Services], int]
"""Looks at the next changes of one kind; how many there were."""

_log = structlog.get_logger("kam_sync.announcing")


def is_behind(services: Services) -> bool:
    """Whether there are targets, and changes that nobody has looked at for them."""
    with services.database.transaction() as session:
        if not TargetStore(session).all():
            return False
        if announce.has_alerts(session) or announce.has_moves(session):
            return True
        return any(
            announce.SourceNews(session, source, services.now()).is_waiting(noun)
            for source in _told_of(session)
            for noun in announce.NOUNS
        )


def announce_all(services: Services, *, go_on: Callable[[], None] = lambda: None) -> int:
    """Look at all that has changed, batch by batch; how many changes there were.

    Busy when another process is at it, or writes alerts or accounts for long; `go_on` raises
    Stopped when it is time to stop.
    """
    with services.database.alone("announcing"):
        with services.database.transaction() as session:
            if not TargetStore(session).all():
                return 0
            sources = _told_of(session)
            session.expunge_all()
        parts: list[Part] = [
            partial(_of_source, one.id, noun) for one in sources for noun in announce.NOUNS
        ]
        total = 0
        for part in [*parts, _of_moves, _of_alerts]:
            while count := _batch(services, part, go_on):
                total += count
    _log.info("announced", changes=total)
    return total


def _told_of(session: Session) -> list[Source]:
    """The sources whose changes are told: what a removal deletes here, the CRM still has."""
    return [one for one in SourceStore(session).all() if one.state is not SourceState.REMOVING]


def _batch(services: Services, part: Part, go_on: Callable[[], None]) -> int:
    go_on()
    with services.database.transaction() as session:
        return part(session, services)


def _of_source(source_id: int, noun: Noun, session: Session, services: Services) -> int:
    try:
        source = SourceStore(session).by_id(source_id)
    except NotHere:  # removed meanwhile
        return 0
    if source.state is SourceState.REMOVING:
        return 0
    return announce.SourceNews(session, source, services.now()).tell(noun)


def _of_moves(session: Session, services: Services) -> int:
    return announce.of_moves(session, services.now())


def _of_alerts(session: Session, services: Services) -> int:
    return announce.of_alerts(session, services.settings.locale, services.now())
