"""Money at risk and the order of alerts, as people and programs read them."""

from datetime import date
from uuid import UUID

import pytest

from connectors import Company, Noun
from kam_sync.alerts import step
from kam_sync.alerts.looking import House
from kam_sync.drift.model import Judgement, Kind, Verdict, Why
from kam_sync.drift.store import DriftStore
from kam_sync.kpi.model import Series
from tests.web.conftest import TestClient
from tests.web.test_wording import plain
from tests.web.world import WHEN, World

SILENT = "days_since_last_won"


@pytest.fixture
def three(world: World) -> list[UUID]:
    """Three accounts that buy less: of 1.7 million a month, of 170 and of 17 thousand."""
    source_id = world.add_source()
    names = {"1": "Средний", "2": "Большой", "3": "Малый"}
    world.save(source_id, Noun.COMPANY, *(Company(key, name) for key, name in names.items()))
    for key, size in (("1", 10), ("2", 100), ("3", 1)):
        usual = [size * (29_000 + 1_000 * (month % 3 - 1)) for month in range(21)]
        world.add_months(source_id, key, *usual, *[size * 12_000] * 3)
    world.measure()
    return [world.account(source_id, key) for key in names]


def test_money_at_risk_is_in_the_api_and_on_the_pages(client: TestClient, fallen: UUID) -> None:
    [alert] = client.get("/api/v1/alerts", params={"account": str(fallen)}).json()["items"]
    # From 2.9 to 1.2 million: 1.7 million a month, twelve times.
    assert alert["at_risk"] == {"amount": "20400000.00", "currency": "RUB"}
    assert alert["inhibited_by"] is None
    for path in ("/", f"/accounts/{fallen}", f"/alerts/{alert['id']}"):
        assert "под угрозой 20,4 млн ₽ в год" in plain(client.get(path).text)
    english = client.get("/?lang=en").text
    assert "RUB 20.4M a year at risk" in plain(english)


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_alerts_are_listed_by_rank_page_by_page(
    client: TestClient, three: list[UUID], limit: int
) -> None:
    middle, large, small = map(str, three)
    seen, cursor = [], None
    while True:
        asked = {"sort": "rank", "limit": limit, "cursor": cursor}
        page = client.get("/api/v1/alerts", params={k: v for k, v in asked.items() if v}).json()
        seen += [alert["account_id"] for alert in page["items"] if alert["kpi"] == "won_revenue"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [large, middle, small]
    first = client.get("/api/v1/alerts?sort=rank&limit=1").json()["next_cursor"]
    assert client.get("/api/v1/alerts", params={"cursor": first}).status_code == 400
    assert client.get("/api/v1/alerts?sort=alphabet").status_code == 422


def test_today_begins_with_the_gravest_that_nobody_has_answered(
    client: TestClient, three: list[UUID]
) -> None:
    def order() -> list[str]:
        page = client.get("/?state=all").text
        return sorted(("Большой", "Средний", "Малый"), key=page.index)

    assert order() == ["Большой", "Средний", "Малый"]
    large = client.get("/api/v1/alerts", params={"account": str(three[1])}).json()["items"]
    for alert in large:
        client.post(f"/api/v1/alerts/{alert['id']}/acknowledge", json={})
    assert order() == ["Средний", "Малый", "Большой"]


def test_what_has_one_cause_is_folded_below_it(
    client: TestClient, world: World, fallen: UUID
) -> None:
    fall_silent(world, fallen)
    alerts = client.get("/api/v1/alerts", params={"account": str(fallen)}).json()["items"]
    by_kpi = {alert["kpi"]: alert for alert in alerts}
    cause, effect = by_kpi["days_since_last_won"], by_kpi["won_revenue"]
    assert (effect["inhibited_by"], cause["inhibited_by"]) == (cause["id"], None)
    for path in ("/", f"/accounts/{fallen}"):
        page = client.get(path).text
        assert "по той же причине</summary>" in page
        assert page.index(f"/alerts/{cause['id']}") < page.index("по той же причине")
        assert page.index("по той же причине") < page.index(f"/alerts/{effect['id']}")
    shown = client.get(f"/alerts/{effect['id']}").text
    assert f'href="/alerts/{cause["id"]}"' in shown


def fall_silent(world: World, account: UUID) -> None:
    """It is found that an account has ordered nothing for too long."""
    silence = Judgement(
        kind=Kind.SILENCE, verdict=Verdict.DRIFT, why=Why.OUTSIDE_BAND, gap=4.0, observed=40.0,
        expected=10.0, low=1.0, high=30.0, since=date(2026, 10, 9),
    )  # fmt: skip
    series = Series(account, SILENT, "days", (), ())
    with world.services.database.transaction() as session:
        DriftStore(session).save(SILENT, [(series, silence)], WHEN)
        step.run(session, WHEN, House(world.services.zone))
