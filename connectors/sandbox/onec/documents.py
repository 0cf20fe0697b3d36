"""The documents of a base: what deals were billed, shipped, returned and paid."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from connectors.sandbox.entities import LOST, WON, Deal, World
from connectors.sandbox.months import midnight, moment
from connectors.sandbox.onec import schema, values
from connectors.sandbox.onec.asked import Row
from connectors.sandbox.onec.catalogs import currency, warehouse
from connectors.sandbox.onec.schema import Schema
from connectors.sandbox.onec.values import EMPTY_DATE, EMPTY_KEY, guid, local, money, padded

_DRAFT_EVERY, _MARKED_EVERY, _RETURN_EVERY, _CASH_EVERY = 50, 97, 40, 7
_DOLLARS_EVERY = 45
_TERM = 30
"""Customers pay within so many days, each deal after its own number of them."""


def documents(world: World, names: Schema) -> dict[str, list[Row]]:
    """Every set of documents."""
    return _Writer(world, names).all()


class _Writer:
    def __init__(self, world: World, names: Schema) -> None:
        self._world, self._names = world, names
        self._now = moment(midnight(world.today))
        self._prices = {item.number: item.price for item in world.products}
        self._found: dict[str, list[Row]] = {role: [] for role in names.sets}

    def all(self) -> dict[str, list[Row]]:
        for deal in sorted(self._world.deals(), key=lambda deal: deal.number):
            if deal.price and deal.company is not None:
                self._deal(deal)
        return {self._names.sets[role]: rows for role, rows in self._found.items()}

    def _deal(self, deal: Deal) -> None:
        if deal.stage != LOST:
            self._found["invoice"].append(self._invoice(deal))
        if deal.stage != WON or deal.closed_at is None:
            return
        amount = Decimal(deal.price or 0)
        shipment = self._document(values.SHIPMENT, deal, deal.closed_at, amount)
        self._found["shipment"].append(shipment | {"Товары": list(self._lines(deal, shipment))})
        back_at = deal.closed_at + timedelta(days=5)
        if deal.number % _RETURN_EVERY == 0 and back_at < self._now:
            self._found["returned"].append(
                self._document(values.RETURN, deal, back_at, amount / 4)
                | {"ВидОперации": "ВозвратОтПокупателя"}
            )
        paid_at = deal.closed_at + timedelta(days=deal.number % _TERM)
        if paid_at < self._now:
            role = "cash" if deal.number % _CASH_EVERY == 0 else "bank"
            self._found[role].append(self._payment(deal, paid_at, amount, role))

    def _invoice(self, deal: Deal) -> Row:
        amount = Decimal(deal.price or 0)
        row = self._document(values.INVOICE, deal, deal.created_at, amount)
        if deal.number % _DOLLARS_EVERY == 0:
            row[f"{self._names.currency}_Key"] = currency("USD")
        row["Posted"] = deal.number % _DRAFT_EVERY != 0
        row["DeletionMark"] = deal.number % _MARKED_EVERY == 0
        return row | {"СрокОплаты": local(deal.created_at + timedelta(days=10)), "Товары": []}

    def _payment(self, deal: Deal, at: datetime, amount: Decimal, role: str) -> Row:
        row = self._document(values.PAYMENT, deal, at, amount)
        if deal.number % _DOLLARS_EVERY == 0:  # in the currency of its invoice
            row[f"{self._names.currency}_Key"] = currency("USD")
        row |= {
            self._names.kind: self._names.from_customer,
            "НазначениеПлатежа": f"Оплата по счету № {deal.number}",
            "РасшифровкаПлатежа": [
                {
                    "Ref_Key": row["Ref_Key"], "LineNumber": "1", "СуммаПлатежа": money(amount),
                    "СчетНаОплату_Key": guid(values.INVOICE, deal.number),
                }
            ],
        }  # fmt: skip
        if role == "bank" and self._names.debts.startswith("Accounting"):  # of several types there
            row["Контрагент"] = row.pop("Контрагент_Key")
            row["Контрагент_Type"] = f"StandardODATA.{schema.COMPANIES}"
        return row

    def _document(self, kind: int, deal: Deal, at: datetime, amount: Decimal) -> Row:
        return {
            "Ref_Key": guid(kind, deal.number),
            "DataVersion": "",
            "DeletionMark": False,
            "Number": padded(f"0000-{deal.number % 1_000_000:06}", 13),
            "Date": local(at),
            "Posted": True,
            "Организация_Key": guid(values.OWN, 2 if deal.number % 10 == 0 else 1),
            "Контрагент_Key": guid(values.COMPANY, deal.company or 0),
            "ДоговорКонтрагента_Key": EMPTY_KEY,
            f"{self._names.currency}_Key": currency(self._world.currency),
            "СуммаДокумента": money(amount),
            "СуммаВключаетНДС": True,
            "КратностьВзаиморасчетов": "1",
            "ДоверенностьДата": EMPTY_DATE,
            "Комментарий": "",
            "Ответственный_Key": guid(values.USER, deal.owner),
        }

    def _lines(self, deal: Deal, of: Mapping[str, object]) -> Iterator[Row]:
        for place, (item, count) in enumerate(deal.products, 1):
            price = self._prices.get(item, 0)
            yield {
                "Ref_Key": of["Ref_Key"], "LineNumber": str(place),
                "Номенклатура_Key": guid(values.ITEM, item), "Количество": count, "Цена": price,
                "Сумма": price * count, "СтавкаНДС": "НДС20", "Склад_Key": warehouse(place),
            }  # fmt: skip
