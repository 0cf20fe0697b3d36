"""Words of access by OAuth: a grant as it is stored, and a consent that is waited for."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import SQLModel

from connectors import ErrorKind
from kam_sync.base import fields


class SealedGrant(SQLModel):
    """What opens a source by OAuth, all secrets encrypted; a row of its own for each source."""

    sealed_app: str
    sealed_access: str
    sealed_refresh: str
    ends_at: datetime = fields.moment()
    refreshed_at: datetime = fields.moment()
    refused: str = ""
    """Why the CRM will never renew it; empty as long as it does."""
    failures: int = 0
    """How often in a row it could not be renewed, and nobody knows whether it can."""
    next_try_at: datetime | None = fields.moment(default=None)
    """Nobody tries again before: who asks on and on is banned."""


class ConsentState(StrEnum):
    """How far a person has come with allowing us in the CRM."""

    WAITING = "waiting"
    TAKEN = "taken"
    """The browser came back; the code is being exchanged."""
    KEPT = "kept"
    """What the code was worth is kept; the source is still to be opened by it."""
    DONE = "done"
    DENIED = "denied"
    FAILED = "failed"


class Consent(SQLModel):
    """A link to the CRM's consent page that was handed out, and what is to come of it."""

    digest: str
    """Of the state in the link, which itself is kept nowhere."""
    kind: str
    name: str
    base_url: str
    options: dict[str, str] = fields.mapping(default_factory=dict)
    sealed_app: str
    sealed_grant: str = ""
    """What the code was worth, until the source is opened by it: a code is good once."""
    source_id: int | None = None
    """The source to open anew; None for a new one called `name`."""
    until: datetime = fields.moment()
    state: ConsentState = fields.choice(ConsentState, default=ConsentState.WAITING)
    message: str = ""
    error_kind: ErrorKind = fields.choice(ErrorKind, default=ErrorKind.OTHER)
