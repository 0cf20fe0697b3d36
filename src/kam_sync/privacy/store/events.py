"""Writes down who did what with whose personal data, and reads it again."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from kam_sync.base.db import Session, table_of
from kam_sync.privacy.model import Did, Entry, Event
from kam_sync.privacy.store.tables import EventRow


@dataclass(frozen=True, slots=True)
class WantedEvents:
    """Which events are asked for; None and empty mean all."""

    who: str = ""
    did: Did | None = None
    subject: str = ""
    since: datetime | None = None


class EventStore:
    """Reads and writes the log of personal data."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def note(self, entry: Entry, now: datetime) -> None:
        """Write one down."""
        self._session.execute(sa.insert(table_of(EventRow)), {"at": now, **asdict(entry)})

    def find(
        self, wanted: WantedEvents, *, before: int | None = None, limit: int
    ) -> Sequence[Event]:
        """The latest first."""
        query = select(EventRow).order_by(col(EventRow.id).desc()).limit(limit)
        if wanted.who:
            query = query.where(col(EventRow.who).icontains(wanted.who, autoescape=True))
        if wanted.did is not None:
            query = query.where(EventRow.did == wanted.did)
        if wanted.subject:
            query = query.where(EventRow.subject == wanted.subject)
        if wanted.since is not None:
            query = query.where(col(EventRow.at) >= wanted.since)
        if before is not None:
            query = query.where(col(EventRow.id) < before)
        return list(self._session.scalars(query))

    def forget_before(self, moment: datetime) -> int:
        """Drop what is older, and say how many that were."""
        row = table_of(EventRow)
        gone = sa.delete(row).where(row.c.at < moment).returning(row.c.id)
        return len(self._session.execute(gone).all())

    def count_before(self, moment: datetime) -> int:
        """How many are older."""
        row = table_of(EventRow)
        query = sa.select(sa.func.count()).select_from(row).where(row.c.at < moment)
        return self._session.scalar(query) or 0
