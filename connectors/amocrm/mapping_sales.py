"""Pipelines, deals, purchases, products and invoices of amoCRM in our words."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from connectors.amocrm.fields import Fields, Words
from connectors.amocrm.naming import NOUNS, contact_ids, first_id, items, owner, tags, times
from connectors.kit import custom, pick
from connectors.kit.records import (
    Deal,
    Invoice,
    LossReason,
    Outcome,
    Pipeline,
    Product,
    Purchase,
    RawRecord,
    Stage,
)

_OUTCOMES = {"142": Outcome.WON, "143": Outcome.LOST}
"""The same two in every pipeline: a stage is known by its pipeline and its number."""
_BILL_STATUSES = {"partially_paid": "partly_paid"}


def pipeline(raw: RawRecord, _words: Words) -> Pipeline:
    """A pipeline with its stages."""
    body = raw.body
    stages = tuple(
        Stage(
            external_id=pick.external_id(stage),
            name=pick.text(stage, "name") or "",
            position=pick.number(stage, "sort") or 0,
            outcome=_OUTCOMES.get(pick.external_id(stage), Outcome.OPEN),
        )
        for stage in pick.many(pick.one(body, "_embedded"), "statuses")
    )
    return Pipeline(
        external_id=pick.external_id(body),
        name=pick.text(body, "name") or "",
        stages=stages,
        is_archived=pick.flag(body, "is_archive"),
    )


def loss_reason(raw: RawRecord, _words: Words) -> LossReason:
    """Why deals are lost."""
    return LossReason(
        external_id=pick.external_id(raw.body),
        name=pick.text(raw.body, "name") or "",
        position=pick.number(raw.body, "sort") or 0,
    )


def deal(raw: RawRecord, words: Words) -> Deal:
    """A lead."""
    body, fields = raw.body, Fields(raw.body, words)
    stage = pick.external_id(body, "status_id")
    outcome = _OUTCOMES.get(stage, Outcome.OPEN)
    closed_at = pick.moment(body, "closed_at")
    made = times(body)
    return Deal(
        external_id=pick.external_id(body),
        name=pick.text(body, "name") or "",
        pipeline_external_id=pick.external_id(body, "pipeline_id"),
        stage_external_id=stage,
        outcome=outcome,
        amount=pick.amount(body, "price"),
        currency=pick.currency(words.currency),
        company_external_id=first_id(body, "companies"),
        contact_external_ids=contact_ids(body),
        loss_reason_external_id=pick.maybe_id(body, "loss_reason_id") or _loss_reason(body),
        items=items(body),
        contract_ends_on=fields.day("deal.contract_ends_on"),
        tags=tags(body),
        custom=fields.custom,
        owner_external_id=owner(body),
        # a closed deal without a closing time was closed no later than its last change
        closed_at=None if outcome is Outcome.OPEN else closed_at or made["updated_at"],
        **made,
    )


def purchase(raw: RawRecord, words: Words) -> Purchase:
    """A transaction of a customer."""
    body = raw.body
    of = pick.one(pick.one(body, "_embedded"), "customer")
    return Purchase(
        external_id=pick.external_id(body),
        customer_external_id=pick.maybe_id(body, "customer_id") or pick.external_id(of),
        amount=pick.amount(body, "price"),
        currency=pick.currency(words.currency),
        completed_at=pick.moment(body, "completed_at"),
        comment=pick.text(body, "comment"),
        items=items(body),
        **times(body),
    )


def product(raw: RawRecord, words: Words) -> Product:
    """An element of a catalog."""
    body, fields = raw.body, Fields(raw.body, words)
    return Product(
        external_id=pick.external_id(body),
        name=pick.text(body, "name") or "",
        catalog_external_id=pick.maybe_id(body, "catalog_id"),
        sku=next(iter(fields.coded("SKU")), None),
        price=_money(fields.value("PRICE")),
        currency=pick.currency(words.currency),
        custom=fields.custom,
        **times(body),
    )


def invoice(raw: RawRecord, words: Words) -> Invoice:
    """An element of the catalog of invoices."""
    body, fields = raw.body, Fields(raw.body, words)
    payer = fields.value("PAYER")
    who = payer[0] if isinstance(payer, list) and payer and isinstance(payer[0], dict) else {}
    noun = NOUNS.get(str(who.get("entity_type")))
    return Invoice(
        external_id=pick.external_id(body),
        name=pick.text(body, "name") or "",
        status=_bill_status(body),
        amount=_money(fields.value("BILL_PRICE")),
        currency=pick.currency(words.currency),
        paid_at=_paid_at(fields.value("BILL_PAYMENT_DATE"), words),
        payer_noun=noun,
        payer_external_id=pick.maybe_id(who, "entity_id") if noun else None,
        custom=fields.custom,
        **times(body),
    )


def _loss_reason(body: pick.Body) -> str | None:
    """It is documented as an object and comes as a list."""
    embedded = pick.one(body, "_embedded")
    if isinstance(embedded.get("loss_reason"), Mapping):
        return pick.maybe_id(pick.one(embedded, "loss_reason"), "id")
    return first_id(body, "loss_reason")


def _bill_status(body: pick.Body) -> str:
    """By its code, which unlike the word people see is the same in all accounts."""
    for field in pick.many(body, "custom_fields_values"):
        if field.get("field_code") == "BILL_STATUS":
            for value in pick.many(field, "values"):
                said = custom.text(value.get("enum_code")) or custom.text(value.get("value"))
                return _BILL_STATUSES.get(said or "", said or "created")
    return "created"


def _money(value: Any) -> Decimal | None:
    return pick.amount({"value": value}, "value") if isinstance(value, str) else None


def _paid_at(value: Any, words: Words) -> datetime | None:
    return custom.moment(value, words.zone)
