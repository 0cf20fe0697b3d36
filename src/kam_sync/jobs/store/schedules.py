"""The timetable: what a person set, and how the work of each schedule goes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, col, select

from kam_sync.base.db import Session, table_of
from kam_sync.base.fields import document
from kam_sync.jobs.model import DARK, Key, Plan, Result, Schedule, name_of
from kam_sync.jobs.store.ticks import TickRow

_SEEN_AGAIN = timedelta(minutes=1)


class ScheduleRow(Schedule, table=True):
    """A schedule; the default of its step where no plan is set."""

    __tablename__ = "schedule"

    name: str = Field(primary_key=True)
    source_id: int | None = Field(
        default=None, foreign_key="source.id", ondelete="CASCADE", index=True
    )
    plan_set: dict[str, object] | None = document(default=None)


@dataclass(frozen=True, slots=True)
class Kept:
    """A schedule with the newest instant that it was fired for."""

    schedule: Schedule
    last_due_at: datetime | None


class ScheduleStore:
    """Reads and writes schedules."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def make(self, keys: Iterable[Key], now: datetime) -> None:
        """Make the schedules that are missing, with the default plan of their step."""
        here = set(self._session.scalars(sa.select(table_of(ScheduleRow).c.name)))
        rows = [
            {"name": name_of(*key), "step": key[0], "source_id": key[1],
             "made_at": now, "seen_at": now, "kept_since": now}
            for key in keys if name_of(*key) not in here
        ]  # fmt: skip
        rows.sort(key=lambda row: str(row["name"]))  # or two that start at once may wait in a ring
        if rows:
            self._session.execute(insert(ScheduleRow).on_conflict_do_nothing(), rows)

    def see(self, names: Collection[str], now: datetime) -> None:
        """Note that these are in a timetable now."""
        row = table_of(ScheduleRow).c
        unseen = sa.select(row.name).where(row.name.in_(names), row.seen_at < now - _SEEN_AGAIN)
        # Rows that others hold are being seen by them; to wait could be to wait for each other.
        ours = unseen.with_for_update(skip_locked=True)
        since = sa.case((row.seen_at < now - DARK, now), else_=row.kept_since)
        seen = sa.update(table_of(ScheduleRow)).values(seen_at=now, kept_since=since)
        self._session.execute(seen.where(row.name.in_(ours)))

    def kept(self, *, name: str | None = None) -> list[Kept]:
        """All schedules, or the one of a name, by name."""
        row = table_of(ScheduleRow).c
        last = sa.select(sa.func.max(TickRow.due_at)).where(col(TickRow.schedule) == row.name)
        query = select(ScheduleRow, last.scalar_subquery()).order_by(row.name)
        if name is not None:
            query = query.where(row.name == name)
        return [Kept(found, last_due_at) for found, last_due_at in self._session.execute(query)]

    def one(self, key: Key) -> Schedule | None:
        """One schedule."""
        return self._session.get(ScheduleRow, name_of(*key))

    def set(self, key: Key, plan: Plan | None, by: str, now: datetime) -> None:
        """Set another plan, or None for the default; from now on."""
        self.make([key], now)
        self._change(
            key,
            plan_set=None if plan is None else plan.model_dump(mode="json"),
            changed_by=by, made_at=now, kept_since=now,
        )  # fmt: skip

    def begin(self, keys: Iterable[Key], now: datetime) -> None:
        """Note that the work of schedules begins.

        What began and never ended, for its worker died, is still the same work; not where the
        schedule was in no timetable since.
        """
        row = table_of(ScheduleRow).c
        for key in keys:
            self._change(
                key, began_at=sa.case((row.began_at >= row.kept_since, row.began_at), else_=now)
            )

    def end(self, keys: Iterable[Key], result: Result | None, message: str, now: datetime) -> None:
        """Note how it ended; no result when it was interrupted and another worker goes on."""
        ended: dict[str, object] = {"began_at": None}
        if result is not None:
            ended |= {"last_result": result, "last_message": message, "last_ended_at": now}
        if result is Result.DONE:
            ended["last_success_at"] = now
        for key in keys:
            self._change(key, **ended)

    def _change(self, key: Key, **values: object) -> None:
        row = table_of(ScheduleRow).c
        changed = sa.update(ScheduleRow).where(row.name == name_of(*key)).values(**values)
        self._session.execute(changed)
