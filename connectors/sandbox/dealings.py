"""What surrounds the deals of the made-up company: reasons, products, invoices, notes, purchases.

Everything follows from a deal and its number, so that the deals themselves stay as they are.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random

from connectors.sandbox.entities import (
    LOST,
    WON,
    Company,
    Customer,
    Deal,
    Invoice,
    LossReason,
    Note,
    Product,
    Purchase,
)
from connectors.sandbox.months import HISTORY
from connectors.sandbox.names import mobile_phone
from connectors.sandbox.vocabulary import DEAL_TAGS, LOSS_REASONS, ODD_NAMES, PRODUCTS, REMARKS

LATELY = HISTORY - 6
"""Deals born in this month or later have invoices and count as purchases."""
REASONS = tuple(LossReason(41 + place, name) for place, name in enumerate(LOSS_REASONS))
GOODS = tuple(
    Product(2_000_001 + place, name, price) for place, (name, price) in enumerate(PRODUCTS)
)
_FIRST_DEAL = 5_000_000
_FIRST_INVOICE, _FIRST_NOTE = 2_100_000, 12_000_000
_FIRST_CUSTOMER, _FIRST_PURCHASE = 9_000_000, 9_500_000
_FIRST_COMPANY = 6_000_000
_CALL_IN, _CALL_OUT, _REMARK = "call_in", "call_out", "common"


def loss_reason(number: int, stage: int) -> int | None:
    """Why a lost deal was lost; for one in nine nobody said."""
    place = number * 7_919 % 9
    return REASONS[place % len(REASONS)].number if stage == LOST and place < 8 else None


def tags(number: int) -> tuple[str, ...]:
    """One deal in eight has a tag."""
    place = number * 7_919 % 32
    return (DEAL_TAGS[place],) if place < len(DEAL_TAGS) else ()


def products(number: int) -> tuple[tuple[int, int], ...]:
    """One deal in four names one or two products."""
    if number % 4:
        return ()
    places = {number // 4 % len(GOODS), number // 12 % len(GOODS)}
    return tuple((GOODS[place].number, 1 + number // 4 % 5) for place in sorted(places))


def invoice_number(number: int, stage: int) -> int | None:
    """One won deal in three was paid by an invoice."""
    return _FIRST_INVOICE + number - _FIRST_DEAL if stage == WON and number % 3 == 0 else None


def odd_name(number: int, usual: str, every: int) -> str:
    """What somebody typed instead of a name, five times in so many."""
    place, rest = divmod(number % every, every // len(ODD_NAMES))
    return ODD_NAMES[place] if rest == 11 else usual


def invoice(deal: Deal, payer: Company) -> Invoice | None:
    """The invoice that a deal names; it is paid when the deal is won."""
    if deal.invoice is None or deal.closed_at is None:
        return None
    return Invoice(
        number=deal.invoice,
        deal=deal.number,
        payer=payer,
        price=deal.price or 0,
        products=deal.products,
        owner=deal.owner,
        created_at=max(deal.created_at, deal.closed_at - timedelta(days=3)),
        paid_at=deal.closed_at,
    )


def notes(deal: Deal, now: datetime, dice: Random) -> Iterator[Note]:
    """A call at the beginning, perhaps a remark and a call back; calls are the contact's."""
    until = min(deal.closed_at or now, now)
    phone = mobile_phone(deal.number - _FIRST_DEAL, dice)
    for place, (kind, day) in enumerate(((_CALL_IN, 0.02), (_REMARK, 2.0), (_CALL_OUT, 4.0))):
        at = deal.created_at + timedelta(days=day, minutes=int(dice.random() * 60))
        said, seconds, is_there = dice.choice(REMARKS), dice.randint(20, 600), dice.random() < 0.6
        if not is_there or at >= until:
            continue
        is_call = kind != _REMARK
        by_contact = is_call and bool(deal.contacts)
        yield Note(
            number=_FIRST_NOTE + (deal.number - _FIRST_DEAL) * 3 + place,
            noun="contacts" if by_contact else "leads",
            about=deal.contacts[0] if by_contact else deal.number,
            kind=kind,
            text="" if is_call else said,
            phone=phone if is_call else None,
            seconds=seconds if is_call else 0,
            owner=deal.owner,
            created_at=at,
        )


def purchases(deals: Iterable[Deal]) -> Iterator[Purchase]:
    """Each won deal of a repeat buyer is a purchase."""
    for deal in deals:
        if deal.stage == WON and deal.closed_at is not None and deal.company is not None:
            yield Purchase(
                number=_FIRST_PURCHASE + deal.number - _FIRST_DEAL,
                customer=_FIRST_CUSTOMER + deal.company - _FIRST_COMPANY,
                price=deal.price or 0,
                text=deal.name,
                bought_at=deal.closed_at,
            )


def customer(company: Company, born: datetime) -> Customer:
    """A company as a repeat buyer."""
    return Customer(
        number=_FIRST_CUSTOMER + company.number - _FIRST_COMPANY,
        name=company.name,
        company=company.number,
        owner=company.owner,
        created_at=born,
    )
