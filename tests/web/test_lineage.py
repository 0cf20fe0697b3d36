"""Where a number comes from: the value, its rows, and a record as the CRM sent it."""

import csv
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from uuid import UUID

import pytest

import connectors as gate
from connectors import Noun, RawRecord
from kam_sync.accounts.match import own_account
from kam_sync.intake.store import RawStore
from kam_sync.kpi.registry import KPIS
from tests.web.browsing import Scheme, browsing, faults
from tests.web.conftest import TestClient
from tests.web.world import WHEN, World

SECRET = "not-for-anybody"


@pytest.fixture
def bought(world: World) -> UUID:
    """An account with three won deals in October, one of them lost in another pipeline."""
    source = world.add_source()
    world.save(source, Noun.COMPANY, gate.Company("1", "Луг"))
    world.add_months(source, "1", *[1_000 + month for month in range(24)])
    with world.services.database.transaction() as session:
        body = {
            "id": "1-23",
            "name": "deal",
            "sale": 1023,
            "auth": {"access_token": SECRET},
            "custom": [{"field_name": "Пароль", "values": [{"value": SECRET}]}],
        }
        RawStore(session, source).keep(Noun.DEAL, [RawRecord(Noun.DEAL, "1-23", body)], WHEN)
    world.measure()
    return world.account(source, "1")


def rows(client: TestClient, account: UUID, kpi: str, **asked: object) -> dict[str, object]:
    """What the API says."""
    answer = client.get(f"/api/v1/accounts/{account}/kpis/{kpi}/rows", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_the_rows_of_a_sum_are_listed_and_come_to_it(client: TestClient, bought: UUID) -> None:
    found = rows(client, bought, "won_revenue", unit="RUB", on="2026-10-01", lang="en")
    assert found["value"] == {"amount": "1023.00", "currency": "RUB"}
    assert found["total"] == {
        "above": "1023", "below": None, "times": None, "comes_to": "1023", "is_value": True,
    }  # fmt: skip
    assert found["tables"] == [{"table": "deal", "title": "Deals", "rows": 1, "before": 0}]
    assert found["version"] == KPIS["won_revenue"].version
    [row] = found["items"]
    assert (row["noun"], row["source"], row["external_id"]) == ("deal", "sales", "1-23")
    assert (row["day"], row["amount"], row["adds"], row["rate"]) == (
        "2026-10-10", "1023", "1023", None,
    )  # fmt: skip
    assert row["state"] == "won"
    assert row["url"] == "https://sales.example/leads/detail/1-23"
    assert client.get(row["record"]).status_code == 200


def test_a_ratio_has_both_its_terms_and_pages_of_rows(client: TestClient, bought: UUID) -> None:
    asked: dict[str, object] = {"on": "2026-10-01", "limit": 2}
    first = rows(client, bought, "average_won_deal", **asked)
    assert first["total"] == {
        "above": "3066", "below": "3", "times": 1, "comes_to": "1022", "is_value": True,
    }  # fmt: skip
    second = rows(client, bought, "average_won_deal", cursor=first["next_cursor"], **asked)
    both = [*first["items"], *second["items"]]
    assert [row["external_id"] for row in both] == ["1-23", "1-22", "1-21"]
    assert second["next_cursor"] is None


def test_what_cannot_be_added_up_says_why_and_lists_what_is_read(
    client: TestClient, bought: UUID
) -> None:
    found = rows(client, bought, "days_since_last_won", on="2026-10-01", lang="en")
    assert (found["unlisted"], found["total"]) == ("definition", None)
    assert "only the formula says" in str(found["unlisted_in_words"])
    assert found["tables"] == [{"table": "deals", "title": "Deals", "rows": 1, "before": 23}]
    assert [row["is_within"] for row in found["items"]][:2] == [True, False]
    health = rows(client, bought, "health_score")
    assert health["unlisted"] == "kpis"
    assert health["items"] == []
    assert {one["kpi"] for one in health["made_of"]} == set(KPIS["health_score"].after)
    assert rows(client, bought, "portfolio_share")["unlisted"] == "everyone"
    assert rows(client, bought, "predicted_ltv")["unlisted"] == "predicted"


def test_a_call_is_a_row_that_says_what_it_was(
    client: TestClient, world: World, bought: UUID
) -> None:
    call = gate.Activity(
        "c1", happening=gate.Happening.CALL, kind="call_in", at=WHEN - timedelta(days=1),
        about_noun=Noun.COMPANY, about_external_id="1", is_incoming=True, seconds=65,
    )  # fmt: skip
    world.save(1, Noun.NOTE, call)
    found = rows(client, bought, "touch_frequency", on="2026-11-01", lang="en")
    [row] = [one for one in found["items"] if one["noun"] == "activity"]
    assert (row["state"], row["day"]) == ("Incoming call, 1 min 5 s", "2026-11-22")
    page = client.get(f"{row['record']}?lang=en").text
    assert "It is kept in our form alone." in page


@pytest.mark.heavy
def test_every_kpi_has_a_page_of_where_it_comes_from(client: TestClient, bought: UUID) -> None:
    for key, kpi in KPIS.items():
        for lang in ("ru", "en"):
            answer = client.get(f"/accounts/{bought}/kpis/{key}/rows", params={"lang": lang})
            assert answer.status_code == 200, key
            assert kpi.title[lang] in answer.text
    page = client.get(f"/accounts/{bought}/kpis/won_revenue/rows?on=2026-10-01&lang=en").text
    assert "That is exactly the value." in page
    assert f"/export/lineage.csv?account={bought}&amp;kpi=won_revenue&amp;unit=RUB" in page


def test_rows_that_changed_since_are_no_longer_the_value(
    client: TestClient, world: World, bought: UUID
) -> None:
    world.add_months(1, "1", *[5_000] * 24)
    found = rows(client, bought, "won_revenue", on="2026-10-01")
    assert found["value"] == {"amount": "1023.00", "currency": "RUB"}
    assert found["total"]["comes_to"] == "5000"
    assert found["total"]["is_value"] is False
    page = client.get(f"/accounts/{bought}/kpis/won_revenue/rows?on=2026-10-01&lang=en").text
    assert "rows have changed since it was measured" in page


def test_the_rows_can_be_had_as_a_file(client: TestClient, bought: UUID) -> None:
    asked = {"account": bought, "kpi": "won_revenue", "on": "2026-10-01", "plain": 1}
    answer = client.get("/export/lineage.csv", params=asked)
    [row] = csv.DictReader(StringIO(answer.text, newline=""))
    assert (row["external_id"], Decimal(row["adds"])) == ("1-23", 1023)


def test_a_record_is_shown_as_it_came_without_secrets(client: TestClient, bought: UUID) -> None:
    page = client.get("/sources/sales/records/deal/1-23?lang=en").text
    assert "&#34;sale&#34;: 1023" in page
    assert SECRET not in page
    assert "What we read of it" in page
    assert "1,023" in page
    unkept = client.get("/sources/sales/records/deal/1-22?lang=en").text
    assert "It is kept in our form alone." in unkept


NOT_THERE = (
    ("/accounts/{}/kpis/nonsense/rows", 404),
    ("/accounts/{}/kpis/won_revenue/rows?on=2026-10-05", 400),
    ("/accounts/{}/kpis/won_revenue/rows?on=soon", 422),
    ("/accounts/{}/kpis/won_revenue/rows?on=0001-01-01", 400),
    ("/api/v1/accounts/{}/kpis/dso/rows?on=9999-12-01", 400),
    ("/export/lineage.csv?account={}&kpi=dso&on=9999-12-01", 400),
    ("/accounts/{}/kpis/won_revenue/rows?page=10000", 200),
    ("/accounts/{}/kpis/won_revenue/rows?page=0", 422),
    ("/accounts/{}/kpis/won_revenue/rows?unit=%00", 422),
    ("/accounts/nobody/kpis/won_revenue/rows", 404),
    ("/api/v1/accounts/{}/kpis/won_revenue/rows?cursor=x", 400),
    ("/sources/sales/records/deal/none", 404),
    ("/sources/sales/records/deal/%00", 422),
    ("/sources/sales/records/nonsense/1", 404),
    ("/sources/nowhere/records/deal/1", 404),
    ("/export/lineage.csv?account={}&kpi=nonsense", 404),
)


def test_what_is_not_there_is_said(client: TestClient, bought: UUID) -> None:
    found = [(path, client.get(path.format(bought)).status_code) for path, _ in NOT_THERE]
    assert found == list(NOT_THERE)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_from_a_value_to_the_record_of_the_crm(address: str, bought: UUID, scheme: Scheme) -> None:
    with browsing(width=380, scheme=scheme) as page:
        page.goto(f"{address}/accounts/{bought}/kpis/average_won_deal/rows?on=2026-10-01&lang=en")
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_role("link", name="deal 1-23").click()
        page.get_by_role("heading", name="As the CRM sent it").wait_for()
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_who_was_merged_is_looked_up_under_the_other_account(
    client: TestClient, world: World, bought: UUID
) -> None:
    world.save(1, Noun.COMPANY, gate.Company("2", "Другая"))
    other = own_account(1, "2")
    client.post("/api/v1/matches/merge", json={"accounts": [str(bought), str(other)]})
    stays = client.get(f"/api/v1/accounts/{bought}").json()["id"]
    gone = other if stays == str(bought) else bought
    answer = client.get(
        f"/accounts/{gone}/kpis/won_revenue/rows?on=2026-10-01", follow_redirects=False
    )
    assert answer.headers["location"] == f"/accounts/{stays}/kpis/won_revenue/rows?on=2026-10-01"
