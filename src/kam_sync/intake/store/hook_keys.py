"""The keys in the addresses that CRMs post webhooks to."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from kam_sync.base import fields
from kam_sync.base.db import Session


class HookKeyRow(SQLModel, table=True):
    """A key of a source: its digest to be looked up by, itself sealed to be shown."""

    __tablename__ = "hook_key"

    digest: str = Field(primary_key=True)
    source_id: int = Field(foreign_key="source.id", ondelete="CASCADE", index=True)
    sealed_key: str
    made_at: datetime = fields.moment()
    ends_at: datetime | None = fields.moment(default=None)
    """When it opens no more; None for the current one."""


class HookKeyStore:
    """Reads and writes keys."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, source_id: int, digest: str, sealed_key: str, now: datetime) -> None:
        """Make a key the current one of a source."""
        self._session.add(
            HookKeyRow(digest=digest, source_id=source_id, sealed_key=sealed_key, made_at=now)
        )
        self._session.flush()

    def current(self, source_id: int) -> str | None:
        """The current key of a source, sealed."""
        of_source = sa.select(col(HookKeyRow.sealed_key)).where(
            col(HookKeyRow.source_id) == source_id
        )
        return self._session.scalar(of_source.where(col(HookKeyRow.ends_at).is_(None)))

    def doors(self, now: datetime) -> dict[str, int]:
        """Which source each key opens, by the digest of the key."""
        row = HookKeyRow
        is_open = col(row.ends_at).is_(None) | (col(row.ends_at) > now)
        found = sa.select(col(row.digest), col(row.source_id)).where(is_open)
        return {row.digest: row.source_id for row in self._session.execute(found)}
