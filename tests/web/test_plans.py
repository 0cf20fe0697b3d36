"""The plans of an account are shown by API and page."""

from datetime import date
from decimal import Decimal

import connectors as gate
from connectors import Noun
from tests.web.conftest import TestClient
from tests.web.world import World


def test_plans_are_shown_with_what_has_come_of_them(client: TestClient, world: World) -> None:
    source = world.add_source()
    [account] = world.add_companies(source, "Ромашка")
    world.add_months(source, "1", 100, 200)
    first, last = date(2026, 10, 1), date(2026, 12, 31)
    spans = {
        "p1": ("won_revenue", first, last, 600, "RUB"),
        "p2": ("dso", first, last, 45, None),
        "p3": ("won_revenue", date(2027, 1, 1), date(2027, 1, 31), 9, "RUB"),
        "p4": ("won_revenue", date(2026, 1, 1), date(2026, 3, 31), 9, "RUB"),
        "p5": ("sold_by_hand", first, last, 9, None),
    }
    plans = [
        gate.Plan(
            external_id=key, company_external_id="1", kpi=kpi, starts_on=begin, ends_on=end,
            target=Decimal(target), currency=currency,
        )
        for key, (kpi, begin, end, target, currency) in spans.items()
    ]  # fmt: skip
    world.save(source, Noun.PLAN, *plans)
    world.measure()

    dso, won = client.get(f"/api/v1/accounts/{account}/plans").json()["items"]
    assert (dso["kpi"], dso["fact"], dso["fulfilment"]) == ("dso", None, None)
    assert won["fact"] == {"amount": "200.00", "currency": "RUB"}
    assert (won["fulfilment"], won["days_passed"], won["days"]) == (33.3, 37, 64)
    assert won["run_rate"] == {"amount": "345.95", "currency": "RUB"}

    page = client.get(f"/accounts/{account}").text
    assert "прошло 37 рабочих дней из 64" in page
    assert '<h2 id="plans-title">Планы</h2>' in page
