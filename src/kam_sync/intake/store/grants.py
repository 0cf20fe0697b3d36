"""Grants by OAuth: a table of its own, so that a renewal never waits for a sync that writes."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, select

from kam_sync.base.db import Session, table_of
from kam_sync.intake.grant import SealedGrant
from kam_sync.intake.model import SourceState
from kam_sync.intake.store.sources import SourceRow

IsTried = Callable[[str], bool]
"""Whether a sealed refresh token is the one that was tried; by what is inside, as it may have been
sealed anew with another key meanwhile."""

_AHEAD = timedelta(hours=2)
_SHORT = timedelta(minutes=75)
"""A token of an hour (clocks differ) is renewed when it is used: by the clock, it would be all day.
"""
_IDLE = timedelta(days=7)
"""A refresh token that nobody uses dies after three months."""


class SourceGrantRow(SealedGrant, table=True):
    """The grant of one source."""

    __tablename__ = "source_grant"

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")


class GrantStore:
    """Reads and writes grants."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, source_id: int) -> SealedGrant | None:
        """The grant of a source, if OAuth opens it."""
        row = self._session.get(SourceGrantRow, source_id)
        return None if row is None else SealedGrant(**row.model_dump(exclude={"source_id"}))

    def sources(self) -> set[int]:
        """The sources that OAuth opens."""
        return set(self._session.scalars(select(table_of(SourceGrantRow).c.source_id)))

    def keep(self, source_id: int, grant: SealedGrant) -> None:
        """Keep a grant in the place of the one before."""
        self._session.merge(SourceGrantRow(**grant.model_dump(), source_id=source_id))

    def renew(self, source_id: int, is_tried: IsTried, grant: SealedGrant) -> None:
        """Keep the next grant of a source in the place of the one that was tried.

        Not when the source is gone, or another pair has been stored since.
        """
        self._set(source_id, is_tried, **grant.model_dump())

    def refuse(self, source_id: int, is_tried: IsTried, reason: str) -> None:
        """Remember that the CRM will not renew it, so that nobody asks again.

        Not when another pair than the one that was tried has been stored since.
        """
        self._set(source_id, is_tried, refused=reason)

    def postpone(self, source_id: int, is_tried: IsTried, failures: int, until: datetime) -> None:
        """Let nobody try before a time, unless another pair has been stored since."""
        self._set(source_id, is_tried, failures=failures, next_try_at=until)

    def _set(self, source_id: int, is_tried: IsTried, **values: Any) -> None:
        row = table_of(SourceGrantRow).c
        is_it = row.source_id == source_id
        held = select(row.sealed_refresh).where(is_it).with_for_update(key_share=True)
        stored = self._session.scalar(held)
        if stored is not None and is_tried(stored):
            self._session.execute(sa.update(SourceGrantRow).where(is_it).values(**values))

    def drop(self, source_id: int) -> None:
        """Forget the grant of a source: another secret opens it now."""
        row = table_of(SourceGrantRow).c
        self._session.execute(sa.delete(SourceGrantRow).where(row.source_id == source_id))

    def due(self, now: datetime) -> Sequence[int]:
        """Sources whose grant ends soon or has lain idle; not those that must be allowed anew.

        Where a person has something else to do, nobody syncs: it is only kept from dying.
        """
        grant, source = table_of(SourceGrantRow).c, table_of(SourceRow).c
        used = source.state.in_([SourceState.ACTIVE, SourceState.PAUSED])
        is_long = grant.ends_at - grant.refreshed_at > _SHORT
        is_ending = is_long & (grant.ends_at <= now + _AHEAD)
        query = (
            select(grant.source_id)
            .join(SourceRow, source.id == grant.source_id)
            .where(source.state != SourceState.NEEDS_REAUTH, grant.refused == "")
            .where(sa.func.coalesce(grant.next_try_at, now) <= now)
            .where((used & is_ending) | (grant.refreshed_at <= now - _IDLE))
        )
        return list(self._session.scalars(query.order_by(grant.source_id)))
