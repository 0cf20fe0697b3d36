"""The journal of runs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col, select

from connectors import ErrorKind
from kam_sync.base.db import Session
from kam_sync.intake.model import Run, RunState


class RunRow(Run, table=True):
    """A run."""

    __tablename__ = "run"
    __table_args__ = (
        sa.Index("run_started", "started_at", "id"),
        sa.Index("run_newest", "source_id", "noun", "id"),
        sa.Index("run_open", "source_id", postgresql_where=sa.text("state = 'running'")),
    )

    id: int = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    source_id: int | None = Field(default=None, foreign_key="source.id", ondelete="CASCADE")


class RunStore:
    """Reads and writes runs."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(
        self, step: str, now: datetime, *, source_id: int | None = None, noun: str = ""
    ) -> int:
        """Write down that a run has begun and return its id."""
        row = RunRow(step=step, source_id=source_id, noun=noun, started_at=now)
        self._session.add(row)
        self._session.flush()
        return row.id

    def note(self, run_id: int, counts: Mapping[str, Any]) -> None:
        """Keep the counts so far, so that progress can be seen while the run goes on."""
        self._session.execute(
            sa.update(RunRow).where(col(RunRow.id) == run_id).values(counts=dict(counts))
        )

    def end(
        self,
        run_id: int,
        state: RunState,
        now: datetime,
        counts: Mapping[str, Any],
        message: str = "",
        kind: ErrorKind = ErrorKind.OTHER,
    ) -> None:
        """Write down how a run ended."""
        self._session.execute(
            sa.update(RunRow)
            .where(col(RunRow.id) == run_id)
            .values(
                state=state, ended_at=now, counts=dict(counts), message=message, error_kind=kind
            )
        )

    def mark(self) -> str:
        """Another text whenever a run began, went on or ended."""
        newest = select(sa.func.max(RunRow.id)).scalar_subquery()
        counts = sa.cast(col(RunRow.counts), sa.Text)
        running = select(
            sa.func.md5(sa.func.string_agg(sa.cast(RunRow.id, sa.Text) + counts, sa.text("','")))
        ).where(RunRow.state == RunState.RUNNING)
        found = self._session.execute(select(newest, running.scalar_subquery())).one()
        return f"{found[0] or ''} {found[1] or ''}"

    def abandon(self, source_id: int, now: datetime) -> None:
        """Close the runs that a killed process left open; the caller holds the source's lock."""
        self._session.execute(
            sa.update(RunRow)
            .where(col(RunRow.source_id) == source_id, col(RunRow.state) == RunState.RUNNING)
            .values(state=RunState.FAILED, ended_at=now, message="the process was ended")
        )

    def latest(
        self, *, source_id: int | None = None, before: int | None = None, limit: int
    ) -> list[Run]:
        """Runs, newest first, those before an id where one is given."""
        query = select(RunRow).order_by(col(RunRow.id).desc()).limit(limit)
        if source_id is not None:
            query = query.where(RunRow.source_id == source_id)
        if before is not None:
            query = query.where(col(RunRow.id) < before)
        return list(self._session.scalars(query))

    def last_sync(self, source_id: int, *, state: RunState | None = None) -> Run | None:
        """The newest sync of a source that has ended, or that ended in a certain way."""
        query = select(RunRow).where(RunRow.source_id == source_id, RunRow.noun == "")
        if state is not None:
            query = query.where(RunRow.state == state)
        ended = query.where(col(RunRow.ended_at).is_not(None))
        return self._session.scalar(ended.order_by(col(RunRow.id).desc()).limit(1))

    def running(self, source_id: int) -> Run | None:
        """The newest sync of a source, where it has not ended."""
        query = select(RunRow).where(RunRow.source_id == source_id, RunRow.noun == "")
        newest = self._session.scalar(query.order_by(col(RunRow.id).desc()).limit(1))
        return newest if newest is not None and newest.ended_at is None else None

    def is_running(self, source_id: int) -> bool:
        """Whether the newest sync of a source has not ended."""
        return self.running(source_id) is not None

    def last_good_at(self) -> datetime | None:
        """When the newest sync of any source began that went well."""
        query = select(RunRow.started_at).where(RunRow.noun == "", RunRow.state == RunState.DONE)
        return self._session.scalar(query.order_by(col(RunRow.id).desc()).limit(1))

    def last_of_nouns(self, source_id: int) -> list[Run]:
        """The newest run of each noun of a source."""
        newest = (
            select(sa.func.max(RunRow.id))
            .where(RunRow.source_id == source_id, RunRow.noun != "")
            .group_by(col(RunRow.noun))
        )
        query = select(RunRow).where(col(RunRow.id).in_(newest)).order_by(col(RunRow.id))
        return list(self._session.scalars(query))

    def forget_before(self, moment: datetime) -> None:
        """Drop runs that began before a time."""
        self._session.execute(sa.delete(RunRow).where(col(RunRow.started_at) < moment))
