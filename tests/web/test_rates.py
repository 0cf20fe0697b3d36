"""Exchange rates by the API."""

from uuid import UUID

import pytest
from fastapi.testclient import TestClient


def test_rates_are_put_and_read_by_page(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code, rate in (("USD", "81.25"), ("EUR", "90"), ("KZT", "0.1612")):
        wish = {"currency": code, "on": "2026-11-28", "rate": rate}
        assert client.put("/api/v1/rates", json=wish).status_code == 200
    first = client.get("/api/v1/rates", params={"limit": 2}).json()
    assert [(r["currency"], r["rate"]) for r in first["items"]] == [
        ("USD", "81.25"),
        ("KZT", "0.1612"),
    ]
    query = {"limit": 2, "cursor": first["next_cursor"]}
    assert [r["currency"] for r in client.get("/api/v1/rates", params=query).json()["items"]] == [
        "EUR"
    ]
    wrong = {"currency": "USD", "on": "2026-11-28", "rate": "-1"}
    assert client.put("/api/v1/rates", json=wrong).status_code == 400
    monkeypatch.setattr(client.app.state.services.settings, "currency", "RUB")  # type: ignore[attr-defined] # of Starlette
    assert "по курсу своего дня" in client.get("/kpis").text


def test_the_page_of_an_account_says_that_money_is_converted(
    client: TestClient, fallen: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "по курсу своего дня" not in client.get(f"/accounts/{fallen}/figures").text
    monkeypatch.setattr(client.app.state.services.settings, "currency", "RUB")  # type: ignore[attr-defined] # of Starlette
    assert "по курсу своего дня" in client.get(f"/accounts/{fallen}/figures").text
