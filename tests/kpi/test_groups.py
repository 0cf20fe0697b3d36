"""The KPIs of a group are computed of all its deals, beside those of its accounts."""

from collections import Counter
from collections.abc import Collection
from datetime import date
from decimal import Decimal

import pytest

import connectors as gate
from connectors import Noun
from kam_sync.kpi.store import KpiStore
from kam_sync.matching.parenting import Parenting
from kam_sync.wiring import Services
from tests.conftest import NOW
from tests.fakes.books import Book, at, deal

Group = tuple[Book, Book, Book]


@pytest.fixture
def group(services: Services) -> Group:
    """A holding over a firm over a branch, one source each; the holding has no deals."""
    holding, firm, branch = (Book(services, name) for name in ("holding", "firm", "branch"))
    firm.deals(
        deal("1", opened="2026-09-01", won="2026-10-05", amount=300),
        deal("2", opened="2026-09-01", won="2026-10-06", amount=100),
        deal("3", opened="2026-09-01", amount=50),
    )
    branch.deals(
        deal("1", opened="2026-09-01", won="2026-10-20", amount=20),
        deal("2", opened="2026-09-01", lost="2026-10-21", amount=5),
        deal("3", opened="2026-09-01", amount=7, currency="EUR"),
    )
    with services.database.transaction() as session:
        parenting = Parenting(session, "Анна", NOW)
        parenting.place(firm.account(), holding.account())
        parenting.place(branch.account(), firm.account())
    return holding, firm, branch


KPIS = (
    "won_revenue", "open_pipeline", "average_won_deal", "win_rate", "days_since_last_won",
    "days_since_last_activity",
)  # fmt: skip
SUMS = ("won_revenue", "open_pipeline", "realised_ltv", "open_tasks_overdue")


def _october(
    book: Book, kpis: Collection[str] = KPIS, *, of_group: bool = True
) -> dict[tuple[str, str], Decimal]:
    with book.services.database.transaction() as session:
        found = KpiStore(session).points(book.account(), of_group=of_group)
        months = {(p.kpi, p.unit): p.value for p in found if f"{p.on:%Y-%m}" == "2026-10"}
        return {key: value for key, value in months.items() if key[0] in kpis}


def test_money_is_summed_and_the_rest_is_computed_of_all_deals(group: Group) -> None:
    holding, firm, branch = group
    holding.measure()
    found = _october(holding)
    assert found == {
        ("won_revenue", "RUB"): 420,
        ("won_revenue", "EUR"): 0,
        ("open_pipeline", "RUB"): 50,
        ("open_pipeline", "EUR"): 7,
        ("average_won_deal", "RUB"): 140,
        ("win_rate", "percent"): 75,
        ("days_since_last_won", "days"): 11,
        ("days_since_last_activity", "days"): 10,
    }
    assert _october(firm) == found
    assert _october(branch) == {}


def test_the_points_of_accounts_stay_their_own(group: Group) -> None:
    holding, firm, _ = group
    holding.measure()
    assert _october(holding, of_group=False) == {}
    assert _october(firm, of_group=False)["won_revenue", "RUB"] == 400
    assert holding.measure() == {"created": 0, "updated": 0, "removed": 0}


def test_sums_of_a_group_are_those_of_its_members(group: Group) -> None:
    holding, firm, branch = group
    due = {"created_at": at("2026-09-01"), "due_at": at("2026-09-10")}
    for book in (firm, branch):
        book.save(Noun.TASK, gate.Task("1", "", False, Noun.DEAL, "1", **due))
    holding.measure()
    found = _october(holding, SUMS)
    assert found["realised_ltv", "RUB"] == 420
    assert found["open_tasks_overdue", "count"] == 2
    summed = Counter[tuple[str, str]]()
    for book in (firm, branch):
        summed.update(_october(book, SUMS, of_group=False))
    assert found == dict(summed)


def test_who_of_a_group_has_left_is_told_from_who_has_grown(group: Group) -> None:
    holding, firm, branch = group
    firm.deals(deal("9", opened="2024-09-01", won="2025-03-05", amount=100))
    branch.deals(deal("9", opened="2025-01-01", won="2025-02-05", amount=40))
    holding.measure()
    assert _october(holding, ("nrr", "grr", "logo_churn")) == {
        ("nrr", "percent"): 300,
        ("grr", "percent"): round(Decimal(12000) / 140, 4),
        ("logo_churn", "percent"): 0,
    }
    assert _october(firm, ("nrr", "logo_churn"), of_group=False) == {("nrr", "percent"): 400}


@pytest.mark.heavy
def test_a_group_that_ends_has_no_points(group: Group) -> None:
    holding, firm, branch = group
    for child, left in ((firm, True), (branch, False)):
        holding.measure()
        with holding.services.database.transaction() as session:
            Parenting(session, "Анна", NOW).take_back(child.account())
        holding.measure()
        assert (_october(holding), bool(_october(firm))) == ({}, left)


def test_a_plan_of_a_member_is_covered_by_the_pipeline_of_the_group(group: Group) -> None:
    holding, firm, branch = group
    holding.measure()
    for book, target in ((firm, 500), (branch, 120)):
        plan = gate.Plan(
            external_id="p", company_external_id="1", kpi="won_revenue", target=Decimal(target),
            currency="RUB", starts_on=date(2026, 10, 1), ends_on=date(2026, 12, 31),
        )  # fmt: skip
        book.save(Noun.PLAN, plan)
    holding.measure()
    covered = ("pipeline_coverage",)
    assert _october(holding, covered) == {("pipeline_coverage", "percent"): 25}
    assert _october(firm, covered, of_group=False) == {("pipeline_coverage", "percent"): 50}
    assert _october(branch, covered, of_group=False) == {("pipeline_coverage", "percent"): 0}
