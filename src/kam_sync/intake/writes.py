"""Words of what is written back into a CRM."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import SQLModel

from connectors import Ending
from kam_sync.base import fields


class WriteState(StrEnum):
    """How a write into a CRM stands."""

    WAITING = "waiting"
    SENDING = "sending"
    """Sent, or about to be: what became of it is not known, so it is looked for before a repeat."""
    DONE = "done"
    FAILED = "failed"
    """Refused for a reason that a person may mend; tried again when asked."""
    CALLED_OFF = "called_off"
    """Nobody needs it any more, and it was not done; it is never sent."""


class CrmWrite(SQLModel):
    """One thing that was asked to be written into a CRM, and what came of it."""

    id: int
    source_id: int
    key: str
    """Of whoever asks: the same key twice is one write."""
    kind: str
    about_noun: str
    about_external_id: str
    payload: dict[str, Any] = fields.document(default_factory=dict)
    state: WriteState = fields.choice(WriteState, default=WriteState.WAITING)
    attempts: int = 0
    external_id: str | None = None
    echo_updated_at: datetime | None = fields.moment(default=None)
    """When the CRM says that we changed the record: a change of that second is no news."""
    asked_by: str
    asked_at: datetime = fields.moment()
    sent_at: datetime | None = fields.moment(default=None)
    done_at: datetime | None = fields.moment(default=None)
    reason: str = ""
    finish_with: str | None = None
    """Of a task that may be in the CRM or not: once it is found there it is finished with this as
    its result, and where it is not there it is called off."""
    ending: Ending | None = fields.choice(Ending, default=None)
    """Of a task that was to be finished: what became of it."""
