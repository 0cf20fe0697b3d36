"""Programs, deals and invoices of Megaplan in our words."""

from collections.abc import Mapping
from decimal import Decimal

from connectors.kit import pick
from connectors.kit.errors import BadRecord
from connectors.kit.records import (
    Deal,
    Invoice,
    Item,
    Noun,
    Outcome,
    Payment,
    Pipeline,
    RawRecord,
    Stage,
)
from connectors.kit.values import html_text
from connectors.megaplan.lists import is_client
from connectors.megaplan.people import common
from connectors.megaplan.values import Words, day, linked, moment, money

_OUTCOMES: Mapping[str, Outcome] = {"positive": Outcome.WON, "negative": Outcome.LOST}
_NOUNS: Mapping[str, Noun] = {"ContractorCompany": Noun.COMPANY, "ContractorHuman": Noun.CONTACT}


def pipeline(raw: RawRecord, _words: Words) -> Pipeline:
    """A program; its states have no numbers, so that their order is that of the list."""
    stages = tuple(
        Stage(
            external_id=pick.external_id(state),
            name=pick.text(state, "name") or "",
            position=place,
            outcome=_outcome(state.get("type")),
        )
        for place, state in enumerate(pick.many(raw.body, "states"))
    )
    return Pipeline(pick.external_id(raw.body), pick.text(raw.body, "name") or "", stages)


def deal(raw: RawRecord, words: Words) -> Deal:
    """A deal; how it ended is its own, and so is the currency of its amount."""
    body = raw.body
    amount, currency = _amount(body)
    outcome = _outcome(body.get("result"))
    company, people = _customer(body)
    bills = pick.many(body, "invoices")
    shared = common(body, words, linked(body, "manager", "Employee"))
    return Deal(
        external_id=pick.external_id(body),
        name=pick.text(body, "name") or "",
        pipeline_external_id=pick.external_id(pick.one(body, "program")),
        stage_external_id=pick.external_id(pick.one(body, "state")),
        outcome=outcome,
        amount=amount,
        currency=words.money_of(currency),
        company_external_id=company,
        contact_external_ids=people,
        items=tuple(Item(id_) for id_ in pick.distinct(map(pick.external_id, bills))),
        contract_ends_on=words.day(body, "deal.contract_ends_on"),
        # when it came to its last state; a later change of something else does not count
        closed_at=None
        if outcome is Outcome.OPEN
        else moment(body, "stateTimeUpdated") or shared["updated_at"],
        **shared,
    )


def invoice(raw: RawRecord, words: Words) -> Invoice:
    """An invoice; a date of payment counts where it is paid: it may be filled long before."""
    body = raw.body
    amount, currency = money(body, "sum")
    status = pick.text(body, "status") or "created"
    payer = pick.one(pick.one(body, "payer"), "contractor")
    noun = _NOUNS.get(str(payer.get("contentType")))
    number = pick.text(body, "number")
    paid = [_income(one)[0] for one in pick.many(body, "financeOperations")]
    return Invoice(
        external_id=pick.external_id(body),
        name=pick.text(body, "name") or number or "",
        status=status,
        amount=amount,
        currency=words.money_of(currency),
        paid_at=moment(body, "actualPaymentDate") if status == "paid" else None,
        payer_noun=noun,
        payer_external_id=pick.maybe_id(payer, "id") if noun else None,
        number=number,
        issued_on=day(body.get("invoiceDate")),
        due_on=day(body.get("deadline")),
        paid_amount=sum((one for one in paid if one), Decimal(0)) if any(paid) else None,
    )


def payment(raw: RawRecord, words: Words) -> Payment:
    """Money that has come in."""
    body = raw.body
    amount, currency = _income(body)
    at = moment(body, "date")
    if amount is None or at is None:
        raise BadRecord("a payment needs an amount and a day")
    payer = pick.one(body, "contractor")
    return Payment(
        external_id=pick.external_id(body),
        company_external_id=pick.maybe_id(payer, "id"),
        paid_on=at.astimezone(words.zone).date(),
        amount=amount,
        currency=words.money_of(currency),
        number=pick.text(body, "number"),
        invoice_external_id=next(
            (pick.maybe_id(one, "id") for one in pick.many(body, "invoices")), None
        ),
        purpose=html_text(body.get("description")),
        updated_at=moment(body, "timeUpdated"),
    )


def _income(operation: pick.Body) -> tuple[Decimal | None, str | None]:
    """How much has come in."""
    if operation.get("kind") not in ("income", None):
        return None, None
    amount, currency = money(operation, "incomeSum")
    return (amount, currency) if amount is not None else money(operation, "sum")


def _outcome(said: object) -> Outcome:
    return _OUTCOMES.get(said, Outcome.OPEN) if isinstance(said, str) else Outcome.OPEN


def _amount(body: pick.Body) -> tuple[Decimal | None, str | None]:
    """The total of what is sold; where nothing is listed, what somebody expects."""
    price, currency = money(body, "price")
    cost, other = money(body, "cost")
    return (cost, other) if cost and not price else (price, currency or other)


def _customer(body: pick.Body) -> tuple[str | None, tuple[str, ...]]:
    """Whose the deal is, and the people in it; a person may be a customer of his own."""
    who = pick.one(body, "contractor")
    person = linked(body, "contractor", "ContractorHuman")
    people = pick.distinct((person, linked(body, "contact", "ContractorHuman")))
    if person is None:
        return linked(body, "contractor", "ContractorCompany"), people
    return (person if is_client(who) else linked(who, "company", "ContractorCompany")), people
