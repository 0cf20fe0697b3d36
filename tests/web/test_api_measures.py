"""KPIs and alerts over HTTP."""

from uuid import UUID

import pytest

from tests.web.world import World


def test_a_money_kpi_has_money_and_another_a_unit(client, fallen: UUID) -> None:
    kpis = {k["kpi"]: k for k in client.get(f"/api/v1/accounts/{fallen}/kpis").json()["items"]}

    assert kpis["won_revenue"]["newest"] == {
        "on": "2026-11-01", "value": {"amount": "0.00", "currency": "RUB"}, "is_partial": True,
        "reported": None,
        "doubts": [],
    }  # fmt: skip
    assert kpis["days_since_last_won"]["newest"]["value"] == {"value": "44", "unit": "days"}
    assert kpis["win_rate"]["newest"]["value"] == {"value": "100", "unit": "percent"}
    assert kpis["won_revenue"]["finding"]["verdict"] == "drift"
    assert kpis["won_revenue"]["finding"]["observed"] == {
        "amount": "1200000.00", "currency": "RUB",
    }  # fmt: skip


def test_a_series_is_cut_by_days(client, fallen: UUID) -> None:
    path = f"/api/v1/accounts/{fallen}/kpis/won_revenue"
    answer = client.get(path, params={"from": "2026-07-01", "to": "2026-08-31"}).json()

    (series,) = answer["series"]
    assert [(p["on"], p["value"]["amount"]) for p in series["points"]] == [
        ("2026-07-01", "3000000.00"),
        ("2026-08-01", "1200000.00"),
    ]
    assert answer["kpi"]["title"] == "Выручка выигранных сделок"


def test_each_currency_has_its_own_series(client, world: World) -> None:
    source_id = world.add_source()
    (account_id,) = world.add_companies(source_id, "Вега")
    world.add_months(source_id, "1", 100, 100)
    world.add_months(source_id, "1", 5, 5, 5, currency="USD")
    world.measure()

    series = client.get(f"/api/v1/accounts/{account_id}/kpis/won_revenue").json()["series"]

    assert {one["unit"] for one in series} <= {"RUB", "USD"}
    assert series[-1]["unit"] == "USD"


@pytest.mark.parametrize(("kpi", "status"), [("nonsense", 404), ("won_revenue", 200)])
def test_an_unknown_kpi_is_not_here(client, fallen: UUID, kpi: str, status: int) -> None:
    assert client.get(f"/api/v1/accounts/{fallen}/kpis/{kpi}").status_code == status


def test_a_span_that_ends_before_it_begins_is_wrong_use(client, fallen: UUID) -> None:
    path = f"/api/v1/accounts/{fallen}/kpis/won_revenue"

    assert client.get(path, params={"from": "2026-08-01", "to": "2026-07-01"}).status_code == 400


def test_kpis_are_explained_in_the_language_asked_for(client) -> None:
    russian = client.get("/api/v1/kpis").json()["items"][0]
    english = client.get("/api/v1/kpis?lang=en").json()["items"][0]

    assert russian["title"] == "Выручка выигранных сделок"
    assert (english["title"], english["measure"], english["good"]) == ("Won revenue", "money", "up")


def test_an_alert_has_its_numbers_and_history(client, fallen: UUID) -> None:
    alerts = client.get("/api/v1/alerts", params={"account": str(fallen)}).json()["items"]
    alert = next(alert for alert in alerts if alert["kpi"] == "won_revenue")

    one = client.get(f"/api/v1/alerts/{alert['id']}").json()

    assert (one["account_id"], one["account_name"]) == (str(fallen), "ООО «Ромашка»")
    assert one["observed"] == {"amount": "1200000.00", "currency": "RUB"}
    assert one["expected"] == {"amount": "2900000.00", "currency": "RUB"}
    assert (one["state"], one["since"]) == ("firing", "2026-08-01")
    assert [change["change"] for change in one["history"]] == ["opened"]


@pytest.mark.heavy
def test_an_alert_that_is_over_says_what_came_back(client, world: World, fallen: UUID) -> None:
    world.add_months(1, "1", *[2_900_000] * 24)
    world.measure()

    [alert] = (
        one
        for one in client.get("/api/v1/alerts?state=resolved").json()["items"]
        if one["kpi"] == "won_revenue"
    )
    history = client.get(f"/api/v1/alerts/{alert['id']}").json()["history"]

    assert alert["observed"]["amount"] == "2900000.00"
    assert [(change["change"], change["observed"]["amount"]) for change in history] == [
        ("opened", "1200000.00"),
        ("resolved", "2900000.00"),
    ]


def test_alerts_are_filtered_by_state_and_account(client, fallen: UUID) -> None:
    assert client.get("/api/v1/alerts?state=open").json()["items"]
    assert client.get("/api/v1/alerts?state=resolved").json()["items"] == []
    nobody = "00000000-0000-0000-0000-000000000000"
    assert client.get(f"/api/v1/alerts?account={nobody}").json()["items"] == []
    assert client.get("/api/v1/alerts?state=sleepy").status_code == 422
