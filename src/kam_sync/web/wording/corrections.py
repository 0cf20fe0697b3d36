"""What was corrected of a fact, in words."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from kam_sync.accounts.facts import Correction
from kam_sync.web.wording.language import Language

_MONEY = frozenset({"amount", "paid_amount", "cost", "overdue", "spent", "credit_limit"})


def changes(language: Language, one: Correction) -> Iterator[tuple[str, str, str]]:
    """Of each field that was changed its name, what it was and what it is."""
    for name, (was, became) in sorted(one.changed.items()):
        currency = one.was.get("currency")
        new = (one.became or {}).get("currency", currency)
        yield (
            field(language, name),
            value(language, name, was, currency),
            value(language, name, became, new),
        )


def lost(language: Language, one: Correction) -> Iterator[tuple[str, str]]:
    """What a fact said that was taken back."""
    for name, was in sorted(one.was.items()):
        if was is not None and name in _names(language) and not name.endswith("_external_id"):
            yield field(language, name), value(language, name, was, one.was.get("currency"))


def field(language: Language, name: str) -> str:
    """The name of a field; of one that we have no word for its own."""
    return _names(language).get(name, name)


def value(language: Language, name: str, said: Any, currency: str | None) -> str:
    """A value as JSON has it."""
    if said is None:
        return "\N{EN DASH}"
    if isinstance(said, bool):
        return language.gettext("yes") if said else language.gettext("no")
    if isinstance(said, int | float):
        number = Decimal(str(said))
        if name in _MONEY and currency:
            return language.full_money(round(number, 2), currency)
        return language.exact(number.normalize() + 0)
    if name.endswith("_on") or name == "since":
        return language.day(date.fromisoformat(said))
    return str(said)


def _names(language: Language) -> dict[str, str]:
    return {
        "amount": language.gettext("Amount of money"),
        "paid_amount": language.gettext("Paid"),
        "cost": language.gettext("Cost"),
        "overdue": language.gettext("Overdue"),
        "spent": language.gettext("Spent"),
        "target": language.gettext("Target"),
        "currency": language.gettext("Currency"),
        "quantity": language.gettext("Quantity"),
        "ordered": language.gettext("Ordered"),
        "score": language.gettext("Score"),
        "name": language.gettext("Name"),
        "number": language.gettext("Number"),
        "status": language.gettext("Status"),
        "purpose": language.gettext("Purpose of payment"),
        "comment": language.gettext("Comment"),
        "survey": language.gettext("Survey"),
        "contract": language.gettext("Contract"),
        "kpi": language.gettext("Key figure"),
        "sku": language.gettext("SKU"),
        "product": language.gettext("Product"),
        "warehouse": language.gettext("Warehouse"),
        "company_external_id": language.gettext("Id of the company"),
        "payer_external_id": language.gettext("Id of the payer"),
        "invoice_external_id": language.gettext("Id of the invoice"),
        "paid_on": language.gettext("Day of payment"),
        "shipped_on": language.gettext("Shipped on"),
        "promised_on": language.gettext("Promised on"),
        "sold_on": language.gettext("Sold on"),
        "since": language.gettext("Since"),
        "counted_on": language.gettext("Counted on"),
        "answered_on": language.gettext("Answered on"),
        "issued_on": language.gettext("Issued on"),
        "due_on": language.gettext("Due on"),
        "starts_on": language.gettext("Begins on"),
        "ends_on": language.gettext("Ends on"),
        "returned_on": language.gettext("Returned on"),
        "spent_on": language.gettext("Spent on"),
        "kind": language.gettext("Kind"),
        "reason": language.gettext("Reason"),
        "shipment_number": language.gettext("Number of the shipment"),
        "payment_days": language.gettext("Days to pay"),
        "credit_limit": language.gettext("Credit limit"),
        "notice_days": language.gettext("Days of notice"),
        "is_renewed": language.gettext("Renews itself"),
        "rebate_steps": language.gettext("Steps of the rebate"),
        "rebate_period": language.gettext("Period of the rebate"),
    }
