"""The inbox: webhooks as they came in, kept before anybody looks into them."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, col, select

from kam_sync.base import fields
from kam_sync.base.db import Session, table_of
from kam_sync.base.errors import NotHere
from kam_sync.intake.inbox import Hook, HookState, KeptHook, Post, Reading
from kam_sync.intake.model import SourceState
from kam_sync.intake.store.sources import SourceRow

_EMPTIED = """
    UPDATE hook SET body = '', headers = '{}' WHERE id = ANY(:ids) AND EXISTS (
        SELECT FROM jsonb_each(hook.named) AS told(noun, keys)
        CROSS JOIN jsonb_array_elements_text(told.keys) AS key
        JOIN raw_record r ON r.source_id = hook.source_id AND r.noun = told.noun
            AND r.external_id = key AND r.cut_why IN ('erased', 'masked'))
"""
"""Those that are about erased people are not kept once it is known what they are about."""


class HookRow(KeptHook, table=True):
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
        """Announce that webhooks of these sources are about to be kept; those that take any.

        They exist until the commit, and `wait_for_entering` waits for it.
        """
        for source_id in sorted(source_ids):
            self._session.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(_key(source_id))))
        row = table_of(SourceRow).c
        there = sa.select(row.id).where(row.id.in_(source_ids)).order_by(row.id)
        there = there.where(row.state != SourceState.REMOVING)
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

    def unread(self, source_id: int, *, limit: int) -> list[KeptHook]:
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
            self._session.execute(sa.text(_EMPTIED), {"ids": [one.hook_id for one in readings]})

    def hooks(
        self,
        *,
        source_id: int | None = None,
        state: HookState | None = None,
        before: int | None = None,
        limit: int,
    ) -> list[Hook]:
        """Webhooks without their bodies, newest first: of a source, in a state, before an id."""
        row = table_of(HookRow).c
        query = sa.select(*(row[name] for name in Hook.model_fields))
        for column, wanted in ((row.source_id, source_id), (row.state, state)):
            query = query if wanted is None else query.where(column == wanted)
        query = query if before is None else query.where(row.id < before)
        found = self._session.execute(query.order_by(row.id.desc()).limit(limit)).mappings()
        return [Hook(**one) for one in found]

    def hook(self, hook_id: int) -> KeptHook:
        """One webhook as it came in, or NotHere."""
        found = self._session.get(HookRow, hook_id, populate_existing=True)
        if found is None:
            raise NotHere(f"webhook {hook_id}: no such webhook; old ones are forgotten")
        return found

    def replay(
        self,
        *,
        ids: Collection[int],
        source_id: int | None,
        states: Collection[HookState],
        since: datetime | None,
    ) -> Counter[int]:
        """Let webhooks be read again: those of some ids or of a source; how many of each source."""
        row = table_of(HookRow).c
        again = sa.update(HookRow).where(row.state.in_(states))
        again = again.where(row.id.in_(ids)) if ids else again
        again = again if source_id is None else again.where(row.source_id == source_id)
        again = again if since is None else again.where(row.received_at >= since)
        values = {"state": HookState.NEW, "reason": "", "replayed_at": sa.func.now()}
        return Counter(self._session.scalars(again.values(values).returning(row.source_id)))

    def has_new(self, source_id: int) -> bool:
        """Whether there is one that nobody has looked into."""
        row = table_of(HookRow).c
        new = sa.select(1).where(row.source_id == source_id, row.state == HookState.NEW)
        return self._session.scalar(sa.select(new.exists())) is True

    def oldest_unread_at(self, source_id: int) -> datetime | None:
        """When the oldest of a source that nobody has looked into came."""
        row = table_of(HookRow).c
        new = sa.select(row.received_at).where(
            row.source_id == source_id, row.state == HookState.NEW
        )
        return self._session.scalar(new.order_by(row.id).limit(1))

    def last_received_at(self, source_id: int) -> datetime | None:
        """When the newest of a source came."""
        row = table_of(HookRow).c
        newest = [
            sa.select(row.received_at)
            .where(row.source_id == source_id, row.state == state)
            .order_by(row.id.desc())
            .limit(1)
            .scalar_subquery()
            for state in HookState
        ]
        return self._session.scalar(sa.select(sa.func.greatest(*newest)))

    def kept_bytes(self, source_id: int) -> int:
        """About how much room the webhooks of a source take."""
        row = table_of(HookRow).c
        room = sa.func.coalesce(sa.func.sum(_ROOM), 0)
        return int(self._session.scalar(sa.select(room).where(row.source_id == source_id)) or 0)

    def make_room(self, source_id: int, most: int) -> bool:
        """Drop the oldest that were looked into until those of a source take no more than that.

        False when even those that nobody has looked into take more: none of them is dropped.
        """
        row = table_of(HookRow).c
        is_new = row.state == HookState.NEW
        so_far = sa.func.sum(_ROOM).over(order_by=[is_new.desc(), row.id.desc()])
        found = sa.select(row.id, is_new.label("is_new"), so_far.label("so_far"))
        counted = found.where(row.source_id == source_id).subquery()
        too_many = sa.select(counted.c.id).where(counted.c.so_far > most, ~counted.c.is_new)
        self._session.execute(sa.delete(HookRow).where(col(HookRow.id).in_(too_many)))
        return self.kept_bytes(source_id) <= most

    def forget_before(self, moment: datetime, states: Collection[HookState]) -> int:
        """Drop those of some states that came before a moment; how many."""
        old = sa.delete(HookRow).where(col(HookRow.received_at) < moment)
        gone = old.where(col(HookRow.state).in_(states)).returning(col(HookRow.id))
        return len(self._session.execute(gone).all())

    def count_before(self, moment: datetime, states: Collection[HookState]) -> int:
        """How many of some states came before a moment."""
        query = sa.select(sa.func.count()).select_from(HookRow)
        old = query.where(col(HookRow.received_at) < moment, col(HookRow.state).in_(states))
        return self._session.scalar(old) or 0


_ROOM = sa.func.octet_length(sa.column("body")) + 500
"""Of a webhook: its body, and about as much for the rest of its row."""


def _key(source_id: int) -> sa.Function[int]:
    return sa.func.hashtextextended(f"hooks {source_id}", 0)
