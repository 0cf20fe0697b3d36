"""Why a KPI moved: the change by causes and by drivers, parts that sum to the whole."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.model import Alert
from kam_sync.alerts.reasons import reasons
from kam_sync.alerts.store import AlertStore
from kam_sync.base.db import Session
from kam_sync.base.settings import Locale
from kam_sync.drift import moved
from kam_sync.drift.explaining import Asked as AskedMonths
from kam_sync.drift.explaining import Explaining
from kam_sync.drift.moved import Against, Moved, Unsaid
from kam_sync.kpi.registry import KPIS, named
from kam_sync.kpi.splits import Dimension
from kam_sync.kpi.values import Value, value
from kam_sync.web.deps import AccountId, AlertId, Reading, Serving
from kam_sync.web.given import GivenDay
from kam_sync.web.paging import Text
from kam_sync.web.query import Asked
from kam_sync.web.render import Spoken
from kam_sync.web.wording import why as words
from kam_sync.web.wording.language import Language
from kam_sync.wiring import Services

router = APIRouter()
of_alerts = APIRouter()


class Cause(BaseModel):
    """A part of a change by where it comes from."""

    cause: moved.Part
    title: str
    change: Value


class Term(BaseModel):
    """A part of the change of a ratio: by what stands above its line, or below it."""

    title: str = Field(examples=["won deals"])
    change: Value


class Terms(BaseModel):
    """The change of a ratio by both its terms; with `unexplained` they sum to it."""

    numerator: Term
    denominator: Term
    unexplained: Value


class Member(BaseModel):
    """Somebody or something that a KPI is made of."""

    id: str = Field(
        description="Source and id in the CRM, or an article number; empty for rows without.",
        examples=["1:3300"],
    )
    name: str
    was: Value | None = Field(description="A month in the base; null for a ratio.")
    now: Value | None
    change: Value


class Driver(BaseModel):
    """The change by one dimension; members, others and `unexplained` sum to it."""

    dimension: Dimension
    title: str
    members: list[Member] = Field(description="At most five, the largest first.")
    others: Value
    other_count: int
    unexplained: Value = Field(description="What the rows do not tell of the change.")


class Move(BaseModel):
    """The change of a KPI in one unit between two spans of months; values are monthly means."""

    unit: str = Field(examples=["RUB"])
    later: list[date] = Field(description="The months with a value, by their first days.")
    base: list[date]
    was: Value
    now: Value
    change: Value
    said: str = Field(description="All in a sentence; `?lang=` ru or en.")
    causes: list[Cause] = Field(description="They sum to `change`.")
    terms: Terms | None = Field(description="Null where the KPI is no ratio.")
    drivers: list[Driver] = Field(description="The dimension that tells most first.")
    no_drivers: Unsaid | None = Field(description="Why there are none.")


class Why(BaseModel):
    """Why a KPI is not what it was."""

    kpi: str = Field(examples=["won_revenue"])
    title: str
    against: Against
    moves: list[Move] = Field(description="One for each unit.")
    unsaid: Unsaid | None = Field(
        description="Why there are none: `kind` (the alert compares no time before with one "
        "after), `no_values`, `no_base`."
    )
    unsaid_in_words: str


class AgainstQuery(BaseModel):
    """What is compared with."""

    model_config = ConfigDict(extra="forbid")

    against: Against = Field(
        default=Against.BEFORE,
        description="`before`: as many months right before; `year_ago`: the same a year before.",
    )
    lang: Locale | None = Field(default=None, description="Language of what is said.")


class WhyQuery(AgainstQuery):
    """Which months are asked about; the latest three that have ended, where none is named."""

    first: GivenDay | None = Field(default=None, alias="from", description="From this month on.")
    last: GivenDay | None = Field(default=None, alias="to", description="Until this month.")
    unit: Text | None = Field(default=None, description="Only this one, such as RUB.")


@of_alerts.get("/alerts/{alert_id}/why", tags=["alerts"])
def get_why_of_alert(
    session: Reading, services: Serving, language: Spoken, alert_id: AlertId,
    query: Asked[AgainstQuery],
) -> Why:  # fmt: skip
    """Why what an alert is about has moved: the months since it began, against those before."""
    alert = AlertStore(session).alert(alert_id)
    found = of_alert(session, services, alert, query.against)
    return answer(language, alert.kpi, query.against, found)


@router.get("/accounts/{account_id}/kpis/{kpi}/why", tags=["kpis"])
def get_why_of_kpi(
    session: Reading, services: Serving, language: Spoken, account_id: AccountId, kpi: str,
    query: Asked[WhyQuery],
) -> Why:  # fmt: skip
    """Why a KPI of an account is not what it was, of at most twelve months."""
    found = of_kpi(session, services, account_id, kpi, query)
    return answer(language, kpi, query.against, found)


def of_alert(
    session: Session, services: Services, alert: Alert, against: Against
) -> list[Moved] | Unsaid:
    """Why what an alert is about has moved; NotHere where that is not measured any more."""
    named(alert.kpi)
    account = AccountStore(session).standing([alert.account_id])[alert.account_id]
    return reasons(_explaining(session, services), alert, account.id, services.as_of(), against)


def of_kpi(
    session: Session, services: Services, account_id: UUID, kpi: str, query: WhyQuery
) -> list[Moved] | Unsaid:
    """Why a KPI of an account moved in the months that are asked about."""
    account = AccountStore(session).account(account_id)
    asked = AskedMonths(query.first, query.last, query.against, query.unit)
    key, now = named(kpi).key, services.as_of()
    return _explaining(session, services).asked(account.id, key, now, asked)


def _explaining(session: Session, services: Services) -> Explaining:
    return Explaining(session, services.zone, services.settings.currency)


def answer(language: Language, kpi: str, against: Against, found: list[Moved] | Unsaid) -> Why:
    """Why a KPI moved, as it leaves the house."""
    unsaid = found if isinstance(found, Unsaid) else None
    return Why(
        kpi=kpi, title=KPIS[kpi].title[language.locale], against=against,
        moves=[] if isinstance(found, Unsaid) else [_move(language, one) for one in found],
        unsaid=unsaid, unsaid_in_words=words.unsaid(language, unsaid) if unsaid else "",
    )  # fmt: skip


def _move(language: Language, one: Moved) -> Move:
    def shown(number: Decimal) -> Value:
        return value(number, KPIS[one.kpi].measure, one.unit)

    return Move(
        unit=one.unit, later=list(one.later), base=list(one.base), was=shown(one.was),
        now=shown(one.now), change=shown(one.change), said=words.sentence(language, one),
        causes=[
            Cause(cause=part, title=words.cause(language, part), change=shown(number))
            for part, number in one.parts.items()
        ],
        terms=_terms(language, one), drivers=[_driver(language, one, by) for by in one.drivers],
        no_drivers=one.no_drivers,
    )  # fmt: skip


def _terms(language: Language, one: Moved) -> Terms | None:
    if one.terms is None:
        return None
    above, below = words.terms(language, one.kpi)
    measure = KPIS[one.kpi].measure
    return Terms(
        numerator=Term(title=above, change=value(one.terms.numerator, measure, one.unit)),
        denominator=Term(title=below, change=value(one.terms.denominator, measure, one.unit)),
        unexplained=value(one.terms.unexplained, measure, one.unit),
    )


def _driver(language: Language, one: Moved, by: moved.Driver) -> Driver:
    measure = KPIS[one.kpi].measure

    def shown(number: Decimal | None) -> Value | None:
        return None if number is None else value(number, measure, one.unit)

    return Driver(
        dimension=by.dimension, title=words.dimension(language, by.dimension),
        members=[
            Member(
                id=member.key, name=words.member(language, by.dimension, member),
                was=shown(member.was), now=shown(member.now),
                change=value(member.change, measure, one.unit),
            )
            for member in by.members
        ],
        others=value(by.others, measure, one.unit), other_count=by.other_count,
        unexplained=value(by.unexplained, measure, one.unit),
    )  # fmt: skip
