"""Balances at a moment: what customers owe, and what lies in the warehouses.

They are functions of a register, summed when asked for, and heavy work for the base: so they are
read once in some hours, for now and for the ends of closed months. Who owes nothing is not in the
answer: whoever was in another one, or in the one before, gets a row with nothing.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict

from connectors.kit import pick
from connectors.kit.contract import Cursor, Page
from connectors.kit.errors import BadRecord, ErrorKind, NoRights, RetryLater
from connectors.kit.pages import chunks
from connectors.kit.records import Noun, RawRecord
from connectors.onec.odata import Odata, Row, unpublished
from connectors.onec.profiles import Table
from connectors.onec.refers import Currencies, key_of
from connectors.onec.settings import Settings
from connectors.onec.walks import all_rows

_Key = tuple[str, ...]
_Figures = Mapping[str, Decimal]
_Sums = dict[_Key, dict[str, Decimal]]
_FIGURES = ("amount", "quantity")
_AT_ONCE = 500


class Asked(BaseModel):
    """The cursor: when it was asked last, for which day, and who was only in that answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: datetime
    day: date
    fresh: tuple[_Key, ...] = ()


class Balances:
    """The balances of one base."""

    def __init__(self, odata: Odata, settings: Settings) -> None:
        self._odata, self._settings = odata, settings
        self._currencies = Currencies(odata, settings)

    def pull(self, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
        """All balances of some days, or nothing when they were asked for a short while ago."""
        table = self._settings.tables[noun.value]
        if table.name not in self._odata.published:
            raise unpublished(noun, table.name)
        now = self._odata.opened_at
        last = Asked.model_validate_json(cursor) if cursor else None
        if last and now - last.at < timedelta(hours=self._settings.balance_hours):
            yield Page((), cursor)
            return
        today = now.astimezone(self._settings.zone).date()
        accounts = self._accounts(table)
        found = {day: self._sums(table, day, accounts) for day in self._days(noun, today, last)}
        keys = {key for sums in found.values() for key in sums} | {*(last.fresh if last else ())}
        older = {key for day, sums in found.items() if day != today for key in sums}
        # of debts the last day is asked again; "now" of stock has to be corrected later
        known = older if noun is Noun.RECEIVABLE else set[_Key]()
        kept = Asked(at=now, day=today, fresh=tuple(sorted(found[today].keys() - known)))
        for day, sums in found.items():
            about = self._label(noun, day, today), day
            raws = [self._raw(noun, about, key, sums.get(key, {})) for key in sorted(keys)]
            yield from (Page(tuple(part)) for part in chunks(raws, _AT_ONCE))
        yield Page((), kept.model_dump_json())

    def _days(self, noun: Noun, today: date, last: Asked | None) -> list[date]:
        """Today and the ends of closed months; of debts also yesterday and the last day asked."""
        days = {today}
        if noun is Noun.RECEIVABLE:
            days |= {today - timedelta(1)} | ({last.day} if last else set())
        end = today
        for _ in range(self._settings.balance_months):
            end = end.replace(day=1) - timedelta(1)
            days.add(end)
        return sorted(days)

    def _label(self, noun: Noun, day: date, today: date) -> str:
        """Debts are kept day by day; of stock, with its many rows, the ends of months and now."""
        return "now" if noun is Noun.STOCK and day == today else day.isoformat()

    def _sums(self, table: Table, day: date, accounts: str) -> _Sums:
        """The figures at the end of a day, by what they are about."""
        period = f"{(day + timedelta(1)).isoformat()}T00:00:00"
        found: _Sums = defaultdict(lambda: defaultdict(Decimal))
        for row in self._odata.balance(table.name, period, accounts):
            key = self._key(table, row)
            for word in _FIGURES:
                if key and word in table.fields:
                    found[key][word] += _figure(row, table.fields[word])
        return found

    def _key(self, table: Table, row: Row) -> _Key | None:
        """What a row of a balance is about: the company, or item and warehouse."""
        fields, tables = table.fields, self._settings.tables
        for word in ("item", "analytics", "company"):
            if word in fields and not {fields[word], f"{fields[word]}_Key"} & row.keys():
                raise _without(fields[word])
        own = key_of(row, "Организация") or ""
        if "item" in fields:
            item = key_of(row, fields["item"], tables["item"].name)
            return (own, item, key_of(row, fields["warehouse"]) or "") if item else None
        if "analytics" in fields:
            company = self._companies.get(key_of(row, fields["analytics"]) or "")
        else:
            company = key_of(row, fields["company"], tables["company"].name)
        currency = self._currencies.of(row, fields["currency"]) if "currency" in fields else ""
        return (own, company, currency) if company else None

    def _raw(self, noun: Noun, about: tuple[str, date], key: _Key, sums: _Figures) -> RawRecord:
        label, day = about
        words = [word for word in _FIGURES if word in self._settings.tables[noun.value].fields]
        said = {word: str(sums.get(word, 0)) for word in words}
        named = self._item(key) if noun is Noun.STOCK else _debt(key)
        body = {"day": day.isoformat(), "Организация_Key": key[0], **said, **named}
        return RawRecord(noun, "/".join((label, *filter(None, key))), body)

    def _item(self, key: _Key) -> Mapping[str, Any]:
        _, item, warehouse = key
        return {
            "Номенклатура_Key": item,
            "Склад_Key": warehouse,
            **self._items.get(item, {}),
            "@warehouse": self._warehouses.get(warehouse),
        }

    def _accounts(self, table: Table) -> str:
        """A condition on the accounts of the chart that a balance is of."""
        code = table.fields.get("accounts")
        if code is None:
            return ""
        rows = all_rows(self._odata, self._settings.tables["account"], "Ref_Key,Code")
        keys = [row.get("Ref_Key") for row in rows if str(row.get("Code")).startswith(code)]
        if not keys:
            raise NoRights(f"1C shows no accounts {code} in its chart", kind=ErrorKind.UNFIT)
        return " or ".join(f"Account_Key eq guid'{key}'" for key in keys)

    @cached_property
    def _companies(self) -> Mapping[str, str]:
        """The counterparty behind each key of the analytics of UT."""
        table = self._settings.tables["analytics"]
        field = table.fields["company"]
        rows = all_rows(self._odata, table, f"Ref_Key,{field}_Key")
        return {str(row.get("Ref_Key")): key_of(row, field) or "" for row in rows}

    @cached_property
    def _items(self) -> Mapping[str, Mapping[str, str | None]]:
        table = self._settings.tables["item"]
        sku = table.fields["sku"]
        rows = all_rows(self._odata, table, f"Ref_Key,Description,{sku}")
        return {
            str(row.get("Ref_Key")): {
                "@item": _text(row, "Description"),
                "@sku": _text(row, sku),
            }
            for row in rows
        }

    @cached_property
    def _warehouses(self) -> Mapping[str, str | None]:
        rows = all_rows(self._odata, self._settings.tables["warehouse"], "Ref_Key,Description")
        return {str(row.get("Ref_Key")): _text(row, "Description") for row in rows}


def _debt(key: _Key) -> Mapping[str, Any]:
    return {"company": key[1], "@currency": key[2] or None}


def _text(row: Row, field: str) -> str | None:
    return str(row.get(field) or "").strip() or None


def _figure(row: Row, resource: str) -> Decimal:
    """A resource of a balance; of an accounting register debit less credit."""
    try:
        debit, credit, found = (
            pick.amount(row, f"{resource}Balance{side}") for side in ("Dr", "Cr", "")
        )
    except BadRecord as error:
        raise RetryLater(f"a balance of 1C: {error}", kind=ErrorKind.UNREADABLE) from error
    if debit is not None and credit is not None:
        return debit - credit
    if found is None:
        raise _without(f"{resource}Balance")
    return found


def _without(field: str) -> NoRights:
    said = f"1C answers a balance without {field}: set its name for this base"
    return NoRights(said, kind=ErrorKind.UNFIT)
