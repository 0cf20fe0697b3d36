"""The pages of what is measured: every KPI says how it is computed, in both languages."""

import pytest
from fastapi.testclient import TestClient

from kam_sync.kpi.registry import KPIS
from kam_sync.wiring import Services
from tests.fakes.books import Book, deal


@pytest.mark.parametrize("locale", ["ru", "en"])
def test_every_kpi_is_listed_and_explained(client: TestClient, locale: str) -> None:
    listed = client.get("/kpis", params={"lang": locale}).text
    for key, kpi in KPIS.items():
        assert f'href="/kpis/{key}">{kpi.title[locale]}<' in listed
    shown = client.get("/kpis/win_rate", params={"lang": locale}).text
    said = KPIS["win_rate"]
    assert said.explanation[locale].strip()[:40] in shown
    assert said.example.why[locale].strip()[:40] in shown
    assert "count(*) FILTER" in shown
    assert f">{said.title[locale]}, %</th>" in shown


def test_the_settings_lead_to_what_is_measured(client: TestClient) -> None:
    assert (
        '<a href="/kpis">Что измеряется</a>' in client.get("/settings", params={"lang": "ru"}).text
    )


def test_an_unknown_kpi_is_said_to_be_unknown(client: TestClient) -> None:
    answer = client.get("/kpis/nonsense")
    assert answer.status_code == 404


def test_what_was_first_reported_stands_beside_what_is_known(
    client: TestClient, services: Services
) -> None:
    book = Book(services)
    book.deals(deal("1", opened="2026-10-01", won="2026-10-20", amount=100)).measure()
    book.deals(deal("2", opened="2026-10-01", won="2026-10-21", amount=20)).measure()
    path = f"/accounts/{book.account()}"
    page = client.get(path, params={"kpi": "won_revenue.RUB", "lang": "en"}).text
    assert "first reported as" in page
    [series] = client.get(f"/api/v1{path}/kpis/won_revenue").json()["series"]
    october = series["points"][0]
    assert (october["value"]["amount"], october["reported"]["amount"]) == ("120.00", "100.00")


def test_why_nothing_is_predicted_stands_on_the_page_and_in_the_api(
    client: TestClient, services: Services
) -> None:
    book = Book(services)
    book.deals(deal("1", opened="2026-10-01", won="2026-10-20")).measure()
    path = f"/accounts/{book.account()}"
    assert "fewer than 50 clients" in client.get(f"{path}/figures", params={"lang": "en"}).text
    answer = client.get(f"/api/v1{path}/kpis/predicted_ltv").json()
    assert answer["series"] == []
    [said] = answer["forecasts"]
    assert (said["unit"], said["value"], said["why"]) == ("RUB", None, "few_accounts")
    assert client.get(f"/api/v1{path}/kpis/won_revenue").json()["forecasts"] == []
