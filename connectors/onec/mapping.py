"""Rows of a base in our words. Pure, and the only place that says what their fields mean."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connectors.kit import pick, values
from connectors.kit.errors import BadRecord
from connectors.kit.records import (
    Company,
    Invoice,
    Noun,
    Payment,
    RawRecord,
    Receivable,
    Record,
    Shipment,
    Stock,
    User,
)
from connectors.onec.profiles import ROLES, Table
from connectors.onec.refers import key_of
from connectors.onec.settings import Settings


@dataclass(frozen=True, slots=True)
class _Row:
    """One row, and what the fields of its set are called in this base."""

    id: str
    body: pick.Body
    role: str
    table: Table
    settings: Settings

    def name(self, word: str) -> str:
        """What a field is called in this base."""
        return self.table.fields.get(word, "")

    def text(self, word: str) -> str | None:
        """The text of a field, without the blanks it is filled up with."""
        return pick.text(self.body, self.name(word))

    def ref(self, word: str, role: str = "") -> str | None:
        """The key that a reference holds; it may have to refer to a certain set."""
        of = self.settings.tables.get(role)
        return _key(self.body, self.name(word), of.name if of else "")

    def amount(self, field: str) -> Decimal:
        """An amount that has to be there."""
        found = pick.amount(self.body, field)
        if found is None:
            raise BadRecord(f"{field}: is empty, and has to be there")
        return found

    def currency(self) -> str:
        """The code that was looked up when the row was read."""
        return pick.currency(pick.text(self.body, "@currency") or self.settings.currency)

    def moment(self, field: str) -> datetime | None:
        """A time; the server writes it as its own clock shows it."""
        try:
            return values.moment(pick.text(self.body, field), self.settings.zone)
        except BadRecord as error:
            raise BadRecord(f"{field}: {error}") from error

    def day(self, field: str) -> date | None:
        """The day of a time."""
        found = self.moment(field)
        return found.astimezone(self.settings.zone).date() if found else None

    def dated(self, field: str = "Date") -> date:
        """The day in the books, which has to be there."""
        found = self.day(field)
        if found is None:
            raise BadRecord(f"{field}: is empty, and has to be there")
        return found

    def is_draft(self) -> bool:
        """Not posted: it has moved nothing in the books."""
        return not pick.flag(self.body, "Posted")

    def is_out(self) -> bool:
        """Marked for deletion, or of another kind than counts."""
        field, _, value = self.table.only.partition("=")
        is_other = bool(field) and pick.text(self.body, field) != value
        return pick.flag(self.body, "DeletionMark") or is_other


def _user(row: _Row) -> User:
    is_gone = pick.flag(row.body, row.name("left")) or pick.flag(row.body, "DeletionMark")
    return User(row.id, pick.text(row.body, "Description") or "", is_active=not is_gone)


def _company(row: _Row) -> Company:
    return Company(
        external_id=row.id,
        name=pick.text(row.body, "Description") or "",
        inn=row.text("inn"),
        kpp=row.text("kpp"),
        address=pick.line([row.text("address")]),
        city=row.text("city"),
        is_deleted=row.is_out(),
    )


def _invoice(row: _Row) -> Invoice:
    number, company = pick.text(row.body, "Number"), row.ref("company", "company")
    return Invoice(
        external_id=row.id,
        name=number or "",
        number=number,
        # an invoice moves nothing in the books, and some configurations never post it
        status="draft" if row.is_draft() else "issued",  # whether it is paid is not read
        amount=row.amount(row.name("amount")),
        currency=row.currency(),
        issued_on=row.day("Date"),
        due_on=row.day(row.name("due")),
        payer_noun=Noun.COMPANY if company else None,
        payer_external_id=company,
        created_at=row.moment("Date"),
        is_deleted=row.is_out(),
    )


def _payment(row: _Row) -> Payment:
    parts = pick.many(row.body, row.name("part"))
    paid = {_key(part, row.name("invoice")) for part in parts} - {None}
    return Payment(
        **_fact(row),
        paid_on=row.dated(),
        amount=row.amount(row.name("amount")),
        currency=row.currency(),
        number=pick.text(row.body, "Number"),
        invoice_external_id=paid.pop() if len(paid) == 1 else None,
        purpose=row.text("purpose"),
    )


def _shipment(row: _Row) -> Shipment:
    amount = row.amount(row.name("amount"))
    return Shipment(
        **_fact(row),
        shipped_on=row.dated(),
        amount=-amount if row.role == "return" else amount,
        currency=row.currency(),
        number=pick.text(row.body, "Number"),
    )


def _fact(row: _Row) -> dict[str, Any]:
    return {
        "external_id": row.id,
        "company_external_id": row.ref("company", "company"),
        "created_at": row.moment("Date"),
        "is_deleted": row.is_out() or row.is_draft(),
    }


def _key(body: pick.Body, field: str, of: str = "") -> str | None:
    found = key_of(body, field, of)
    return None if found is None else pick.external_id({field: found}, field)


def _receivable(row: _Row) -> Receivable:
    return Receivable(
        external_id=row.id,
        company_external_id=pick.maybe_id(row.body, "company"),
        counted_on=row.dated("day"),
        amount=row.amount("amount"),
        currency=row.currency(),
    )


def _stock(row: _Row) -> Stock:
    amount = pick.amount(row.body, "amount")
    return Stock(
        external_id=row.id,
        counted_on=row.dated("day"),
        quantity=row.amount("quantity"),
        sku=pick.text(row.body, "@sku"),
        product=pick.text(row.body, "@item"),
        warehouse=pick.text(row.body, "@warehouse"),
        amount=amount,
        currency=None if amount is None else row.currency(),
    )


_BY_NOUN: Mapping[Noun, Callable[[_Row], Record]] = {
    Noun.USER: _user,
    Noun.COMPANY: _company,
    Noun.INVOICE: _invoice,
    Noun.PAYMENT: _payment,
    Noun.SHIPMENT: _shipment,
    Noun.RECEIVABLE: _receivable,
    Noun.STOCK: _stock,
}


def translate(raw: RawRecord, settings: Settings) -> Record:
    """A raw record in our words, or BadRecord."""
    role = raw.external_id.rpartition("/")[0]
    if role not in ROLES[raw.noun]:  # alone in its noun, or a balance, whose id tells the day
        role = ROLES[raw.noun][0]
    table = settings.tables.get(role)
    if table is None:
        raise BadRecord(f"{role}: by its settings the base has none")
    return _BY_NOUN[raw.noun](_Row(raw.external_id, raw.body, role, table, settings))
