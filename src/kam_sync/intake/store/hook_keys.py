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
    """When it opens no more; None for the current one, and for older ones until that is in use."""


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
        newest = of_source.where(col(HookKeyRow.ends_at).is_(None)).order_by(
            col(HookKeyRow.made_at).desc()
        )
        return self._session.scalar(newest.limit(1))

    def end_others(self, source_id: int, digest: str, at: datetime) -> None:
        """Let all keys of a source but this one open nothing from then on."""
        row = HookKeyRow
        self._session.execute(
            sa.update(row)
            .where(col(row.source_id) == source_id, col(row.digest) != digest)
            .where(col(row.ends_at).is_(None) | (col(row.ends_at) > at))
            .values(ends_at=at)
        )

    def doors(self, now: datetime) -> dict[str, int]:
        """Which source each key opens, by the digest of the key."""
        row = HookKeyRow
        is_open = col(row.ends_at).is_(None) | (col(row.ends_at) > now)
        found = sa.select(col(row.digest), col(row.source_id)).where(is_open)
        return {row.digest: row.source_id for row in self._session.execute(found)}
