"""What the API says of personal data."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from kam_sync.erasing import Erased, Found
from kam_sync.kpi.values import Moment
from kam_sync.privacy import model
from kam_sync.privacy.inventory import Holding
from kam_sync.privacy.model import DEFAULTS, LONGEST, SHORTEST, About, Did, How, Term
from kam_sync.web.paging import Paging, Text


class HeldTable(BaseModel):
    """Columns of a table, and how many rows it has."""

    table: str = Field(examples=["contact"])
    columns: list[str] = Field(examples=[["name", "phones"]])
    rows: int


class Inventory(BaseModel):
    """One kind of personal data that is kept."""

    kind: str = Field(examples=["contacts"])
    purpose: str
    origin: str
    seen_by: str
    tables: list[HeldTable]


class Kept(BaseModel):
    """How long something is kept."""

    kind: Term
    days: int | None = Field(description="null: for ever.", examples=[365])
    default: int | None = Field(description="Where nobody has set another one.")
    set_by: str | None
    set_at: Moment | None


class NewTerm(BaseModel):
    """How long something is to be kept."""

    model_config = ConfigDict(extra="forbid")

    days: int | None = Field(ge=SHORTEST, le=LONGEST, description="null: for ever.", examples=[365])


class FoundPerson(BaseModel):
    """Somebody who is meant."""

    id: str
    name: str
    phones: list[str]
    emails: list[str]
    accounts: list[str]

    @classmethod
    def of(cls, found: Found) -> "FoundPerson":
        """As they were found."""
        one = found.person
        return cls(
            id=str(one.id), name=one.name, phones=list(one.phones), emails=list(one.emails),
            accounts=[str(account) for account in one.accounts],
        )  # fmt: skip


class Erasure(BaseModel):
    """That a person was erased: of whom nothing but the id is known."""

    id: str
    at: Moment
    by: str
    reason: str
    counts: dict[str, int] = Field(description="Table -> rows that were dropped or emptied.")
    stays: dict[str, Any] = Field(description="What was not touched, and why.")
    allowed_at: Moment | None = None
    allowed_by: str = ""
    allowed_why: str = ""

    @classmethod
    def of(cls, one: model.Erasure) -> "Erasure":
        """As it is kept."""
        said = dict(one.counts)
        return cls(
            **one.model_dump(exclude={"id", "counts"}), id=str(one.id),
            counts=said.pop("counts", {}), stays=said,
        )  # fmt: skip

    @classmethod
    def now(cls, erased: Erased, person_id: object) -> "Erasure":
        """As it was just done, or would be."""
        said = erased.protocol
        return cls(
            id=str(person_id), at=erased.at, by=erased.by, reason=erased.reason,
            counts=said.pop("counts"), stays=said,
        )  # fmt: skip


class FoundPeople(BaseModel):
    """Who is known by an e-mail or a phone, and who was until they were erased."""

    people: list[FoundPerson]
    erased: list[Erasure]


class FindWish(BaseModel):
    """Who is looked for."""

    model_config = ConfigDict(extra="forbid")

    who: Text = Field(
        min_length=1, max_length=500, examples=["+79161234567"],
        description="Id of a person, e-mail, phone, or SOURCE:ID of a contact.",
    )  # fmt: skip


class EraseWish(BaseModel):
    """Why somebody is to be erased."""

    model_config = ConfigDict(extra="forbid")

    reason: Text = Field(
        min_length=1, max_length=1000, description="Goes into the protocol; no data here.",
        examples=["request of the person of 2026-11-28"],
    )  # fmt: skip
    dry_run: StrictBool = Field(default=False, description="Only say what would go.")


class AllowWish(BaseModel):
    """Why somebody may be kept again."""

    model_config = ConfigDict(extra="forbid")

    reason: Text = Field(min_length=1, max_length=1000, examples=["a new contract"])


class Event(BaseModel):
    """Who did what with whose data."""

    id: str
    at: Moment
    who: str
    did: Did
    how: How
    about: About
    subject: str = Field(description="Id of a person, an account or a kind; empty for a list.")
    count: int


class EventQuery(Paging):
    """Which events are asked for."""

    who: Text = Field(default="", description="A part of who it was.")
    did: Did | None = None
    subject: Text = Field(default="", description="Id of a person or an account.")


def days(span: timedelta | None) -> int | None:
    """A term in days."""
    return None if span is None else span.days


def kept(term: Term, span: timedelta | None, chosen: model.Retention | None) -> Kept:
    """How long something is kept, and who said so."""
    return Kept(
        kind=term, days=days(span), default=days(DEFAULTS[term]),
        set_by=chosen.by if chosen else None, set_at=chosen.at if chosen else None,
    )  # fmt: skip


def inventory(one: Holding, rows: dict[str, int]) -> Inventory:
    """One kind of personal data with how much there is."""
    return Inventory(
        kind=one.kind, purpose=one.purpose, origin=one.origin, seen_by=one.seen_by,
        tables=[
            HeldTable(table=table, columns=list(names), rows=rows.get(table, 0))
            for table, names in one.tables.items()
        ],
    )  # fmt: skip
