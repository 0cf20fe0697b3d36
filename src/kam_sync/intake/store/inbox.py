"""The inbox: webhooks as they came in, kept before anybody looks into them."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, col, select

from kam_sync.base import fields
from kam_sync.base.db import Session, table_of
from kam_sync.intake.inbox import Hook, HookState, Post, Reading
from kam_sync.intake.store.sources import SourceRow


class HookRow(Hook, table=True):
    """A webhook."""

    __tablename__ = "hook"
    __table_args__ = (sa.Index("hook_by_state", "source_id", "state", "id"),)

    id: int = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    source_id: int = Field(foreign_key="source.id", ondelete="CASCADE")
    received_at: datetime = fields.moment(
        index=True, sa_column_kwargs={"server_default": sa.func.now()}
    )


class InboxStore:
    """Reads and writes the webhooks of all sources."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def enter(self, source_ids: Collection[int]) -> set[int]:
        """Announce that webhooks of these sources are about to be kept; those that exist.

        They exist until the commit, and `wait_for_entering` waits for it.
        """
        for source_id in sorted(source_ids):
            self._session.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(_key(source_id))))
        row = table_of(SourceRow).c
        there = sa.select(row.id).where(row.id.in_(source_ids)).order_by(row.id)
        return set(self._session.scalars(there.with_for_update(read=True, key_share=True)))

    def wait_for_entering(self, source_id: int) -> None:
        """Wait until all that were about to be kept when we asked can be seen.

        Who enters later finds that the reading has begun, and asks for another one.
        """
        self._session.execute(sa.select(sa.func.pg_advisory_xact_lock(_key(source_id))))

    def keep(self, posts: Sequence[Post]) -> None:
        """Keep webhooks; they are all there at the commit."""
        rows = [
            {"source_id": post.source_id, "headers": post.headers, "body": post.body}
            for post in posts
        ]
        self._session.execute(sa.insert(table_of(HookRow)), rows)

    def unread(self, source_id: int, *, limit: int) -> list[Hook]:
        """Those that nobody has looked into, oldest first, locked until the commit."""
        new = select(HookRow).where(HookRow.source_id == source_id, HookRow.state == HookState.NEW)
        query = new.order_by(col(HookRow.id)).limit(limit).with_for_update(skip_locked=True)
        return list(self._session.scalars(query))

    def note(self, readings: Sequence[Reading], now: datetime) -> None:
        """Write down what came of reading them."""
        changes = [
            {
                "id": one.hook_id,
                "state": one.state,
                "reason": one.reason,
                "named": one.named,
                "read_at": now,
            }
            for one in readings
        ]
        if changes:
            self._session.execute(sa.update(HookRow), changes)

    def has_new(self, source_id: int) -> bool:
        """Whether there is one that nobody has looked into."""
        row = table_of(HookRow).c
        new = sa.select(1).where(row.source_id == source_id, row.state == HookState.NEW)
        return self._session.scalar(sa.select(new.exists())) is True

    def forget_before(self, moment: datetime, states: Collection[HookState]) -> None:
        """Drop those of some states that came before a moment."""
        old = sa.delete(HookRow).where(col(HookRow.received_at) < moment)
        self._session.execute(old.where(col(HookRow.state).in_(states)))


def _key(source_id: int) -> sa.Function[int]:
    return sa.func.hashtextextended(f"hooks {source_id}", 0)
