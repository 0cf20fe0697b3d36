"""Balances of registers at a moment, summed anew from the documents that count by then."""

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from connectors.sandbox.onec import values
from connectors.sandbox.onec.asked import BadQuery, Row, where
from connectors.sandbox.onec.base import Base
from connectors.sandbox.onec.catalogs import account, warehouse
from connectors.sandbox.onec.schema import COMPANIES, ITEMS, Schema
from connectors.sandbox.onec.values import EMPTY_KEY, guid, money

_CALL = re.compile(r"(?P<register>[^/]+)/(?P<function>\w+)\((?P<given>.*)\)", re.DOTALL)
_GIVEN = re.compile(r"(\w+)=(?:datetime)?'((?:[^']|'')*)'(?:,|$)")
_OPENING = 10_000
"""How many of each item lay in a warehouse in the beginning."""
_ALWAYS = "9999"


class Balances:
    """What `Register/Balance(...)` answers."""

    def __init__(self, base: Base, names: Schema) -> None:
        self._base, self._names = base, names
        self._is_accounting = names.debts == names.stock

    def answer(self, path: str) -> list[Row] | None:
        """The rows of a balance; None for what is no such call."""
        call = _CALL.fullmatch(path)
        if call is None or call["register"] not in self._base.names:
            return None
        is_kept = call["register"] in {self._names.debts, self._names.stock}
        if call["function"] != "Balance" or not is_kept:
            raise BadQuery(400, "6", f"Метод не найден: {call['function']}")
        given = {name: text.replace("''", "'") for name, text in _GIVEN.findall(call["given"])}
        rows = list(self._rows(call["register"], given.get("Period", _ALWAYS)))
        for condition in ("AccountCondition", "Condition"):
            wanted = where(given.get(condition, ""), set(rows[0]) if rows else ())
            rows = [row for row in rows if wanted.test(row)]
        return rows

    def _rows(self, register: str, until: str) -> Iterator[Row]:
        if self._is_accounting:
            yield from map(_accounting, self._debts(until))
            yield from map(_accounting, self._stock(until))
        elif register == self._names.debts:
            yield from self._debts(until)
        else:
            yield from self._stock(until)

    def _counted(self, role: str, until: str) -> Iterator[Row]:
        for row in self._base.rows(self._names.sets[role]):
            if row["Posted"] and not row["DeletionMark"] and row["Date"] < until:
                yield row

    def _debts(self, until: str) -> Iterator[Row]:
        owed: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for role, sign in (("shipment", 1), ("returned", -1), ("bank", -1), ("cash", -1)):
            for row in self._counted(role, until):
                company = row.get("Контрагент_Key") or row["Контрагент"]
                amount = Decimal(str(row["СуммаДокумента"]))
                owed[row["Организация_Key"], company] += sign * amount
        for (own, company), amount in owed.items():
            if amount:
                yield self._debt(own, company, amount)

    def _debt(self, own: str, company: str, amount: Decimal) -> Row:
        common: Row = {"Организация_Key": own, "СуммаBalance": money(amount)}
        match self._names.debts:
            case "AccountingRegister_Хозрасчетный":
                of = account("62.01" if amount > 0 else "62.02")
                return common | _of_account(of, amount, (company, COMPANIES))
            case "AccumulationRegister_РасчетыСКлиентами":
                number = int(company.rpartition("-")[2], 16)
                return common | {
                    "АналитикаУчетаПоПартнерам_Key": guid(values.PARTNER, number),
                    "ОбъектРасчетов_Key": EMPTY_KEY,
                }
            case _:
                return common | {"Контрагент_Key": company, "Договор_Key": EMPTY_KEY}

    def _stock(self, until: str) -> Iterator[Row]:
        left: dict[tuple[str, str], int] = {}
        for row in self._base.rows(ITEMS):
            for place in range(2):
                left[row["Ref_Key"], warehouse(place)] = _OPENING
        for row in self._counted("shipment", until):
            for line in row["Товары"]:
                left[line["Номенклатура_Key"], line["Склад_Key"]] -= line["Количество"]
        for (item, store), count in left.items():
            yield self._lying(item, store, count)

    def _lying(self, item: str, store: str, count: int) -> Row:
        if self._is_accounting:
            cost = Decimal(count * 100)
            extra = {"ExtDimension3": store, "ExtDimension3_Type": "StandardODATA.Catalog_Склады"}
            found = _of_account(account("41.01"), cost, (item, ITEMS)) | extra
            return found | {
                "Организация_Key": guid(values.OWN, 1), "СуммаBalance": money(cost),
                "КоличествоBalance": count,
            }  # fmt: skip
        counted = "ВНаличииBalance" if "Товары" in self._names.stock else "КоличествоBalance"
        return {"Номенклатура_Key": item, f"{self._names.warehouse}_Key": store, counted: count}


def _of_account(key: str, amount: Decimal, of: tuple[str, str]) -> Row:
    return {
        "Account_Key": key,
        "ExtDimension1": of[0],
        "ExtDimension1_Type": f"StandardODATA.{of[1]}",
        "СуммаBalanceDr": money(max(amount, Decimal())),
        "СуммаBalanceCr": money(max(-amount, Decimal())),
    }


def _accounting(row: Row) -> Row:
    """All rows of one register have the same fields."""
    return {"ExtDimension3": "", "ExtDimension3_Type": "StandardODATA.Undefined",
            "КоличествоBalance": 0} | row  # fmt: skip
