"""Plans for the same months: of several companies of a client, of the members of a group."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

import connectors as gate
from connectors import Noun
from kam_sync import flow
from kam_sync.jobs.joining import parents
from kam_sync.wiring import Services
from tests.fakes.books import Book, deal
from tests.fakes.connecting import ask
from tests.kpi.conftest import Measured

JANUARY = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("plans", "fulfilment"),
    [
        ([(50, "RUB"), (150, "RUB")], 50),
        ([(100, "RUB"), (5, "USD")], None),
        ([(100, "RUB"), (100, None)], None),
        ([(300, "RUB"), (-100, "RUB")], 50),
    ],
)
def test_plans_for_the_same_months_add_up_in_one_currency(
    measured: Measured, plans: list[tuple[int, str | None]], fulfilment: int | None
) -> None:
    month = {"kpi": "won_revenue", "starts_on": JANUARY, "ends_on": date(2026, 1, 31)}
    said = measured(
        "plan_fulfilment",
        date(2026, 3, 1),
        {
            "plans": [{**month, "target": target, "currency": code} for target, code in plans],
            "points": [{"kpi": "won_revenue", "unit": "RUB", "day": JANUARY, "value": 100}],
        },
    )
    assert said.get(JANUARY) == fulfilment


def test_a_group_is_held_against_the_plans_of_all_its_members(services: Services) -> None:
    book = Book(services)
    book.save(Noun.COMPANY, gate.Company("2", "Дочка"), gate.Company("3", "Дочка 3"))
    flow.match(services)
    with parents(services, by="Анна") as parenting:
        for company in "23":
            parenting.place(book.account(company), book.account())
    for company in "23":
        made = deal(company, opened="2026-09-01", won="2026-09-20")
        book.deals(replace(made, company_external_id=company))
        plan = gate.Plan(
            external_id=company, company_external_id=company, kpi="won_revenue",
            starts_on=date(2026, 9, 1), ends_on=date(2026, 9, 30), target=Decimal(100),
            currency="RUB",
        )  # fmt: skip
        book.save(Noun.PLAN, plan)
    book.measure()
    query = "SELECT of_group, known FROM series WHERE kpi = 'plan_fulfilment' ORDER BY 1"
    assert ask(services, query) == [(False, [100]), (False, [100]), (True, [100])]
