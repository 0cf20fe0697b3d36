"""Words of the inbox: a webhook as it came in, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from kam_sync.base import fields


@dataclass(frozen=True, slots=True)
class Post:
    """What was posted to the address of a source."""

    source_id: int
    headers: dict[str, str]
    body: bytes = field(repr=False)


class HookState(StrEnum):
    """How a webhook stands."""

    NEW = "new"
    READ = "read"
    UNKNOWN = "unknown"
    """It could not be understood; the reason is beside it."""
    FOREIGN = "foreign"
    """It is about another CRM account than that of its source."""
    FAILED = "failed"
    """Reading it broke; the log says how."""


class Hook(SQLModel):
    """A webhook, and what became of it."""

    id: int
    source_id: int
    received_at: datetime = fields.moment()
    headers: dict[str, str] = fields.document(default_factory=dict)
    state: HookState = fields.choice(HookState, default=HookState.NEW)
    reason: str = ""
    named: dict[str, list[str]] = fields.document(default_factory=dict)
    """The ids that it names, by noun."""
    read_at: datetime | None = fields.moment(default=None)
    replayed_at: datetime | None = fields.moment(default=None)
    """When a person last had it read again."""


class KeptHook(Hook):
    """A webhook as it came in."""

    body: bytes = Field(repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a webhook."""

    hook_id: int
    state: HookState
    reason: str = ""
    named: dict[str, list[str]] = field(default_factory=dict)
