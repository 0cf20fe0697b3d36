"""What was sold longer ago than months are measured, or before it was entered."""

from datetime import date

from kam_sync.wiring import Services
from tests.fakes.books import Book, deal
from tests.kpi.conftest import Measured


def test_all_that_was_ever_won_is_in_the_realised_value(measured: Measured) -> None:
    won = {"outcome": "won", "amount": 100, "currency": "RUB"}
    deals = [
        {**won, "opened_at": f"{year}-01-10 12:00", "closed_at": f"{year}-01-20 12:00"}
        for year in (2009, 2025)
    ]
    said = measured("realised_ltv", date(2026, 3, 1), {"deals": deals})
    assert (said[date(2024, 12, 1)], said[date(2026, 2, 1)]) == (100, 200)


def test_all_that_was_ever_shipped_is_in_the_realised_margin(measured: Measured) -> None:
    shipped = {"amount": 100, "cost": 60, "currency": "RUB"}
    shipments = [{**shipped, "shipped_on": date(year, 1, 20)} for year in (2009, 2025)]
    said = measured("realised_margin", date(2026, 3, 1), {"shipments": shipments})
    assert (said[date(2024, 12, 1)], said[date(2026, 2, 1)]) == (40, 80)


def test_a_deal_that_was_entered_after_it_was_won_counts_from_its_closing(
    services: Services,
) -> None:
    book = Book(services)
    book.deals(
        deal("1", opened="2026-10-10", won="2024-03-20"),
        deal("2", opened="2026-10-10", won="2026-08-20"),
    ).measure()
    won = {month: value for month, value in book.points("won_revenue").items() if value}
    assert won == {"2024-03": 100, "2026-08": 100}
    assert book.points("nrr", "percent")["2026-02"] == 0
    assert book.points("realised_ltv")["2026-10"] == 200
    assert not any(book.points("open_pipeline").values())
