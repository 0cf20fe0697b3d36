"""What the API answers with, described for the people who read the OpenAPI page."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from connectors import ErrorKind
from kam_sync.alerts.model import ChangeKind
from kam_sync.drift.model import Kind, Verdict, Why
from kam_sync.intake.model import RunState, SourceState
from kam_sync.kpi.definition import Family, Function, Good, Grain, Measure, Stake
from kam_sync.kpi.doubts import Doubt
from kam_sync.kpi.model import Unforeseen
from kam_sync.kpi.values import Moment, Value
from kam_sync.notify.shapes import Account, AccountId, Alert, ExternalId, SourceName
from kam_sync.web.api.webhook_answers import Webhooks


class OneAccount(Account):
    """One customer with those who look after it."""

    owner: str | None = Field(description="Name of the CRM user responsible for it.")
    time_zone: str = Field(
        description="Whose midnight begins its days and months.", examples=["Europe/Moscow"]
    )
    merged_into: AccountId | None = Field(
        description="The account that all its companies belong to now; null where it has its own."
    )


class Run(BaseModel):
    """One walk of a step."""

    id: str
    source: SourceName | None
    step: str = Field(examples=["sync"])
    noun: str = Field(examples=["deal"])
    state: RunState
    started_at: Moment
    ended_at: Moment | None
    counts: dict[str, int | float] = Field(
        examples=[{"read": 120, "created": 3, "updated": 7, "seconds": 1.5, "requests": 2}]
    )
    message: str = Field(description="What went wrong, in words; empty when nothing did.")
    error_kind: ErrorKind = Field(description="The same for programs; empty for what is rare.")


class Source(BaseModel):
    """One connected CRM account. Its token is never shown."""

    id: str
    name: SourceName
    kind: str = Field(description="Which CRM.", examples=["amocrm"])
    base_url: str
    state: SourceState
    state_reason: str = Field(description="Why it stands so, in words.")
    error_kind: ErrorKind = Field(description="The same for programs; empty for what is rare.")
    remote_account: str = Field(description="Id that the CRM gives to itself.")
    remote_name: str
    created_at: Moment
    opened_by: Literal["oauth", "token"]
    token_ends_at: Moment | None = Field(description="When a token ends that nobody renews.")
    next_step: str = Field(description="How to open it anew; empty while it is open.")


class Standing(BaseModel):
    """How the CRM account bears with us."""

    held_until: Moment | None = Field(description="It asked us to send nothing until then.")
    reason: str = Field(description="Why it asked for that, in words.")
    refusals_last_hour: int = Field(description="Requests refused because there were too many.")
    refusals_today: int
    last_refusal_at: Moment | None


class NounProgress(BaseModel):
    """How far the pulls of one kind of record of a source have come."""

    noun: str = Field(examples=["deal"])
    state: RunState = Field(description="Of its newest run.")
    began_at: Moment
    ended_at: Moment | None = Field(description="Null while it runs.")
    counts: dict[str, float] = Field(description="Of its newest run, so far while it runs.")
    message: str
    error_kind: ErrorKind
    last_good_at: Moment | None = Field(description="When the newest run that succeeded began.")
    lag_seconds: int | None = Field(description="How old what we have may be.")
    loaded_at: Moment | None = Field(description="When the first load was done.")
    records: int = Field(description="How many are here, without what was deleted in the CRM.")


class OneSource(Source):
    """One connected CRM account with its last runs."""

    next_sync_at: Moment | None = Field(
        description="When its next sync begins; in the past when it waits for its turn."
    )
    last_runs: list[Run] = Field(description="The newest run of each noun.")
    nouns: list[NounProgress] = Field(description="How far each kind of record has come.")
    set_aside: dict[str, int] = Field(
        description="How many records could not be understood, by noun.", examples=[{"deal": 2}]
    )
    deals_without_account: int = Field(description="Deals that name no company we know.")
    standing: Standing
    webhooks: Webhooks | None = Field(description="Null where the CRM cannot be asked to call us.")


class FieldOfSource(BaseModel):
    """A custom field of a source."""

    external_id: str = Field(examples=["company/9011"])
    name: str = Field(examples=["ИНН"])
    kind: str = Field(examples=["text"])
    code: str | None
    options: list[str] = Field(description="What may be chosen in it.")
    example: str | None = Field(description="A value of one of the newest records.")


class Offer(BaseModel):
    """A field that may be the one; it is not taken before a person says so."""

    field: str
    name: str
    why: str = Field(examples=["its name says so"])


class Target(BaseModel):
    """Something that we want to know, and the custom field that it is read from."""

    target: str = Field(examples=["company.inn"])
    means: str
    kinds: list[str] = Field(description="Of which kinds a field may be.")
    field: str | None = Field(examples=["company/9011"])
    is_confirmed: bool = Field(description="False while it is only a guess.")
    warning: str | None = Field(description="Why the field cannot be read, in words.")
    offer: Offer | None


class FieldMap(BaseModel):
    """Which custom field of a source is which."""

    source: SourceName
    is_confirmed: bool = Field(description="Whether a person has said so of the whole map.")
    targets: list[Target]
    fields: list[FieldOfSource]


class SetAside(BaseModel):
    """A record that could not be understood; it is kept as it came."""

    noun: str
    external_id: ExternalId
    reason: str
    at: Moment


class Deferred(BaseModel):
    """Work that will be done soon; see /runs."""

    source: SourceName
    state: str = Field(examples=["queued"])


class Kpi(BaseModel):
    """A named measure of accounts, one value a period."""

    key: str = Field(examples=["won_revenue"])
    family: Family
    title: str
    explanation: str
    variant: str | None = Field(description="Which of several formulas of that name it is.")
    minimum: str | None = Field(description="What there has to be before there is a value.")
    traps: str | None = Field(description="What it does not say.")
    source: str | None = Field(description="Where the formula comes from.")
    measure: Measure
    good: Good = Field(description="The direction that is good for us.")
    grains: list[Grain] = Field(description="How long its periods are.")
    is_watched: bool = Field(description="Whether an alert is opened when it drifts.")
    at_stake: Stake = Field(
        description="What money is at risk when it is worse than usual; see docs/alerts.md."
    )
    formula: str = Field(description="The SQL that computes it.")
    function: Function | None = Field(description="What makes values of the rows of the SQL.")
    version: str = Field(description="Changes when it is computed in another way.")


class Doubted(BaseModel):
    """An input that was not all here when the KPI was measured."""

    source: SourceName
    noun: str = Field(examples=["deal"])
    why: Doubt = Field(
        description="loading: it was never read to its end; held: deletions wait for a person;"
        " stale: it was not read for too long."
    )
    known_until: Moment | None = Field(description="What changed later may not be here.")


class Point(BaseModel):
    """The value of a KPI in a month."""

    on: date = Field(description="First day of the month.", examples=["2026-08-01"])
    value: Value
    is_partial: bool = Field(description="True for the month that has not ended.")
    reported: Value | None = Field(
        description="The value as it was first measured after the month's end; null before."
    )
    doubts: list[Doubted] = Field(description="By which it may be wrong; empty mostly.")


class Finding(BaseModel):
    """What the detector says of a KPI."""

    rule: str = Field(description="By which rule.", examples=["won_revenue"])
    kind: Kind
    verdict: Verdict
    why: Why
    gap: float | None = Field(
        description="How far it lies from what is expected: in sigmas for levels, in limits for "
        "limits, in standard deviations for silence."
    )
    on: date | None = Field(description="First day of the period that was judged.")
    grain: Grain = Field(description="How long that is.")
    confidence: float | None = Field(description="Which share of steady values stands out less.")
    observed: Value | None = Field(description="The value of that period.")
    expected: Value | None
    low: Value | None = Field(description="Lower edge of the usual range.")
    high: Value | None = Field(description="Upper edge of the usual range.")
    since: date | None = Field(description="First day of the drift's first period.")


class Series(BaseModel):
    """The values of a KPI of an account in one unit, oldest first."""

    unit: str = Field(description="Currency, days or percent.", examples=["RUB"])
    points: list[Point]
    finding: Finding | None


class Forecast(BaseModel):
    """What an account will buy in the twelve months from a day, or why that is not said."""

    unit: str = Field(description="Currency.", examples=["RUB"])
    made_on: date
    value: Value | None
    low: Value | None = Field(description="One in ten accounts like this one buys less.")
    high: Value | None = Field(description="One in ten accounts like this one buys more.")
    alive: float | None = Field(
        description="The probability that it has not stopped buying.", examples=[0.87]
    )
    orders: float | None = Field(description="How many orders are expected.", examples=[4.2])
    why: Unforeseen | None = Field(description="Why there is no value.")


class KpiOfAccount(BaseModel):
    """The newest value of a KPI of an account in one unit."""

    kpi: str = Field(examples=["won_revenue"])
    title: str
    unit: str = Field(examples=["RUB"])
    newest: Point
    finding: Finding | None


class SeriesOfAccount(BaseModel):
    """A KPI of an account over the months; one series per currency."""

    kpi: Kpi
    series: list[Series]
    forecasts: list[Forecast] = Field(
        description="What stands behind the newest value of predicted_ltv; of other KPIs nothing."
    )


class Change(BaseModel):
    """What happened to an alert, with the numbers of that moment."""

    change: ChangeKind
    at: Moment
    observed: Value
    expected: Value
    gap: float
    by: str = Field(description="Who did it; empty where it came of itself.")
    note: str
    until: Moment | None


class OneAlert(Alert):
    """An alert with its history, oldest first."""

    history: list[Change]
