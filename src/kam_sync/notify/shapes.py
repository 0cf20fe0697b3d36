"""Accounts, deals and alerts as they leave the house: by the API and in webhooks alike."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

from connectors import Outcome
from kam_sync.accounts import model
from kam_sync.accounts.merge import Winners
from kam_sync.accounts.traits import traits
from kam_sync.alerts import life
from kam_sync.alerts import model as alerts
from kam_sync.base.settings import Locale
from kam_sync.drift.model import Kind, Severity
from kam_sync.kpi.definition import Grain
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.values import Moment, Money, Value, money, value

_NUMBERS = ("observed", "expected", "low", "high")

AccountId = Annotated[
    str, Field(description="Id of an account.", examples=["6d0b7c1e-8f1c-5d38-9e0e-6a6fd6e2b7aa"])
]
SourceName = Annotated[
    str, Field(description="Name of the connected CRM account.", examples=["sales"])
]
ExternalId = Annotated[str, Field(description="Id in that CRM.", examples=["1048576"])]


class Account(BaseModel):
    """One customer, whatever the CRMs call it."""

    id: AccountId
    name: str = Field(examples=["ООО «Ромашка»"])
    inn: str | None = Field(description="Taxpayer number.", examples=["7707083893"])
    kpp: str | None = Field(description="Reason-for-registration code.", examples=["770701001"])
    is_active: bool = Field(description="False when no CRM holds a company of it any more.")
    segment: str | None = Field(description="Segment or category.", examples=["A"])
    contract_ends_on: date | None = Field(description="Until when its contract runs.")
    address: str | None = Field(description="In one line.", examples=["г. Самара, ул. Мира, 1"])
    city: str | None = Field(
        description="As a CRM says it, apart or in its address.", examples=["Самара"]
    )
    tags: list[str] = Field(description="Tags of its companies.", examples=[["опт"]])
    sources: list[str] = Field(
        description="Names of the sources it comes from.", examples=[["sales"]]
    )
    changed_at: Moment


class Record(BaseModel):
    """What each record of a CRM has."""

    source: SourceName
    external_id: ExternalId
    changed_at: Moment = Field(description="When our copy last changed.")


class Dated(Record):
    """A record with the CRM's own times."""

    created_at: Moment | None
    updated_at: Moment | None
    is_deleted: bool = Field(description="True when the CRM has deleted it.")


class OfAccount(Dated):
    """A record that belongs to an account."""

    account_id: AccountId | None = Field(description="The account it belongs to, if one is known.")


class Owned(OfAccount):
    """A record that somebody is responsible for."""

    owner_external_id: str | None = Field(description="The CRM user responsible for it.")


class Described(Owned):
    """A record with tags and custom fields."""

    tags: list[str]
    custom: dict[str, Any] = Field(
        description="Values of custom fields by the field's id in the CRM; see /fields.",
        examples=[{"9011": {"name": "ИНН", "kind": "text", "value": "7707083893"}}],
    )


class Item(BaseModel):
    """A product or an invoice that is attached to a deal or a purchase."""

    external_id: ExternalId
    quantity: str | None = None
    catalog_external_id: str | None = None


class Deal(Described):
    """A sale."""

    name: str
    company_external_id: str | None
    contact_external_ids: list[str]
    pipeline_external_id: str
    stage_external_id: str
    outcome: Outcome
    amount: Money | None = Field(description="null when the CRM holds none.")
    closed_at: Moment | None
    loss_reason_external_id: str | None = Field(description="Why it was lost; see /loss-reasons.")
    items: list[Item] = Field(description="Attached products and invoices.")
    contract_ends_on: date | None


class Alert(BaseModel):
    """An open matter about an account, or one that has been resolved."""

    id: str
    account_id: AccountId
    account_name: str
    kpi: str = Field(examples=["won_revenue"])
    rule: str = Field(description="What opened it.", examples=["won_revenue"])
    title: str
    kind: Kind
    severity: Severity
    state: life.State
    until: Moment | None = Field(description="When it comes back from where somebody put it.")
    outcome: life.Outcome | None = Field(description="What it turned out to be, as somebody said.")
    assignee: str = Field(
        description="Who looks after it; empty: who is responsible for the account."
    )
    observed: Value
    expected: Value
    low: Value
    high: Value
    gap: float
    since: date
    at_risk: Money | None = Field(
        description="How much money is in question: of a year, or of debt once; null where nobody"
        " can say."
    )
    inhibited_by: str | None = Field(
        description="Id of the alert of the same account that people are told of instead."
    )
    on: date | None = Field(description="First day of the period that was judged last.")
    grain: Grain = Field(description="How long that is.")
    confidence: float | None = Field(description="Which share of steady values stands out less.")
    opened_at: Moment
    changed_at: Moment
    resolved_at: Moment | None


def account(
    row: model.Account,
    companies: Sequence[model.Company],
    names: Mapping[int, str],
    winners: Winners,
) -> Account:
    """An account with what its companies say of it, and the names of the sources they are from."""
    said = traits(companies, winners)
    return Account(
        **row.model_dump(exclude={"id"}), id=str(row.id), segment=said.segment,
        contract_ends_on=said.contract_ends_on, tags=list(said.tags),
        address=said.address, city=said.city,
        sources=sorted({names[company.source_id] for company in companies}),
    )  # fmt: skip


def deal(row: model.Deal, source: str, account_id: object | None) -> Deal:
    """A deal, with the account that it belongs to if one is known."""
    amount = None if row.amount is None or not row.currency else money(row.amount, row.currency)
    return Deal(
        **row.model_dump(exclude={"source_id", "amount", "currency"}), source=source,
        account_id=None if account_id is None else str(account_id), amount=amount,
    )  # fmt: skip


def alert(row: alerts.Alert, account_name: str, locale: Locale) -> Alert:
    """An alert with its numbers in the unit of its KPI."""
    kpi = KPIS[row.kpi]
    plain = row.model_dump(exclude={"id", "account_id", "unit", "at_risk", "inhibited_by"})
    plain |= {name: value(plain[name], kpi.measure, row.unit) for name in _NUMBERS}
    return Alert(
        **plain, id=str(row.id), account_id=str(row.account_id), account_name=account_name,
        title=kpi.title[locale],
        at_risk=None if row.at_risk is None else money(row.at_risk, row.at_risk_currency),
        inhibited_by=None if row.inhibited_by is None else str(row.inhibited_by),
    )  # fmt: skip
