"""Words of personal data: what was done with it, by whom; how long it is kept; who was erased."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from kam_sync.base import fields


class Did(StrEnum):
    """What was done with personal data."""

    READ = "read"
    CHANGED = "changed"
    EXPORTED = "exported"
    ERASED = "erased"
    ALLOWED = "allowed"
    """An erased person may be kept again."""
    CUT = "cut"
    """What was kept long enough."""
    SET = "set"
    """How long it is kept."""


class How(StrEnum):
    """By which door."""

    PAGE = "page"
    API = "api"
    EXPORT = "export"
    COMMAND = "command"
    JOB = "job"


class About(StrEnum):
    """Whose data it was."""

    PERSON = "person"
    ACCOUNT = "account"
    CONTACTS = "contacts"
    """A list, of no one account."""
    RECORD = "record"
    ERASURE = "erasure"
    TERM = "term"
    """How long something is kept."""


class Event(SQLModel):
    """Who did what with whose data; never the data."""

    id: int
    at: datetime = fields.moment()
    who: str
    did: Did = fields.choice(Did)
    how: How = fields.choice(How)
    about: About = fields.choice(About)
    subject: str = ""
    """The id of the person, account or erasure; empty for a list of many."""
    count: int = 1
    """How many records."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event that is to be written down."""

    who: str
    did: Did
    how: How
    about: About
    subject: str = ""
    count: int = 1


class Term(StrEnum):
    """What is kept for some time only."""

    RAW_GONE = "raw_gone"
    """What the CRM sent of records that it has no more, with names and texts of theirs."""
    RAW_CONTACTS = "raw_contacts"
    """What the CRM sent of contacts, but for what we show of them."""
    TEXTS = "texts"
    """Texts of calls, messages, notes, tasks and comments."""
    INBOX_READ = "inbox_read"
    INBOX = "inbox"
    """Webhooks that were not understood."""
    MESSAGES = "messages"
    """What was told to people by channels."""
    EVENTS = "events"
    """What was told to programs."""
    AUDIT = "audit"


DEFAULTS: Mapping[Term, timedelta | None] = {
    Term.RAW_GONE: timedelta(days=90),
    Term.RAW_CONTACTS: None,
    Term.TEXTS: timedelta(days=3 * 365),
    Term.INBOX_READ: timedelta(days=7),
    Term.INBOX: timedelta(days=30),
    Term.MESSAGES: timedelta(days=90),
    Term.EVENTS: timedelta(days=30),
    Term.AUDIT: timedelta(days=3 * 365),
}
"""Where nobody has set another one; None: for ever."""
SHORTEST = 1
LONGEST = 36_500
"""Days."""


class Retention(SQLModel):
    """How long something is kept, as somebody set it; None: for ever."""

    kind: Term = fields.choice(Term)
    days: int | None = None
    by: str
    at: datetime = fields.moment()


class Erasure(SQLModel):
    """A person who was erased; the person is known by its id alone."""

    id: UUID
    at: datetime = fields.moment()
    by: str
    reason: str
    counts: dict[str, Any] = fields.document(default_factory=dict)
    """Table -> how many rows were dropped or emptied."""
    allowed_at: datetime | None = fields.moment(default=None)
    allowed_by: str = ""
    allowed_why: str = ""


class MarkKind(StrEnum):
    """What an erased person is recognised by."""

    RECORD = "record"
    EMAIL = "email"
    PHONE = "phone"
    NAME = "name"
    """In one record that named them."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A keyed digest of something by which an erased person is recognised."""

    kind: MarkKind
    digest: bytes


class Cut(StrEnum):
    """Why a raw record is not as the CRM sent it."""

    AGED = "aged"
    ERASED = "erased"
    MASKED = "masked"
    """It is not about an erased person, and named them."""
