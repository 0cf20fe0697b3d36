"""The ticks that were fired."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel, col

from kam_sync.base.db import Session
from kam_sync.base.fields import moment


class TickRow(SQLModel, table=True):
    """An instant of a schedule that has taken effect."""

    __tablename__ = "tick"

    schedule: str = Field(primary_key=True)
    due_at: datetime = moment(primary_key=True)


class TickStore:
    """Remembers ticks."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def claim(self, schedule: str, due_at: datetime) -> bool:
        """True for the one caller who is first to fire this instant of the schedule."""
        statement = insert(TickRow).values(schedule=schedule, due_at=due_at)
        claimed = self._session.scalar(
            statement.on_conflict_do_nothing().returning(col(TickRow.due_at))
        )
        return claimed is not None

    def last(self, schedule: str | None = None) -> datetime | None:
        """The newest instant that was fired, of one schedule or of all."""
        query = sa.select(sa.func.max(TickRow.due_at))
        if schedule is not None:
            query = query.where(col(TickRow.schedule) == schedule)
        return self._session.scalar(query)

    def forget_before(self, moment: datetime, *, keep: timedelta) -> None:
        """Drop ticks older than `keep`; the newest of each schedule stays for the catch-up."""
        newest = sa.select(sa.func.max(TickRow.due_at)).group_by(col(TickRow.schedule))
        self._session.execute(
            sa.delete(TickRow).where(
                col(TickRow.due_at) < moment - keep, col(TickRow.due_at).not_in(newest)
            )
        )
