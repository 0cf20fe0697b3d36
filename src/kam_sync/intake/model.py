"""Words of the intake: source, raw record, hint, held deletion, run and their states."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlmodel import Field, SQLModel

from connectors import ErrorKind, HintKind
from kam_sync.base import fields

_TOKEN_NOTICE = timedelta(days=30)


class SourceState(StrEnum):
    """Whether a source is pulled."""

    ACTIVE = "active"
    PAUSED = "paused"
    NEEDS_PERSON = "needs_person"
    NEEDS_REAUTH = "needs_reauth"
    """A person has to allow us in the CRM anew, or give another token."""
    REMOVING = "removing"
    """A person lets it go, and what came from it is being deleted."""


class RunState(StrEnum):
    """How a run stands or ended.

    `later` means that the CRM was away, `stopped` that somebody ended it early; the cursor is kept.
    """

    RUNNING = "running"
    DONE = "done"
    LATER = "later"
    STOPPED = "stopped"
    FAILED = "failed"


class NewSource(SQLModel):
    """What a person gives to connect a CRM account, its secret apart."""

    name: str = Field(unique=True)
    kind: str
    base_url: str

    @property
    def turn_key(self) -> str:
        """What its limit of requests is counted by: its host, until we know the account."""
        return f"{self.kind} {urlsplit(self.base_url).netloc}"


class Source(NewSource):
    """One connected CRM account."""

    id: int
    state: SourceState = fields.choice(SourceState, default=SourceState.ACTIVE)
    state_reason: str = ""
    error_kind: ErrorKind = fields.choice(ErrorKind, default=ErrorKind.OTHER)
    """What is wrong by the reason, where a sync found it."""
    remote_account: str = ""
    remote_name: str = ""
    created_at: datetime = fields.moment()
    token_ends_at: datetime | None = fields.moment(default=None)
    """When a token that nobody renews ends, as it says itself; None for a grant, which is renewed.
    """

    def is_token_ending(self, now: datetime) -> bool:
        """Whether it is time to make another token."""
        return self.token_ends_at is not None and self.token_ends_at - now < _TOKEN_NOTICE

    @property
    def turn_key(self) -> str:
        """What its limit of requests is counted by: the account, where we know it."""
        return f"{self.kind} {self.remote_account}" if self.remote_account else super().turn_key


class Standing(SQLModel):
    """How a CRM account bears with us: does it want silence, how often did it refuse us?"""

    held_until: datetime | None = None
    reason: str = ""
    refusals_last_hour: int = 0
    refusals_today: int = 0
    last_refusal_at: datetime | None = None


class Access(SQLModel):
    """What opens a source and how it is read: its sealed token, options, facts, field map."""

    sealed_token: str
    options: dict[str, str] = fields.mapping(default_factory=dict)
    facts: dict[str, str] = fields.mapping(default_factory=dict)
    field_map: dict[str, str] = fields.mapping(default_factory=dict)
    """Target -> id of the custom field that it is read from."""
    is_map_confirmed: bool = False
    """A person has seen the whole map; until then it is a guess, but for what they set."""
    confirmed_targets: list[str] = fields.listing(default_factory=list)
    """What a person has set or taken away one by one."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the CRM account, as an admin set it or it says itself."""
        return ZoneInfo({**self.facts, **self.options}.get("timezone") or "Europe/Moscow")

    def is_confirmed(self, target: str) -> bool:
        """Whether a person has said of a target which field it is."""
        return self.is_map_confirmed or target in self.confirmed_targets

    @property
    def sees_all(self) -> bool:
        """False when who let us in is no administrator."""
        return self.facts.get("is_admin") != "no"


class HouseOptions(SQLModel):
    """Options of a source that are the house's own; its connector never sees them."""

    most_deleted_percent: Decimal = Field(default=Decimal(10), ge=0, le=100)
    """The share of a noun's live records that may be deleted without asking a person."""
    webhooks: bool = True
    """Whether the CRM is asked to call us."""
    repair: bool = True
    """Whether differences that the nightly reconciliation finds are put right at once."""
    tasks_for_alerts: bool = False
    """Whether an alert about an account makes a task in this CRM by itself."""

    @classmethod
    def among(cls, options: Mapping[str, str]) -> Self:
        """Those of all options of a source."""
        return cls.model_validate({k: v for k, v in options.items() if k in cls.model_fields})


class NounCounts(SQLModel):
    """What one sync did to one noun: counts of records, wall seconds, HTTP requests."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    rejected: int = 0
    held: int = 0
    """How many are not deleted until a person has decided."""
    seconds: Decimal = Decimal(0)
    requests: int = 0

    def count(self, read: int, created: int, updated: int) -> None:
        """Add records that were read and stored."""
        self.read += read
        self.created += created
        self.updated += updated
        self.unchanged += read - created - updated

    def add(self, other: Self) -> None:
        """Add what another part of the work did."""
        for name in NounCounts.model_fields:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True)
class NounEnd:
    """How the pull of one noun ended, and why not well."""

    state: RunState = RunState.DONE
    message: str = ""
    error_kind: ErrorKind = ErrorKind.OTHER

    @property
    def is_not_offered(self) -> bool:
        """The CRM does not have such records or does not publish them: nothing to be mended."""
        return self.state is RunState.FAILED and self.error_kind is ErrorKind.NOT_OFFERED


class Run(SQLModel):
    """One walk of a step, kept for people to see."""

    id: int
    source_id: int | None = Field(default=None, index=True)
    step: str
    noun: str = ""
    state: RunState = fields.choice(RunState, default=RunState.RUNNING)
    started_at: datetime = fields.moment()
    ended_at: datetime | None = fields.moment(default=None)
    counts: dict[str, Any] = fields.mapping(default_factory=dict)
    message: str = ""
    error_kind: ErrorKind = fields.choice(ErrorKind, default=ErrorKind.OTHER)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A stored raw record that is to be translated; `change_no` grows with every change."""

    change_no: int
    external_id: str
    body: str
    """JSON, to be decoded one by one: all of a batch at once take ten times the room."""
    gone: "Gone | None" = None


@dataclass(frozen=True, slots=True)
class Gone:
    """Why a record is no longer in the CRM, and which other it was probably merged into."""

    why: str
    merged_into: str | None = None


class Origin(StrEnum):
    """Where a hint came from."""

    EVENT = "event"
    """The CRM's log."""
    HOOK = "hook"
    """A call, of the CRM or of somebody who says so."""
    ABSENCE = "absence"
    """A whole list without it."""
    LISTED = "listed"
    """A list with it, although it is gone; lists may be stale."""
    NAMED = "named"
    """Another record names it, and we do not have it."""
    WRITTEN = "written"
    """We wrote it ourselves; not every change of ours moves the time of the last change."""
    MERGE = "merge"
    """Another record may have swallowed it, or what it belonged to."""
    LEDGER = "ledger"
    """All that the CRM has was compared with all that is here, and it differed."""


class NotedHint(SQLModel):
    """A hint that waits to be confirmed by the CRM; what to write down when it proves true."""

    external_id: str
    kind: HintKind = fields.choice(HintKind)
    origin: Origin = fields.choice(Origin)
    merged_into: str | None = None
    evidence: str = ""
    noted_at: datetime = fields.moment()
    """When we last had word of it."""


class HeldWhy(StrEnum):
    """Why a deletion was held."""

    SHARE = "share"
    """It is about too many of the live records."""
    SIGHT = "sight"
    """Records were not given, but we may not see all of them."""


class HeldState(StrEnum):
    """What became of a held deletion."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    CAME_BACK = "came_back"


class Held(SQLModel):
    """A deletion that waits for a person: so many records of a noun, and why it was held."""

    id: int
    source_id: int
    noun: str
    count: int
    live: int
    """How many live records of the noun there were."""
    why: HeldWhy = fields.choice(HeldWhy)
    found_at: datetime = fields.moment()
    state: HeldState = fields.choice(HeldState, default=HeldState.WAITING)
    decided_at: datetime | None = fields.moment(default=None)
    decided_by: str = ""

    @property
    def percent(self) -> int:
        """The share of the live records that it is about."""
        return round(100 * self.count / max(self.live, self.count, 1))

    @property
    def in_words(self) -> str:
        """What would happen, and why a person is asked."""
        would = f"{self.count} of {self.live} ({self.percent}%)"
        if self.why is HeldWhy.SIGHT:
            return f"{would} were not given, but we may not see all: no administrator's rights"
        return f"{would} would be deleted; so many within a day, or all, need a person"
