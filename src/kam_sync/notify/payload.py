"""What webhooks carry: objects as the API answers with them, so that one reader reads both."""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import blake2b
from typing import Any

import orjson
from pydantic import BaseModel

from connectors import Outcome
from kam_sync.accounts import model
from kam_sync.accounts.traits import traits
from kam_sync.alerts.model import Alert, AlertState
from kam_sync.base.settings import Locale
from kam_sync.drift.model import Kind
from kam_sync.kpi.formulas import KPIS
from kam_sync.kpi.values import Moment, Money, Value, money, value

_NO_NEWS = frozenset({"changed_at", "updated_at"})
"""Times of changes: alone they tell an integrator nothing."""
_NUMBERS = ("observed", "expected", "low", "high")


class _Account(BaseModel):
    id: str
    name: str
    inn: str | None
    kpp: str | None
    is_active: bool
    segment: str | None
    contract_ends_on: date | None
    tags: list[str]
    changed_at: Moment


class _Item(BaseModel):
    external_id: str
    quantity: str | None = None
    catalog_external_id: str | None = None


class _Deal(BaseModel):
    source: str
    external_id: str
    account_id: str | None
    name: str
    outcome: Outcome
    amount: Money | None
    company_external_id: str | None
    contact_external_ids: list[str]
    owner_external_id: str | None
    pipeline_external_id: str
    stage_external_id: str
    loss_reason_external_id: str | None
    items: list[_Item]
    contract_ends_on: date | None
    tags: list[str]
    custom: dict[str, Any]
    is_deleted: bool
    created_at: Moment | None
    updated_at: Moment | None
    closed_at: Moment | None
    changed_at: Moment


class _Alert(BaseModel):
    id: str
    account_id: str
    account_name: str
    kpi: str
    title: str
    kind: Kind
    state: AlertState
    observed: Value
    expected: Value
    low: Value
    high: Value
    gap: float
    since: date
    opened_at: Moment
    changed_at: Moment
    resolved_at: Moment | None


def of_account(row: model.Account, companies: Sequence[model.Company]) -> dict[str, Any]:
    """An account with what its companies say of it."""
    said = traits(companies)
    shown = _Account(
        **row.model_dump(exclude={"id"}), id=str(row.id), segment=said.segment,
        contract_ends_on=said.contract_ends_on, tags=list(said.tags),
    )  # fmt: skip
    return shown.model_dump(mode="json")


def of_deal(row: model.Deal, source: str, account_id: object | None) -> dict[str, Any]:
    """A deal, with the account that it belongs to if one is known."""
    amount = None if row.amount is None or not row.currency else money(row.amount, row.currency)
    shown = _Deal(
        **row.model_dump(exclude={"source_id", "amount", "currency"}), source=source,
        account_id=None if account_id is None else str(account_id), amount=amount,
    )  # fmt: skip
    return shown.model_dump(mode="json")


def of_alert(row: Alert, account: str, locale: Locale) -> dict[str, Any]:
    """An alert with its numbers."""
    kpi = KPIS[row.kpi]
    plain = row.model_dump(exclude={"id", "account_id", "unit"})
    plain |= {name: value(plain[name], kpi.measure, row.unit) for name in _NUMBERS}
    shown = _Alert(
        **plain, id=str(row.id), account_id=str(row.account_id), account_name=account,
        title=kpi.title[locale],
    )  # fmt: skip
    return shown.model_dump(mode="json")


def digest_of(data: Mapping[str, Any]) -> bytes:
    """What is the same as long as there is no news."""
    told = {name: part for name, part in data.items() if name not in _NO_NEWS}
    text = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
    return blake2b(text, digest_size=16).digest()
