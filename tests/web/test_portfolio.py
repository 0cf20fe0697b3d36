"""The portfolio by page and API: groups count once, and who is responsible looks after them."""

import pytest
import sqlalchemy as sa

import connectors as gate
from connectors import Noun
from kam_sync.matching.parenting import Parenting
from tests.conftest import NOW
from tests.web.conftest import TestClient
from tests.web.world import World


@pytest.fixture
def sold(world: World) -> World:
    """Two firms of a holding with 60 and 20, one with 20, and one that bought last year alone."""
    source = world.add_source()
    world.save(
        source, Noun.USER,
        gate.User("7", "Анна", "anna@example.com"), gate.User("8", "Борис", "boris@example.com"),
    )  # fmt: skip
    world.save(
        source, Noun.COMPANY,
        gate.Company("1", "Луг", owner_external_id="7"),
        gate.Company("2", "Поле", owner_external_id="8"),
        gate.Company("3", "Лес", owner_external_id="8"),
        gate.Company("4", "Пруд", owner_external_id="8"),
    )  # fmt: skip
    for company, amounts in (("1", [60]), ("2", [20]), ("3", [20]), ("4", [9, *[0] * 13])):
        world.add_months(source, company, *amounts)
    with world.services.database.transaction() as session:
        parenting = Parenting(session, "Анна", NOW)
        parenting.place(world.account(source, "2"), world.account(source, "1"))
    world.measure()
    return world


def test_a_group_counts_once_and_the_responsible_user_of_its_head_looks_after_it(
    client: TestClient, sold: World
) -> None:
    found = client.get("/api/v1/portfolio").json()
    assert found["total"] == {"amount": "100.00", "currency": "RUB"}
    assert found["concentration"] == {
        "accounts": 2, "makers": 1, "top1": 80, "top5": 100, "hhi": 0.68,
    }  # fmt: skip
    assert (found["at_start"], found["lost"], found["logo_churn"]) == (1, 1, 100)
    assert [(kam["name"], kam["share"], kam["main"], kam["smaller"]) for kam in found["kams"]] == [
        ("Анна", 80, 1, 0), ("Борис", 20, 0, 1),
    ]  # fmt: skip
    first = client.get("/api/v1/portfolio/accounts", params={"limit": 1}).json()
    assert [(one["name"], one["pareto_class"]) for one in first["items"]] == [("Луг", "A")]
    rest = {"cursor": first["next_cursor"]}
    second = client.get("/api/v1/portfolio/accounts", params=rest).json()
    assert [(one["name"], one["cumulative"]) for one in second["items"]] == [("Лес", 100)]
    [lost] = client.get("/api/v1/portfolio/lost").json()["items"]
    assert lost["name"] == "Пруд"
    assert client.get("/api/v1/portfolio", params={"kam": "nonsense"}).status_code == 404
    for locale, title in (("ru", "Портфель"), ("en", "Portfolio")):
        page = client.get("/portfolio", params={"lang": locale, "kam": "anna@example.com"}).text
        assert f"<h1>{title}</h1>" in page
        assert "Луг" in page
        assert "1 клиент" in page or "1 account" in page


def test_who_had_left_before_he_was_gone_with_a_source_counts_no_more(
    client: TestClient, sold: World
) -> None:
    with sold.services.database.transaction() as session:
        session.execute(sa.text("DELETE FROM account WHERE name = 'Пруд'"))
    sold.measure()
    found = client.get("/api/v1/portfolio").json()
    assert (found["at_start"], found["lost"]) == (0, 0)


def test_an_empty_portfolio_is_said_to_be_empty(client: TestClient) -> None:
    assert client.get("/api/v1/portfolio").json()["total"] is None
    assert "Портфель" in client.get("/portfolio").text


def test_what_pulls_the_health_of_an_account_down_is_shown_first(
    client: TestClient, world: World
) -> None:
    source = world.add_source()
    regular, new = world.add_companies(source, "Луг", "Лес")
    world.add_months(source, "1", *[100] * 13, *[80] * 12)
    world.add_months(source, "2", 100)
    world.measure()
    found = client.get(f"/api/v1/accounts/{regular}/health").json()["health"]
    assert [part["kpi"] for part in found["parts"][:2]] == ["rhythm_ratio", "nrr"]
    assert found["parts"][1]["value"] == {"value": "80", "unit": "percent"}
    assert found["parts"][1]["points"] == 50
    assert "nps" in found["missing"]
    weights = {part["kpi"]: part["weight"] for part in found["parts"]}
    earned = sum(part["points"] * part["weight"] for part in found["parts"])
    assert round(found["score"], 2) == round(earned / sum(weights.values()), 2)
    assert client.get(f"/api/v1/accounts/{new}/health").json() == {"health": None}
    page = client.get(f"/accounts/{regular}/figures", params={"lang": "en"}).text
    assert "What pulls it down most comes first" in page
    assert "Not known, so left out" in page
