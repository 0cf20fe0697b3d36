"""The KPIs of a group are computed of all its deals, beside those of its accounts."""

from decimal import Decimal

import pytest

from kam_sync.kpi.store import KpiStore
from kam_sync.matching.parenting import Parenting
from kam_sync.wiring import Services
from tests.conftest import NOW
from tests.fakes.books import Book, deal

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


def _october(book: Book, *, of_group: bool = True) -> dict[tuple[str, str], Decimal]:
    with book.services.database.transaction() as session:
        found = KpiStore(session).points(book.account(), of_group=of_group)
        return {(p.kpi, p.unit): p.value for p in found if f"{p.on:%Y-%m}" == "2026-10"}


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


def test_a_group_that_ends_has_no_points(group: Group) -> None:
    holding, firm, branch = group
    for child, left in ((firm, True), (branch, False)):
        holding.measure()
        with holding.services.database.transaction() as session:
            Parenting(session, "Анна", NOW).take_back(child.account())
        holding.measure()
        assert (_october(holding), bool(_october(firm))) == ({}, left)
