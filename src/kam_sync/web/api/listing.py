"""How lists of records are asked for, found and answered, whatever the kind of record."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, Field

from connectors import Noun
from kam_sync.accounts import model
from kam_sync.accounts.store import RecordStore, Ref, Wanted
from kam_sync.kpi.values import money
from kam_sync.web import paging
from kam_sync.web.deps import Sources, read_id
from kam_sync.web.given import GivenMoment
from kam_sync.web.paging import Cursor, Page, Paging, Text

BY_RECORD = Cursor("records", paging.number, paging.text)

_Row = TypeVar("_Row", bound=model.FromSource)
_Answer = TypeVar("_Answer", bound=BaseModel)
_MONEY = (
    "amount", "price", "next_amount", "total_amount", "paid_amount", "cost", "overdue", "spent",
    "credit_limit",
)  # fmt: skip

RefOf = Callable[[_Row], Ref | None]
"""What to ask an account of: the company, contact, deal or customer that a record names."""


class SharedQuery(Paging):
    """Which records are asked for."""

    source: Text | None = Field(default=None, description="Id or name of a source.")
    updated_since: GivenMoment | None = Field(
        default=None, description="Changed in our store at or after this time."
    )
    q: Text = Field(default="", description="A part of the name, in any case.")

    def wanted(self, sources: Sources) -> Wanted:
        """The same as the store is asked."""
        source_id = None if self.source is None else sources.named(self.source).id
        since: datetime | None = self.updated_since
        return Wanted(source_id=source_id, updated_since=since, text=self.q)


class CustomerQuery(SharedQuery):
    """Which records of customers are asked for."""

    account: str | None = Field(default=None, description="Id of an account.")

    def wanted(self, sources: Sources) -> Wanted:
        """The same as the store is asked."""
        shared = super().wanted(sources)
        account_id = None if self.account is None else read_id("account", self.account)
        return Wanted(shared.source_id, account_id, shared.updated_since, shared.text)


class Listing:
    """Finds records and says them as the API does."""

    def __init__(self, store: RecordStore, sources: Sources) -> None:
        self._store = store
        self._sources = sources

    def find(
        self, kind: type[_Row], query: Paging, wanted: Wanted
    ) -> tuple[list[_Row], str | None]:
        """The records of a page, and the cursor of the next one."""
        after = BY_RECORD.read(query.cursor)
        found = self._store.records(kind, wanted, after=after, limit=query.limit + 1)
        return paging.page(
            found, query.limit, lambda row: BY_RECORD.write(row.source_id, row.external_id)
        )

    def page(
        self, kind: type[_Row], answer: type[_Answer], query: Paging, wanted: Wanted,
        ref_of: RefOf[_Row] | None = None,
    ) -> Page[_Answer]:  # fmt: skip
        """A page of records, with the account of each where records have one."""
        rows, cursor = self.find(kind, query, wanted)
        items = [answer(**plain) for plain in self.plain(rows, ref_of)]
        return Page(items=items, next_cursor=cursor)

    def plain(
        self, rows: Sequence[_Row], ref_of: RefOf[_Row] | None = None
    ) -> list[dict[str, Any]]:
        """Records as plain values, amounts as money."""
        refs = [ref_of(row) if ref_of else None for row in rows]
        accounts = self._store.accounts_of({ref for ref in refs if ref})
        plains = []
        for row, ref in zip(rows, refs, strict=True):
            account_id = accounts.get(ref) if ref else None
            shown = None if account_id is None else str(account_id)
            plain = {**row.model_dump(), "source": self._sources.names[row.source_id]}
            plains.append(_with_money(plain) | ({"account_id": shown} if ref_of else {}))
        return plains


def of_company(row: Any) -> Ref | None:
    """By the company that a record names."""
    return _ref(row.source_id, Noun.COMPANY.value, row.company_external_id)


def of_customer(row: model.Purchase) -> Ref | None:
    """By the repeat buyer that a purchase names."""
    return _ref(row.source_id, Noun.CUSTOMER.value, row.customer_external_id)


def of_about(row: model.Task | model.Activity) -> Ref | None:
    """By what a task or an activity is about."""
    return _ref(row.source_id, row.about_noun, row.about_external_id)


def of_invoice(store: RecordStore, rows: Sequence[model.Invoice]) -> RefOf[model.Invoice]:
    """By the payer of an invoice, else by a deal that it is attached to."""
    deals = store.deals_of_invoices([(row.source_id, row.external_id) for row in rows])

    def ref_of(row: model.Invoice) -> Ref | None:
        paid = _ref(row.source_id, row.payer_noun, row.payer_external_id)
        deal = deals.get((row.source_id, row.external_id))
        return paid or _ref(row.source_id, Noun.DEAL.value, deal)

    return ref_of


def _ref(source_id: int, noun: str | None, external_id: str | None) -> Ref | None:
    return (source_id, noun, external_id) if noun and external_id else None


def _with_money(plain: dict[str, Any]) -> dict[str, Any]:
    currency = plain.get("currency")
    for name in _MONEY:
        amount = plain.get(name)
        if isinstance(amount, Decimal):
            plain[name] = money(amount, currency) if currency else None
    return plain
