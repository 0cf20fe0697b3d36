"""The reconciliation ledger: what we have beside what the CRM has."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from connectors import ErrorKind
from kam_sync.jobs import comparing
from kam_sync.kpi.values import Moment, Money, money
from kam_sync.ledger import model
from kam_sync.ledger.model import Difference, LedgerState
from kam_sync.ledger.store import MOST_IDS, LedgerBook, NamedLine
from kam_sync.notify.shapes import AccountId, ExternalId
from kam_sync.web import paging
from kam_sync.web.deps import AllSources, Reading, read_id
from kam_sync.web.given import GivenDay
from kam_sync.web.paging import Cursor, Page, Paging, Text
from kam_sync.web.query import Asked

router = APIRouter(tags=["sources"])

_BY_LINE = Cursor("ledger-accounts", paging.big_number)
_HISTORY = 30
_DAY = "a day of the zone of the installation"

NounName = Annotated[str, Path(examples=["deal"], description="A kind of record.")]


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NounQuery(_Query):
    """Which kind of record is meant."""

    noun: Text | None = Field(default=None, description="A kind of record; all if left out.")


class CheckQuery(_Query):
    """Which check of a noun is asked for."""

    day: GivenDay | None = Field(default=None, description=f"The newest one if left out; {_DAY}.")
    account: str | None = Field(default=None, description="Only records of this account.")


class LinesQuery(Paging):
    """Which lines of a check are asked for."""

    day: GivenDay | None = Field(default=None, description=f"The newest check if left out; {_DAY}.")
    account: str | None = Field(default=None, description="Id of an account.")
    is_parted: bool = Field(
        default=False, description="Only accounts in which a difference was found."
    )


class Sums(BaseModel):
    """The money on both sides in one currency."""

    here: Money
    there: Money


class Check(BaseModel):
    """One comparison of a kind of record; `here` is our store, `there` is the CRM.

    Both are as they stand after the repair; what was found before it is told beside them.
    """

    noun: str = Field(examples=["deal"])
    day: date
    checked_at: Moment
    state: LedgerState
    here: int
    there: int
    sums: list[Sums] = Field(description="One for each currency, of deals, purchases, invoices.")
    only_here: int
    only_there: int
    differing: int
    found: int = Field(description="How many records differed.")
    repaired: int = Field(description="How many of them were put right.")
    left: int = Field(description="How many still differ.")
    held: int = Field(description="Explained: their deletion waits for a person.")
    set_aside: int = Field(description="Explained: alike on both sides, and not understood.")
    parted_since: date | None = Field(
        description="The day on which the unbroken row of checks that found a difference began."
    )
    message: str
    error_kind: ErrorKind
    requests: int
    seconds: float


class Ledger(BaseModel):
    """The newest check of each kind of record."""

    items: list[Check]


class PartedRecord(BaseModel):
    """A record that differed."""

    external_id: ExternalId
    kind: Difference
    account_id: AccountId | None
    is_left: bool = Field(description="False once it was put right.")


class OneCheck(Check):
    """A check with the records that differed, and those before it."""

    records: list[PartedRecord] = Field(description="The first thousand.")
    history: list[Check] = Field(description="The newest thirty of this kind of record.")


class AccountLine(BaseModel):
    """What a check says of one account, in one currency where there is money."""

    account_id: AccountId | None = Field(description="null: records that belong to no account.")
    name: str | None
    here: int
    there: int
    sum_here: Money | None
    sum_there: Money | None
    differing: int = Field(description="How many of its records differ, after the repair.")
    held: int = Field(description="Explained: their deletion waits for a person.")
    found: int = Field(description="How many differed before the repair.")
    parted_since: date | None


class AskedFor(BaseModel):
    """What was put into the queue."""

    state: str = Field(examples=["queued", "waiting already"])
    nouns: list[str] = Field(description="Empty: all.")


@router.get("/sources/{source}/ledger")
def get_ledger(session: Reading, sources: AllSources, source: str) -> Ledger:
    """How both sides stood when each kind of record was last compared."""
    found = LedgerBook(session).newest(sources.named(source).id)
    return Ledger(items=[_check(one) for one in found])


@router.get("/sources/{source}/ledger/{noun}")
def get_check(
    session: Reading, sources: AllSources, source: str, noun: NounName, query: Asked[CheckQuery]
) -> OneCheck:
    """One check with the ids on each side."""
    found, book = sources.named(source), LedgerBook(session)
    check = book.one(found, comparing.noun_of(noun), query.day)
    account_id = None if query.account is None else read_id("account", query.account)
    records = book.records(check.id, account_id=account_id, limit=MOST_IDS)
    return OneCheck(
        **_check(check).model_dump(),
        records=[
            PartedRecord(
                external_id=one.external_id, kind=one.kind, is_left=one.is_left,
                account_id=None if one.account_id is None else str(one.account_id),
            )
            for one in records
        ],
        history=[_check(one) for one in book.history(found.id, noun, limit=_HISTORY)],
    )  # fmt: skip


@router.get("/sources/{source}/ledger/{noun}/accounts")
def list_lines(
    session: Reading, sources: AllSources, source: str, noun: NounName, query: Asked[LinesQuery]
) -> Page[AccountLine]:
    """Both sides by account, those that differ first; of past checks only those that differed."""
    book, after = LedgerBook(session), _BY_LINE.read(query.cursor)
    check = book.one(sources.named(source), comparing.noun_of(noun), query.day)
    found = book.accounts(
        check.id, account_id=None if query.account is None else read_id("account", query.account),
        after=0 if after is None else int(after[0]), limit=query.limit + 1,
        is_parted=query.is_parted,
    )  # fmt: skip
    kept, cursor = paging.page(found, query.limit, lambda one: _BY_LINE.write(one.id))
    return Page(items=[_line(one) for one in kept], next_cursor=cursor)


@router.post("/sources/{source}/ledger/check", status_code=202)
def check_now(
    session: Reading, sources: AllSources, source: str, query: Asked[NounQuery]
) -> AskedFor:
    """Ask for a comparison now; it is done in the background."""
    is_new = comparing.ask_to_check(session, sources.named(source), query.noun)
    nouns = [] if query.noun is None else [query.noun]
    return AskedFor(state="queued" if is_new else "waiting already", nouns=nouns)


@router.post("/sources/{source}/ledger/repair", status_code=202)
def repair_now(
    session: Reading, sources: AllSources, source: str, query: Asked[NounQuery]
) -> AskedFor:
    """Ask for what differs to be compared once more and put right, in the background."""
    nouns = comparing.ask_to_repair(session, sources.named(source), query.noun)
    return AskedFor(state="queued", nouns=[noun.value for noun in nouns])


def _check(check: model.Check) -> Check:
    plain = check.model_dump(include=set(Check.model_fields) - {"sums"})
    sums = [
        Sums(**{side: money(Decimal(both[side]), unit) for side in ("here", "there")})
        for unit, both in check.sums.items()
    ]
    return Check(
        **plain, sums=sums, found=check.found, repaired=check.repaired, left=check.left_over
    )


def _line(named: NamedLine) -> AccountLine:
    line, unit = named.line, named.line.currency
    return AccountLine(
        **line.model_dump(include={"here", "there", "differing", "held", "found", "parted_since"}),
        account_id=None if line.account_id is None else str(line.account_id),
        name=named.name,
        sum_here=money(line.sum_here, unit) if unit else None,
        sum_there=money(line.sum_there, unit) if unit else None,
    )
