"""What is done about all of it: tasks, and the stream of activities; and what fields there are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from connectors.kit.records.nouns import Noun


@dataclass(frozen=True, slots=True)
class Field:
    """A custom field: whose it is, what it holds, and what may be chosen in it.

    `external_id` is "<noun>/<the CRM's id>", for ids of fields may repeat between nouns.
    """

    external_id: str
    about_noun: Noun
    name: str
    kind: str
    """One of: text, number, money, choice, choices, date, moment, flag, contacts, address,
    legal_entity, items, file, link, other."""
    code: str | None = None
    options: tuple[str, ...] = ()
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """A to-do of a CRM user, mostly about a company, a contact or a deal."""

    external_id: str
    text: str
    is_done: bool
    about_noun: Noun | None = None
    about_external_id: str | None = None
    owner_external_id: str | None = None
    due_at: datetime | None = None
    kind: str | None = None
    result: str | None = None
    is_ours: bool = False
    """Written by us into the CRM, so that it is no sign of life of the account."""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    is_deleted: bool = False


class Happening(StrEnum):
    """What kind of thing an activity is."""

    CALL = "call"
    MESSAGE = "message"
    EMAIL = "email"
    NOTE = "note"
    FILE = "file"
    STAGE = "stage"
    CHANGE = "change"
    CREATED = "created"
    DELETED = "deleted"
    RESTORED = "restored"
    MERGED = "merged"
    LINK = "link"
    TASK = "task"
    PURCHASE = "purchase"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Activity:
    """Something that happened about a record: a note, a call, or an entry of the CRM's log."""

    external_id: str
    happening: Happening
    kind: str
    """The CRM's own word for it."""
    at: datetime | None
    about_noun: Noun | None = None
    about_external_id: str | None = None
    author_external_id: str | None = None
    """None when the CRM itself or a robot did it."""
    is_incoming: bool | None = None
    text: str | None = None
    seconds: int | None = None
    """How long a call took."""
    details: Mapping[str, Any] = field(default_factory=dict)
    mirrors: str | None = None
    """The note that this entry of the log only announces: the stream shows that one instead."""
    is_ours: bool = False
    updated_at: datetime | None = None
    is_deleted: bool = False
