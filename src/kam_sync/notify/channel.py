"""Words of telling people: channel and route, and what is sent by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import SQLModel

from kam_sync.alerts.model import Alert, Change, ChangeKind
from kam_sync.base import fields
from kam_sync.base.errors import WrongUse
from kam_sync.base.settings import Locale
from kam_sync.drift.model import Severity
from kam_sync.drift.rule import Rule

ANYBODY = "any"
NOBODY = "nobody"
"""Who looks after accounts that nobody is responsible for."""


class Event(StrEnum):
    """What people may be told of an alert."""

    OPENED = ChangeKind.OPENED.value
    REMINDED = ChangeKind.REMINDED.value
    WORSENED = ChangeKind.WORSENED.value
    RESOLVED = ChangeKind.RESOLVED.value
    ESCALATED = ChangeKind.ESCALATED.value
    """Nobody has answered for as many working days as a route waits."""


class Channel(SQLModel):
    """Where people are told, and how it goes; its URL is kept apart, for it is a secret."""

    id: int
    name: str
    address: str
    """What may be shown of the URL: "tgram", "mailtos://smtp.example.com"."""
    locale: Locale = fields.choice(Locale)
    zone: str = ""
    """In which its times are told; empty: that of the house."""
    is_paused: bool = False
    made_at: datetime = fields.moment()
    failures: int = 0
    """How many in a row, to now."""
    failing_since: datetime | None = fields.moment(default=None)
    """The first of these."""
    rests_until: datetime | None = fields.moment(default=None)
    """Nothing is sent before."""
    last_success_at: datetime | None = fields.moment(default=None)
    last_error: str = ""

    @property
    def is_tried(self) -> bool:
        """Whether anything was ever sent by it, or at least tried."""
        return self.last_success_at is not None or self.failures > 0


class Route(SQLModel):
    """Which alerts go to a channel; what is left empty says nothing."""

    id: int
    channel_id: int
    owner: str = ""
    """Whose accounts: a name, an e-mail, source:id of a user, "nobody"; empty: anybody's."""
    kpi: str = ""
    """The key of a KPI."""
    rule: str = ""
    """The key of a rule."""
    severity: Severity = fields.choice(Severity, default=Severity.LOW)
    """The least grave that goes."""
    events: list[str] = fields.texts()
    """Empty: all but escalations."""
    escalates_after_days: int | None = None
    """After so many working days without an answer it is told as `escalated`."""


@dataclass(frozen=True, slots=True)
class Through:
    """What a route that somebody asks for lets through, as they wrote it; empty: all."""

    owner: str = ""
    kpi: str = ""
    rule: str = ""
    severity: str = ""
    events: Sequence[str] = ()
    escalates_after_days: int | None = None


class SendState(StrEnum):
    """What became of something that a channel was to tell."""

    WAITING = "waiting"
    """It is due now or later."""
    HELD = "held"
    """It is kept for a later moment, to be told together with others."""
    SENT = "sent"
    GIVEN_UP = "given_up"
    """Tried for three days while the channel took others; a person may send it again."""


class Send(SQLModel):
    """One change of an alert on its way to one channel; there is never a second one."""

    id: int
    change_id: int
    channel_id: int
    alert_id: UUID
    event: Event = fields.choice(Event)
    state: SendState = fields.choice(SendState, default=SendState.WAITING)
    made_at: datetime = fields.moment()
    due_at: datetime = fields.moment()
    attempts: int = 0
    first_tried_at: datetime | None = fields.moment(default=None)
    tried_at: datetime | None = fields.moment(default=None)
    sent_at: datetime | None = fields.moment(default=None)
    error: str = ""
    """Why the last try failed, in words and without secrets."""
    in_digest: bool = False
    """It is told together with all that waited, and not by itself."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who is responsible for an account, by all that people may call them."""

    name: str
    email: str = ""
    keys: tuple[str, ...] = ()
    """source:id in the CRM."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A change of an alert as it is told to people."""

    send: Send
    change: Change
    alert: Alert
    rule: Rule | None = None
    """None where it is no more."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent: a subject where the channel has any, and the text."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a try; without an error it was taken."""

    error: str = ""

    @property
    def is_good(self) -> bool:
        """True when the message was taken."""
        return not self.error


class Ill(StrEnum):
    """What is wrong with a channel or a route that somebody asks for."""

    NAME = "name"
    NAME_TAKEN = "name_taken"
    URL = "url"
    LOCAL = "local"
    NO_HOST = "no_host"
    NOT_PUBLIC = "not_public"
    ZONE = "zone"
    KPI = "kpi"
    RULE = "rule"
    SEVERITY = "severity"
    EVENT = "event"
    DAYS = "days"


class WrongChannel(WrongUse):
    """A channel or a route cannot be made or changed like that."""

    def __init__(self, message: str, why: Ill) -> None:
        super().__init__(message)
        self.why = why
