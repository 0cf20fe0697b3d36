"""Which changes of alerts were told, and up to which change everything was looked at."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from kam_sync.base.db import Session
from kam_sync.notify.model import Notification


class NotificationRow(Notification, table=True):
    """Notifications."""

    __tablename__ = "notification"

    change_id: int = Field(
        primary_key=True, foreign_key="alert_change.id", ondelete="CASCADE", sa_type=sa.BigInteger
    )
    channel: str = Field(primary_key=True)


class ToldRow(SQLModel, table=True):
    """The last change that was routed; a single row."""

    __tablename__ = "notify_position"

    id: int = Field(default=1, primary_key=True)
    change_id: int = Field(sa_type=sa.BigInteger)


class NotifyStore:
    """Reads and writes notifications."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def routed_to(self) -> int:
        """The last change that was routed."""
        row = self._session.get(ToldRow, 1, with_for_update=True)
        return 0 if row is None else row.change_id

    def is_behind(self, change_id: int) -> bool:
        """Whether a change was not routed yet."""
        row = self._session.get(ToldRow, 1)
        return change_id > (0 if row is None else row.change_id)

    def move(self, change_id: int) -> None:
        """Remember the last change that was routed."""
        self._session.merge(ToldRow(id=1, change_id=change_id))

    def told(self, change_id: int, channel: str, now: datetime) -> None:
        """Write down that a change was told on a channel."""
        self._session.add(NotificationRow(change_id=change_id, channel=channel, told_at=now))
