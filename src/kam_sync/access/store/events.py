"""The audit of access: who did what, when and from where."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, col, select

from kam_sync.access.model import AccessEvent, Actor, What
from kam_sync.base.db import Session

_LONGEST = 500


class AccessEventRow(AccessEvent, table=True):
    """One event."""

    __tablename__ = "access_event"

    id: int = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    at: datetime = Field(sa_type=sa.DateTime(timezone=True), index=True)


class EventStore:
    """Reads and writes events; nobody changes them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, what: What, actor: Actor, about: str, now: datetime) -> None:
        """Write down what happens."""
        row = AccessEventRow(
            at=now, what=what, who=actor.who[:_LONGEST], about=about[:_LONGEST],
            address=actor.address[:_LONGEST],
        )  # fmt: skip
        self._session.add(row)
        self._session.flush()

    def newest(self, limit: int) -> list[AccessEvent]:
        """The newest, the last first."""
        query = select(AccessEventRow).order_by(col(AccessEventRow.id).desc()).limit(limit)
        return list(self._session.scalars(query))

    @staticmethod
    def forget_before(session: Session, moment: datetime) -> None:
        """Forget old ones."""
        session.execute(sa.delete(AccessEventRow).where(col(AccessEventRow.at) < moment))
