"""Incidents. The database itself allows one open incident per identity."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, col, select

from kam_sync.alerts.model import Incident, IncidentKind
from kam_sync.base.db import Session, table_of
from kam_sync.base.fields import moment

_IS_OPEN = sa.text("resolved_at IS NULL")


class IncidentRow(Incident, table=True):
    """Incidents, each with up to when it was told."""

    __tablename__ = "incident"
    __table_args__ = (
        sa.Index("incident_one_open", "kind", "subject", unique=True, postgresql_where=_IS_OPEN),
        sa.Index("incident_to_tell", "id", postgresql_where=sa.text("told_at IS NULL")),
    )

    id: int = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    source_id: int | None = Field(
        default=None, foreign_key="source.id", ondelete="CASCADE", index=True
    )
    told_at: datetime | None = moment(default=None)
    """When its last change, the opening or the end, was told."""


class IncidentStore:
    """Reads and writes incidents."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def open(
        self,
        kind: IncidentKind,
        subject: str,
        facts: Mapping[str, Any],
        now: datetime,
        *,
        source_id: int | None = None,
    ) -> bool:
        """Open an incident, or give the open one its newest facts; True when it is new."""
        values = {"facts": dict(facts), "seen_at": now}
        new = insert(IncidentRow).values(
            kind=kind, subject=subject, source_id=source_id, opened_at=now, **values
        )
        saved = new.on_conflict_do_update(
            index_elements=["kind", "subject"], index_where=_IS_OPEN, set_=values
        )
        opened_at = self._session.scalar(saved.returning(col(IncidentRow.opened_at)))
        return opened_at == now

    def resolve(self, kind: IncidentKind, subject: str, now: datetime) -> bool:
        """End an incident; False when none was open."""
        ended = sa.update(IncidentRow).where(
            col(IncidentRow.kind) == kind,
            col(IncidentRow.subject) == subject,
            col(IncidentRow.resolved_at).is_(None),
        )
        found = self._session.execute(
            ended.values(resolved_at=now, told_at=None).returning(col(IncidentRow.id))
        )
        return found.first() is not None

    def open_subjects(self, kind: IncidentKind) -> set[str]:
        """What the open incidents of a kind are about."""
        query = select(IncidentRow.subject).where(col(IncidentRow.resolved_at).is_(None))
        return set(self._session.scalars(query.where(IncidentRow.kind == kind)))

    def incidents(
        self, *, is_open: bool | None = None, before: int | None = None, limit: int
    ) -> list[Incident]:
        """Incidents, newest first: the open ones, the ended ones, or all; those before an id."""
        query = select(IncidentRow).order_by(col(IncidentRow.id).desc()).limit(limit)
        if is_open is not None:
            query = query.where(col(IncidentRow.resolved_at).is_(None) == is_open)
        if before is not None:
            query = query.where(col(IncidentRow.id) < before)
        return list(self._session.scalars(query))

    def sources_with(self, kinds: Collection[IncidentKind]) -> set[int]:
        """The sources about which an incident of one of these kinds is open."""
        row = table_of(IncidentRow).c
        query = sa.select(row.source_id).where(
            row.kind.in_(kinds), row.resolved_at.is_(None), row.source_id.is_not(None)
        )
        return set(self._session.scalars(query))

    def counts(self) -> dict[IncidentKind, int]:
        """How many are open, of every kind."""
        query = select(IncidentRow.kind, sa.func.count()).where(
            col(IncidentRow.resolved_at).is_(None)
        )
        found = {row[0]: row[1] for row in self._session.execute(query.group_by(IncidentRow.kind))}
        return {kind: found.get(kind, 0) for kind in IncidentKind}

    def untold(self, *, limit: int) -> list[Incident]:
        """Those whose opening or end was not told yet, locked until the transaction ends."""
        query = select(IncidentRow).where(col(IncidentRow.told_at).is_(None))
        query = query.order_by(col(IncidentRow.id)).limit(limit)
        return list(self._session.scalars(query.with_for_update(skip_locked=True)))

    def told(self, ids: Collection[int], now: datetime) -> None:
        """Write down that they were told as they stand."""
        self._session.execute(
            sa.update(IncidentRow).where(col(IncidentRow.id).in_(ids)).values(told_at=now)
        )
