"""Money at risk and the order of alerts, as people and programs read them."""

from datetime import timedelta
from uuid import UUID

import pytest

from connectors import Company, Noun
from kam_sync import flow
from tests.web.conftest import TestClient
from tests.web.test_wording import plain
from tests.web.world import WHEN, World, won_deal


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
        page = client.get("/").text
        return sorted(("Большой", "Средний", "Малый"), key=page.index)

    assert order() == ["Большой", "Средний", "Малый"]
    large = client.get("/api/v1/alerts", params={"account": str(three[1])}).json()["items"]
    for alert in large:
        client.post(f"/api/v1/alerts/{alert['id']}/acknowledge", json={})
    assert order() == ["Средний", "Малый", "Большой"]


def test_what_has_one_cause_is_folded_below_it(client: TestClient, world: World) -> None:
    source_id = world.add_source()
    keys = [str(n) for n in range(1, 6)]
    world.save(source_id, Noun.COMPANY, *(Company(key, f"Фирма {key}") for key in keys))
    monday = WHEN.replace(hour=6)
    for key in keys:  # all order each week; the first one has stopped half a year ago
        weeks = range(26 if key == "1" else 0, 130)
        world.save(
            source_id, Noun.DEAL,
            *(won_deal(f"{key}-{n}", key, 10_000, monday - timedelta(weeks=n)) for n in weeks),
        )  # fmt: skip
    world.measure()
    account = world.account(source_id, "1")
    alerts = client.get("/api/v1/alerts", params={"account": str(account)}).json()["items"]
    by_kpi = {alert["kpi"]: alert for alert in alerts}
    cause = by_kpi["days_since_last_won"]
    assert by_kpi["won_revenue"]["inhibited_by"] == cause["id"]
    for path in ("/", f"/accounts/{account}"):
        page = client.get(path).text
        assert "по той же причине</summary>" in page
        assert page.index("Дней с последней") < page.index("по той же причине")
    shown = client.get(f"/alerts/{by_kpi['won_revenue']['id']}").text
    assert f'href="/alerts/{cause["id"]}"' in shown
    told = flow.notify(world.services).counts["told"]
    assert told == sum(alert["inhibited_by"] is None for alert in alerts)
