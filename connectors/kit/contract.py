"""The contract between the house and a CRM: two methods, and capabilities one by one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
from typing import Any, Protocol, runtime_checkable

from connectors.kit.records import Noun, RawRecord, Record

Cursor = str
"""How far a noun was read: text that only its connector understands."""


class Deletions(Enum):
    """How a deletion of this noun shows."""

    FLAG = auto()
    EVENT = auto()
    ABSENCE = auto()


@dataclass(frozen=True, slots=True)
class NounFacts:
    """What the house must know of a noun in this CRM."""

    deletions: frozenset[Deletions] = frozenset({Deletions.ABSENCE})
    is_whole: bool = False
    """Every pull gives all that there are, so that absence shows at each of them."""


class HintKind(StrEnum):
    """What a hint says of a record."""

    CHECK = "check"
    """It was deleted, restored, changed or is not known: fetch it; absent means gone."""
    MERGED = "merged"
    """Others were merged into it, and nobody says which: fetch it, and look who has vanished."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Word that something happened to a record; true is only what the CRM then says of it."""

    noun: Noun
    external_id: str
    kind: HintKind = HintKind.CHECK
    happened_at: datetime | None = field(default=None, compare=False)
    """When the record was changed, where that is told. What a log tells from before the first pull
    that the house ever made of the account needs no look, for all lists were read after it; what a
    call tells needs none when our copy is newer. Never given of what was deleted or restored."""


@dataclass(frozen=True, slots=True)
class Page:
    """Raw records that belong together, and the cursor to keep once they are stored.

    `cursor` is None when nothing may be kept yet, so that a stop here means to read again.
    """

    records: tuple[RawRecord, ...]
    cursor: Cursor | None = None
    hints: tuple[Hint, ...] = ()
    """Not noted when all records came before, and unchanged: then they were noted with them."""
    is_whole: bool = False
    """Part of a walk through all that there are, up to the next page that is not: who comes in none
    of its pages is gone."""


class Turns(Protocol):
    """Gives out turns to send a request; shared by all who talk to one CRM account."""

    def take(self) -> None:
        """Wait for our turn."""

    def hold(self, seconds: float, reason: str) -> None:
        """Let nobody send for a while: the CRM asked for it."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to reach one CRM account: its address, its secret, and what an admin set for it."""

    base_url: str
    token: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    """The field map: what we want to know -> the custom field that holds it, see `kit.fieldmap`."""
    renew: Callable[[str], str] | None = field(default=None, repr=False)
    """Given the token that was refused, the one to use instead; raises NeedsReauth, RetryLater."""
    folder: str = ""
    """Where people drop files for this account; it may not be there yet. Empty where none is."""
    turns: Callable[[float], Turns] | None = field(default=None, repr=False)
    """Turns at so many a second, shared with other processes; alone in this one when None."""


@dataclass(frozen=True, slots=True)
class About:
    """What a CRM account says of itself; `facts` are handed back as options at the next opening."""

    account: str
    name: str
    facts: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


class Connector(Protocol):
    """One CRM account, opened. What every connector can do."""

    kind: str
    nouns: Mapping[Noun, NounFacts]
    """In the order in which they are pulled."""

    @property
    def requests(self) -> int:
        """How many HTTP requests were sent so far."""

    def pull(self, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
        """Pages of raw records since the cursor, all of them when it is None.

        Reads only and judges nothing. Complete by the end, in no promised order; a record may come
        twice. Raises RetryLater or NeedsPerson, which ends the pull.
        """

    def translate(self, raw: RawRecord) -> Record:
        """A raw record in our words. Pure; raises BadRecord and nothing else."""

    def close(self) -> None:
        """Give its connections back."""


@runtime_checkable
class KnowsItself(Protocol):
    """Capability: the CRM account can be asked who it is; asked before each sync."""

    def about(self) -> About:
        """Identity and settings of the account. Raises NeedsPerson when it cannot be used."""


@runtime_checkable
class Probes(Protocol):
    """Capability: how the account is read can be tried step by step, where people wrote it."""

    def probe(self) -> list[dict[str, Any]]:
        """What each step found: `step`, `is_fine`, `found`, and `attributes` of rows it read."""

    def close(self) -> None:
        """Give its connections back."""


@runtime_checkable
class FetchesSome(Protocol):
    """Capability: single records can be fetched by id."""

    def get_many(self, noun: Noun, external_ids: Sequence[str]) -> Iterator[RawRecord]:
        """Those of the records that are there now; who does not come is gone or hidden from us.

        Complete or an error: a request that fails raises RetryLater or NeedsPerson.
        """

    def get_related(self, noun: Noun, external_id: str) -> Iterator[RawRecord]:
        """Tasks and notes about a record: what a merge moves to it without a trace."""


@dataclass(frozen=True, slots=True)
class Hook:
    """What a call of a CRM tells; nobody has proved who made it, so that all of it are hints."""

    account: str | None
    """The CRM account that it says it comes from; None where it does not say."""
    hints: tuple[Hint, ...] = ()
    unknown: tuple[str, ...] = ()
    """Names of parts that were not understood, for people to see."""


@runtime_checkable
class ReadsHooks(Protocol):
    """Capability: the CRM calls us when something happens.

    For a connector that is FetchesSome, too: where nobody can be asked, a forged call would count.
    """

    def read_hook(self, headers: Mapping[str, str], body: bytes) -> Hook:
        """What a call tells, `headers` with their names in small letters.

        Pure, so that a kept call can be read again; raises BadHook and nothing else.
        """


class Subscribed(StrEnum):
    """How the CRM has our wish to be called at an address."""

    ABSENT = "absent"
    ACTIVE = "active"
    SWITCHED_OFF = "switched_off"
    """By the CRM, which liked our answers too little."""
    WRONG_EVENTS = "wrong_events"
    """It does not tell of all that we read."""


@runtime_checkable
class SubscribesHooks(Protocol):
    """Capability: the CRM can be asked to call an address, for a connector that ReadsHooks.

    Raises RetryLater, or NeedsPerson with a kind that says who has to do what.
    """

    hook_nouns: frozenset[Noun]
    """Nouns of which a call tells each creation and each change."""
    hooks_come_within: timedelta
    """A call that did not come by then does not come any more."""

    def subscribed(self, url: str) -> Subscribed:
        """How it stands now."""

    def subscribe(self, url: str) -> None:
        """Have all told that `read_hook` understands; however it stood before, it is active then.

        Raises Refused where the CRM will not call this address, or no more of them.
        """

    def unsubscribe(self, url: str) -> None:
        """Be called there no more; fine when nobody was."""
