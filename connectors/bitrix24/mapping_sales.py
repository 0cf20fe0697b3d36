"""Funnels, deals, leads, products and smart invoices of Bitrix24 in our words."""

from collections.abc import Mapping

from connectors.bitrix24.entities import LEAD, LEAD_IDS
from connectors.bitrix24.lexicon import JOINED, LEADS
from connectors.bitrix24.mapping_people import common
from connectors.bitrix24.reading import Custom, Words, day, moment, ref
from connectors.kit import custom, pick
from connectors.kit.errors import BadRecord
from connectors.kit.records import (
    Deal,
    Invoice,
    Noun,
    Outcome,
    Pipeline,
    Product,
    RawRecord,
    Stage,
)

_OUTCOMES: Mapping[str, Outcome] = {"S": Outcome.WON, "F": Outcome.LOST}


def pipeline(raw: RawRecord, words: Words) -> Pipeline:
    """A funnel with its stages; the default one has the number 0. That of leads has no number."""
    body = raw.body
    stages = tuple(
        Stage(
            external_id=pick.external_id(stage, "STATUS_ID"),
            name=pick.text(stage, "NAME") or "",
            position=_position(stage),
            outcome=_outcome(stage.get("SEMANTICS")),
        )
        for stage in pick.many(body, "stages")
    )
    id_ = _category(body, "id")
    is_over = id_ == LEADS and LEAD not in words.entities
    return Pipeline(id_, pick.text(body, "name") or "", stages, is_archived=is_over)


def deal(raw: RawRecord, words: Words) -> Deal:
    """A deal, or a lead: our id of it tells which.

    It was closed when it came to its last stage: the planned day is no proof. A lead that became a
    deal is gone, as are all of them where nobody wants leads any more.
    """
    is_lead = raw.external_id.startswith(LEAD_IDS)
    prefix = LEAD_IDS if is_lead else ""
    body, fields = raw.body, Custom(raw.body, words, prefix)
    outcome = _outcome(body.get("stageSemanticId") or pick.one(body, JOINED).get("semantic"))
    rest = common(body, words)
    closed_at = (
        moment(body, "dateClosed", words.zone)  # of leads
        or moment(body, "movedTime", words.zone)
        or custom.moment(body.get("closedate"), words.zone)
    )
    return Deal(
        external_id=f"{prefix}{pick.external_id(body)}",
        name=pick.text(body, "title") or "",
        pipeline_external_id=LEADS if is_lead else _category(body, "categoryId"),
        stage_external_id=pick.external_id(body, "stageId"),
        outcome=outcome,
        amount=pick.amount(body, "opportunity"),
        currency=pick.currency(pick.text(body, "currencyId") or words.currency),
        company_external_id=ref(body, "companyId"),
        contact_external_ids=_contacts(body),
        contract_ends_on=fields.day("deal.contract_ends_on"),
        custom=fields.all,
        closed_at=None if outcome is Outcome.OPEN else closed_at or rest["updated_at"],
        is_deleted=is_lead and (outcome is Outcome.WON or LEAD not in words.entities),
        **rest,
    )


def product(raw: RawRecord, words: Words) -> Product:
    """A product of the catalog."""
    body = raw.body
    return Product(
        external_id=pick.external_id(body, "ID"),
        name=pick.text(body, "NAME") or "",
        catalog_external_id=ref(body, "CATALOG_ID"),
        sku=pick.text(body, "XML_ID"),
        price=pick.amount(body, "PRICE"),
        currency=pick.currency(pick.text(body, "CURRENCY_ID") or words.currency),
        created_at=moment(body, "DATE_CREATE", words.zone),
        updated_at=moment(body, "TIMESTAMP_X", words.zone),
    )


def invoice(raw: RawRecord, words: Words) -> Invoice:
    """A smart invoice: it is paid when its stage means success."""
    body, fields = raw.body, Custom(raw.body, words)
    outcome = _outcome(pick.one(body, JOINED).get("semantic"))
    is_paid = outcome is Outcome.WON
    rest = common(body, words)
    rest.pop("owner_external_id")
    company, person = ref(body, "companyId"), ref(body, "contactId")
    amount = pick.amount(body, "opportunity")
    payer = Noun.COMPANY if company else Noun.CONTACT if person else None
    return Invoice(
        external_id=pick.external_id(body),
        name=pick.text(body, "title") or "",
        status="paid" if is_paid else pick.text(body, "stageId") or "created",
        amount=amount,
        currency=pick.currency(pick.text(body, "currencyId") or words.currency),
        paid_at=moment(body, "movedTime", words.zone) if is_paid else None,
        payer_noun=payer,
        payer_external_id=company or person,
        number=pick.text(body, "accountNumber"),
        issued_on=day(body.get("begindate")),
        due_on=day(body.get("closedate")),
        paid_amount=amount if is_paid else None,
        custom=fields.all,
        **rest,
    )


def _outcome(semantic: object) -> Outcome:
    return _OUTCOMES.get(semantic if isinstance(semantic, str) else "", Outcome.OPEN)


def _category(body: pick.Body, key: str) -> str:
    """The number of a funnel, which may be 0."""
    value = body.get(key)
    if value in (0, "0") and not isinstance(value, bool):
        return "0"
    return pick.external_id(body, key)


def _position(stage: pick.Body) -> int:
    said = custom.text(stage.get("SORT")) or "0"
    return int(said) if said.isdecimal() and said.isascii() and len(said) < 9 else 0


def _contacts(body: pick.Body) -> tuple[str, ...]:
    listed = body.get("contactIds")
    if listed is not None and not isinstance(listed, list):
        raise BadRecord(f"contactIds: a list is needed, got {pick.shown(listed)}")
    found = (ref({"contactIds": one}, "contactIds") for one in listed or ())
    return pick.distinct((*found, ref(body, "contactId")))
