"""The contract between the house and a CRM: two methods, and capabilities one by one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Protocol, runtime_checkable

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


@dataclass(frozen=True, slots=True)
class Page:
    """Raw records that belong together, and the cursor to keep once they are stored.

    `cursor` is None when nothing may be kept yet, so that a stop here means to read again.
    """

    records: tuple[RawRecord, ...]
    cursor: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to reach one CRM account: its address, its secret, and what an admin set for it."""

    base_url: str
    token: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict)


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
