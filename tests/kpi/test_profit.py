"""The profit of accounts against a direct computation, and what contracts say of their end."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import connectors as gate
from connectors import CostKind, Noun
from kam_sync.kpi.definition import Grain
from kam_sync.wiring import Services
from tests.fakes.books import Book
from tests.kpi.conftest import Measured, Rows

_TODAY = date(2026, 7, 1)
_MEMBERS = [f"00000000-0000-0000-0000-00000000000{at}" for at in (1, 2)]
_days = st.dates(date(2026, 1, 1), date(2026, 6, 30))


def _rows(day: str, **more: Any) -> st.SearchStrategy[list[dict[str, Any]]]:
    one = {"member_id": st.sampled_from(_MEMBERS), "currency": st.just("RUB"), day: _days, **more}
    return st.lists(st.fixed_dictionaries(one), max_size=6)


_shipments = _rows(
    "shipped_on", amount=st.integers(-50, 500), cost=st.none() | st.integers(-50, 400)
)
_returns = _rows("returned_on", amount=st.integers(0, 50), cost=st.none() | st.integers(0, 40))
_costs = _rows(
    "spent_on", amount=st.integers(-20, 90), kind=st.sampled_from([kind.value for kind in CostKind])
)


def _months(rows: Rows) -> dict[date, Decimal | None]:
    """The profit of both members in each month, with a cost and a shipment on its first day."""
    whole: dict[tuple[date, str], list[Decimal]] = defaultdict(list)
    goods: dict[tuple[date, str], list[int | None]] = defaultdict(list)
    booked: dict[tuple[date, str], list[int]] = defaultdict(list)
    for table, day, sign in (("shipments", "shipped_on", 1), ("returns", "returned_on", -1)):
        for row in rows[table]:
            where = row[day].replace(day=1), row["member_id"]
            whole[where].append(Decimal(sign * row["amount"]))
            goods[where].append(None if row["cost"] is None else sign * row["cost"])
    for row in rows["costs"]:
        where = row["spent_on"].replace(day=1), row["member_id"]
        if row["kind"] == "cogs":
            booked[where].append(row["amount"])
        else:
            whole[where].append(Decimal(-row["amount"]))
    found: dict[date, Decimal | None] = {}
    for month in (date(2026, at, 1) for at in range(1, 7)):
        profit: Decimal | None = Decimal(0)
        for where in ((month, member) for member in _MEMBERS):
            known = booked[where] or goods[where]
            if profit is None or None in known:
                profit = None
            else:
                profit += sum(whole[where]) - sum(cost for cost in known if cost is not None)
        found[month] = profit
    return found


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_shipments, _returns, _costs)
def test_the_profit_of_a_group_is_that_of_its_months_and_members_and_counts_no_cost_twice(
    measured: Measured,
    shipped: list[dict[str, Any]],
    returned: list[dict[str, Any]],
    spent: list[dict[str, Any]],
) -> None:
    first = {"member_id": _MEMBERS[0], "currency": "RUB", "amount": 0}
    rows: Rows = {
        "shipments": [{**first, "shipped_on": date(2026, 1, 1), "cost": 0}, *shipped],
        "returns": returned,
        "costs": [{**first, "spent_on": date(2026, 1, 1), "kind": "other"}, *spent],
    }
    expected = _months(rows)
    months = measured("account_profit", _TODAY, rows)
    assert {on: months.get(on) for on in expected} == expected
    quarters = measured("account_profit", _TODAY, rows, Grain.QUARTER)
    for start in (1, 4):
        of_months = [expected[date(2026, at, 1)] for at in range(start, start + 3)]
        known = [value for value in of_months if value is not None]
        whole = sum(known) if len(known) == 3 else None
        assert quarters.get(date(2026, start, 1)) == whole


def test_a_contract_that_may_go_on_for_ever_has_no_days_left(measured: Measured) -> None:
    def left(**said: Any) -> dict[date, Decimal]:
        dated = {"number": "1", "starts_on": date(2026, 4, 1), "ends_on": date(2026, 5, 31)}
        other = {"number": "2", "starts_on": date(2026, 3, 1), "ends_on": date(2026, 6, 30)}
        rows: Rows = {"contracts": [{**dated, **said}, other]}
        return measured("contract_days_left", _TODAY, rows)

    march, april, may, june = (date(2026, at, 1) for at in (3, 4, 5, 6))
    assert left() == {march: 91, april: 61, may: 30, june: 0}
    assert left(is_renewed=False) == left()
    assert left(is_renewed=True) == {march: 91, april: 61, may: 30}
    assert left(ends_on=None) == {march: 91}


def test_who_sends_goods_back_costs_more_or_has_another_contract_is_measured_anew(
    services: Services,
) -> None:
    day = date(2026, 10, 5)
    of: dict[str, Any] = {"external_id": "1", "company_external_id": "1"}
    paid: dict[str, Any] = {"currency": "RUB", **of}
    book = Book(services)
    shipped = gate.Shipment(shipped_on=day, amount=Decimal(500), cost=Decimal(300), **paid)
    book.save(Noun.SHIPMENT, shipped)
    book.save(Noun.COST, gate.Cost(spent_on=day, kind=CostKind.FREIGHT, amount=Decimal(20), **paid))
    book.measure()
    assert book.points("account_profit")["2026-10"] == 180
    came = gate.Return(returned_on=day, amount=Decimal(100), cost=Decimal(60), **paid)
    book.save(Noun.RETURN, came)
    book.save(
        Noun.CONTRACT,
        gate.Contract(number="1", starts_on=day, ends_on=date(2026, 11, 30), **of),
    )
    book.measure()
    assert book.points("account_profit") == {"2026-10": 140, "2026-11": 0}
    assert book.points("account_profit_rate", "percent") == {"2026-10": 35}
    assert book.points("contract_days_left", "days") == {"2026-10": 30, "2026-11": 7}
    book.save(Noun.COST, gate.Cost(spent_on=day, kind=CostKind.COGS, amount=Decimal(250), **paid))
    book.save(Noun.RETURN, replace(came, is_deleted=True))
    book.measure()
    assert book.points("account_profit")["2026-10"] == 250
