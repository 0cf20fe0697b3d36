"""Words of telling: notification and its message."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import SQLModel

from kam_sync.alerts.model import ChangeKind
from kam_sync.base import fields


class Notification(SQLModel):
    """That a change of an alert was told on a channel; there is never a second one."""

    change_id: int
    channel: str
    told_at: datetime = fields.moment()


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel is given to tell."""

    change: ChangeKind
    alert_id: UUID
    account: str
    kpi: str
    unit: str
    observed: float
    expected: float
    since: str
