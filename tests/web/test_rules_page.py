"""The page of rules: what is there, a rule made calmer, tried and taken back, and wrong input."""

from datetime import date

from kam_sync.jobs import ruling
from tests.web.conftest import TestClient
from tests.web.world import World

LIMIT = {
    "title": "Долги", "key": "old_debts", "kpi": "overdue_over_90", "kind": "limit",
    "above": "50 000", "below": "",
}  # fmt: skip
CALM = {"sensitivity": "calm", "direction": "bad", "severity": "high", "is_on": "1",
        "at_least": "100 000", "at_least_percent": "5", "owners": ""}  # fmt: skip


def test_a_rule_is_made_calmer_tried_and_taken_back(client: TestClient, fallen: object) -> None:
    assert "Выручка выигранных сделок" in client.get("/rules?lang=ru").text
    tried = client.post("/rules/won_revenue", data={**CALM, "do": "try"}).text
    assert "Пока ничего не сохранено" in tried
    assert "ООО «Ромашка»" in tried
    client.post("/rules/won_revenue", data={**CALM, "do": "save"})
    page = client.get("/rules/won_revenue").text
    assert 'value="calm" checked' in page
    assert 'value="100000"' in page
    client.post("/rules/won_revenue", data={"do": "reset"})
    assert 'value="normal" checked' in client.get("/rules/won_revenue").text


def test_a_tried_rule_stands_beside_the_saved_one(client: TestClient, fallen: object) -> None:
    huge = {**CALM, "at_least": "99 000 000", "do": "try", "before": "1", "lang": "en"}
    page = client.post("/rules/won_revenue?lang=en", data=huge).text
    said = page.partition('id="tried"')[2]
    assert "0 alerts about 0 accounts" in said
    assert "As it is saved now: 1." in said


def test_a_rule_says_what_is_open_and_what_opened_in_twelve_months(
    client: TestClient, world: World, fallen: object
) -> None:
    page = client.get("/rules/won_revenue?lang=en").text
    assert "1 alert of it is open" in page
    assert "of it is open" not in client.get("/rules/lost_deals?lang=en").text
    months = ruling.months(world.services, "won_revenue")
    assert (len(months), months[-1].on, months[-1].opened) == (12, date(2026, 11, 1), 1)


def test_a_limit_is_added_switched_off(client: TestClient) -> None:
    client.post("/rules/new", data=LIMIT)
    page = client.get("/rules/old_debts?lang=ru").text
    assert 'value="50000"' in page
    assert not client.get("/api/v1/rules/old_debts").json()["is_on"]
    again = client.post("/rules/new", data=LIMIT)
    assert again.status_code == 400


def test_what_is_no_number_is_said_beside_the_form(client: TestClient) -> None:
    wrong = client.post(
        "/rules/won_revenue?lang=ru", data={**CALM, "at_least": "abc", "do": "save"}
    )
    assert wrong.status_code == 400
    assert "Так сохранить нельзя: Наименьшее изменение: нужно число" in wrong.text
    assert "Чуткость" in wrong.text


def test_the_api_lists_saves_tries_and_resets(client: TestClient, fallen: object) -> None:
    rules = client.get("/api/v1/rules?limit=100").json()["items"]
    assert {"won_revenue", "contract_ends", "sell_out_missing"} <= {one["key"] for one in rules}
    text = client.get("/api/v1/rules/won_revenue").json()["text"]
    said = {"text": text.replace("normal", "keen", 1), "by": "BI"}
    saved = client.put("/api/v1/rules/won_revenue", json=said).json()
    assert (saved["sensitivity"], saved["changed_by"]) == ("keen", "BI")
    assert client.put("/api/v1/rules/other", json=said).status_code == 400
    tried = client.post("/api/v1/rules/won_revenue/backtest", json={}).json()
    assert (tried["count"], tried["fired"][0]["account_name"]) == (1, "ООО «Ромашка»")
    assert client.delete("/api/v1/rules/won_revenue").status_code == 204
    assert client.get("/api/v1/rules/won_revenue").json()["changed_by"] is None
    assert client.get("/api/v1/rules/nothing").status_code == 404
