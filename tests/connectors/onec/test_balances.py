"""What is owed and what lies in stock, at the end of days."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest

from connectors.kit.errors import NoRights, RetryLater
from connectors.kit.records import Noun, Receivable, Stock
from connectors.onec import OneC
from connectors.sandbox.faults import Fault
from connectors.sandbox.onec import OneCSandbox
from tests.connectors.checks import last_cursor, records
from tests.connectors.onec.conftest import Open, Opened

_TODAY, _MONTH_END = date(2026, 11, 28), date(2026, 10, 31)


class _Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 28, 9, tzinfo=UTC)

    def __call__(self) -> float:
        return self.at.timestamp()


def _owed(crm: OneC, cursor: str | None = None) -> dict[tuple[date, str | None], Decimal]:
    found: dict[tuple[date, str | None], Decimal] = {}
    for raw in records(crm.pull(Noun.RECEIVABLE, cursor)):
        one = crm.translate(raw)
        assert isinstance(one, Receivable)
        key = one.counted_on, one.company_external_id
        found[key] = found.get(key, Decimal()) + one.amount
    return {key: amount for key, amount in found.items() if amount}


def _of_documents(box: OneCSandbox, day: date) -> dict[str, Decimal]:
    owed: dict[str, Decimal] = {}
    for role, sign in (("shipment", 1), ("returned", -1), ("bank", -1), ("cash", -1)):
        for row in box.base.rows(box.names.sets[role]):
            if row["Date"][:10] <= day.isoformat() and row["Posted"]:
                who = str(row.get("Контрагент_Key") or row["Контрагент"])
                owed[who] = owed.get(who, Decimal()) + sign * Decimal(str(row["СуммаДокумента"]))
    return {who: amount for who, amount in owed.items() if amount}


@pytest.mark.parametrize("configuration", ["bp", "ut", "unf"])
def test_each_configuration_tells_what_its_documents_come_to(
    opened: Opened, configuration: str
) -> None:
    box, crm = opened({"configuration": configuration}, configuration=configuration, clock=_Clock())
    owed = _owed(crm)
    assert {day for day, _ in owed} == {_TODAY, _TODAY - timedelta(1), _MONTH_END}
    for day in (_TODAY, _MONTH_END):
        assert {who: v for (on, who), v in owed.items() if on == day} == _of_documents(box, day)


@pytest.mark.parametrize("configuration", ["bp", "ut", "unf"])
def test_stock_is_told_by_item_and_warehouse(opened: Opened, configuration: str) -> None:
    box, crm = opened(
        {"configuration": configuration, "balance_months": "2"},
        configuration=configuration, clock=_Clock(),
    )  # fmt: skip
    found = [crm.translate(raw) for raw in records(crm.pull(Noun.STOCK, None))]
    assert len(found) == 3 * 2 * box.count("Catalog_Номенклатура")
    for one in found:
        assert isinstance(one, Stock)
        assert one.product
        assert str(one.sku).startswith("A-")
        assert one.warehouse in {"Основной склад", "Розничный склад"}
        assert one.currency == (None if one.amount is None else "RUB")
    assert {one.counted_on for one in found if isinstance(one, Stock)} == {
        _TODAY, _MONTH_END, date(2026, 9, 30),
    }  # fmt: skip
    assert {one.external_id.partition("/")[0] for one in found} == {
        "now", "2026-10-31", "2026-09-30",
    }  # fmt: skip


def test_a_balance_is_asked_for_once_in_some_hours(opened: Opened, again: Open) -> None:
    clock = _Clock()
    box, crm = opened(clock=clock)
    cursor = last_cursor(crm.pull(Noun.RECEIVABLE, None))
    clock.at += timedelta(hours=5)
    early = again(box)
    assert [page.records for page in early.pull(Noun.RECEIVABLE, cursor)] == [()]
    assert early.requests == 1
    clock.at += timedelta(hours=1)
    assert records(again(box).pull(Noun.RECEIVABLE, cursor))


def test_a_document_that_is_dated_back_changes_the_balance_of_the_closed_month(
    opened: Opened, again: Open
) -> None:
    clock = _Clock()
    box, crm = opened(clock=clock)
    before, cursor = _owed(crm), last_cursor(crm.pull(Noun.RECEIVABLE, None))
    shipped = box.base.rows(box.names.shipment)[0]
    box.change(box.names.shipment, shipped["Ref_Key"], Posted=False)
    clock.at += timedelta(hours=7)
    after, who = _owed(again(box), cursor), shipped["Контрагент_Key"]
    fell = before.get((_MONTH_END, who), Decimal()) - after.get((_MONTH_END, who), Decimal())
    assert fell == shipped["СуммаДокумента"]


def test_who_has_paid_meanwhile_owes_nothing_and_is_not_forgotten(
    opened: Opened, again: Open
) -> None:
    """They are in no answer any more: neither of today, nor of yesterday, nor of the month."""
    clock = _Clock()
    box, crm = opened(clock=clock)
    for role in ("shipment", "returned", "bank", "cash"):
        name = box.names.sets[role]
        for row in box.base.rows(name):
            box.remove(name, row["Ref_Key"])
    new = {**_shipment(box), "Date": "2026-11-28T10:00:00"}
    box.base.put(box.names.shipment, new)
    cursor = last_cursor(crm.pull(Noun.RECEIVABLE, None))
    assert new["Контрагент_Key"] in cursor
    box.remove(box.names.shipment, new["Ref_Key"])
    clock.at += timedelta(days=3)
    later = again(box)
    pages = list(later.pull(Noun.RECEIVABLE, cursor))
    told = {raw.body["day"]: raw.body["amount"] for raw in records(pages)}
    assert told["2026-11-28"] == told["2026-12-01"] == "0"
    assert 'fresh":[]' in last_cursor(pages)


def _shipment(box: OneCSandbox) -> dict[str, Any]:
    return {
        "Ref_Key": "00000001-0011-11ee-8000-000000000001", "Posted": True, "DeletionMark": False,
        "Организация_Key": box.ids("Catalog_Организации")[0], "СуммаДокумента": 100,
        "Контрагент_Key": box.ids("Catalog_Контрагенты")[0], "Товары": [],
    }  # fmt: skip


def test_a_balance_that_cannot_be_read_is_no_balance_of_nothing(opened: Opened) -> None:
    _, crm = opened({"field.receivable.amount": "СуммаУпр"})
    with pytest.raises(NoRights, match="without СуммаУпрBalance"):
        list(crm.pull(Noun.RECEIVABLE, None))
    _, crm = opened({"field.receivable.company": "Субконто"})
    with pytest.raises(NoRights, match="without Субконто"):
        list(crm.pull(Noun.RECEIVABLE, None))
    _, crm = opened({"field.receivable.accounts": "99"})
    with pytest.raises(NoRights, match="no accounts 99"):
        list(crm.pull(Noun.RECEIVABLE, None))
    _, crm = opened({"set.stock": "AccumulationRegister_Продажи"})
    with pytest.raises(NoRights, match="no such field or function"):
        list(crm.pull(Noun.STOCK, None))
    _, crm = opened(unpublished={"AccountingRegister_Хозрасчетный"})
    with pytest.raises(NoRights, match="not publish AccountingRegister_Хозрасчетный"):
        list(crm.pull(Noun.STOCK, None))
    with pytest.raises(NoRights, match="not asked for by its id"):
        list(crm.get_many(Noun.STOCK, ["now/x"]))


def test_a_figure_that_is_none_is_for_later(opened: Opened) -> None:
    box, crm = opened()
    row = {
        "ExtDimension1": box.ids("Catalog_Контрагенты")[0],
        "ExtDimension1_Type": "StandardODATA.Catalog_Контрагенты",
        "СуммаBalance": "much",
    }
    body = orjson.dumps({"value": [row]})
    box.faults.append(Fault(path=".*Balance", body=body, status=200))
    with pytest.raises(RetryLater, match="an amount is needed"):
        list(crm.pull(Noun.RECEIVABLE, None))
