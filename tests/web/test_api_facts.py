"""Facts that programs give, list and take back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from kam_sync.intake.store import GivenStore, SourceStore
from kam_sync.jobs.upkeep import keep_house
from kam_sync.web import bodies

PAYMENT = {
    "external_id": "p-1",
    "client": {"inn": "7707083893", "name": "ООО «Ромашка»"},
    "paid_on": "2026-11-20",
    "amount": "1500.50",
    "currency": "RUB",
}
ROWS = {
    "payments": PAYMENT,
    "invoices": {**PAYMENT, "issued_on": "2026-11-01", "paid_amount": 100, "number": "7"},
    "shipments": {**PAYMENT, "shipped_on": "2026-11-01", "cost": 1000, "quantity": 2},
    "sell_out": {**PAYMENT, "sold_on": "2026-11-01"},
    "stock": {"external_id": "s", "counted_on": "2026-11-01", "quantity": "3.5"},
    "nps_answers": {**PAYMENT, "answered_on": "2026-11-01", "score": 9},
    "plans": {**PAYMENT, "kpi": "won_revenue", "starts_on": "2026-11-01", "ends_on": "2026-11-30",
              "target": 1},
    "budgets": {**PAYMENT, "name": "Marketing", "starts_on": "2026-11-01", "ends_on": "2026-11-30"},
    "receivables": {**PAYMENT, "counted_on": "2026-11-01", "overdue": "7"},
    "returns": {**PAYMENT, "returned_on": "2026-11-01", "quantity": 2, "shipment_number": "7"},
    "costs": {**PAYMENT, "spent_on": "2026-11-01", "kind": "Ретробонус"},
    "contracts": {**PAYMENT, "number": "7", "starts_on": "2026-11-01", "is_renewed": True,
                  "rebate_steps": "3 млн: 2%", "rebate_period": "квартал"},
}  # fmt: skip
ALLOWED = {
    "payments": {"paid_on", "amount", "currency"},
    "invoices": {"issued_on", "amount", "currency", "paid_amount", "number"},
    "shipments": {"shipped_on", "amount", "currency", "cost", "quantity"},
    "sell_out": {"sold_on", "amount", "currency"},
    "stock": {"counted_on", "quantity"},
    "nps_answers": {"answered_on", "score"},
    "plans": {"kpi", "starts_on", "ends_on", "target"},
    "budgets": {"name", "starts_on", "ends_on", "amount", "currency"},
    "receivables": {"counted_on", "amount", "currency", "overdue"},
    "returns": {"returned_on", "amount", "currency", "quantity", "shipment_number"},
    "costs": {"spent_on", "amount", "currency", "kind"},
    "contracts": {
        "number",
        "starts_on",
        "amount",
        "currency",
        "is_renewed",
        "rebate_steps",
        "rebate_period",
    },
}


@pytest.fixture
def give(client):
    """Give rows of a table."""

    def call(*rows, table="payments", key=None, lang="ru"):
        headers = {} if key is None else {"Idempotency-Key": key}
        body = {"source": "erp", "rows": list(rows)}
        return client.post(
            f"/api/v1/facts/{table}", json=body, headers=headers, params={"lang": lang}
        )

    return call


def test_rows_are_kept_with_the_account_of_their_client(give, client) -> None:
    said = give(PAYMENT)
    assert said.status_code == 200, said.text
    assert said.json() == {"created": 1, "updated": 0, "unchanged": 0, "rejected": []}
    (payment,) = client.get("/api/v1/facts/payments").json()["items"]
    assert payment["amount"] == {"amount": "1500.50", "currency": "RUB"}
    assert (payment["source"], payment["paid_on"]) == ("erp", "2026-11-20")
    account = client.get(f"/api/v1/accounts/{payment['account_id']}").json()
    assert (account["name"], account["inn"]) == ("ООО «Ромашка»", "7707083893")


@pytest.mark.parametrize("table", ROWS)
def test_each_table_is_given_and_listed(give, client, table) -> None:
    wanted = {"external_id", "client", *ALLOWED[table]}
    row = {name: value for name, value in ROWS[table].items() if name in wanted}
    assert give(row, table=table).json()["rejected"] == []
    (found,) = client.get(f"/api/v1/facts/{table}").json()["items"]
    assert found["external_id"] == row["external_id"]
    assert (found["account_id"] is None) == (table == "stock")
    assert found.keys() >= ALLOWED[table]


def test_the_same_rows_change_nothing_and_a_corrected_one_is_updated(give) -> None:
    give(PAYMENT)
    assert give(PAYMENT).json()["unchanged"] == 1
    assert give(PAYMENT | {"amount": 7}).json()["updated"] == 1


def test_a_bad_row_is_told_by_its_place_and_costs_no_other(give) -> None:
    said = give(
        PAYMENT,
        PAYMENT | {"external_id": "p-2", "paid_on": "yesterday"},
        PAYMENT | {"external_id": "p-3", "amonut": 5},
        PAYMENT | {"external_id": "p-4", "client": {}},
        {"paid_on": "2026-11-20"},
        PAYMENT,
        PAYMENT | {"external_id": "p-7", "client": "Ромашка"},
    ).json()
    assert (said["created"], [one["index"] for one in said["rejected"]]) == (1, [1, 2, 3, 4, 5, 6])
    assert [one["message"] for one in said["rejected"]] == [
        "«paid_on»: это не дата и не время.",
        "В этой таблице нет поля «amonut».",
        "В строке не указано, к какому клиенту она относится.",
        "«external_id»: нет значения.",
        "В этом же запросе есть другая строка с таким же id.",
        "«client»: записано не в том виде.",
    ]
    reasons = [one["reason"].split(";")[0] for one in said["rejected"]]
    assert reasons == [
        "paid_on (from paid_on): a time is needed, got 'yesterday'",
        "amonut: there is no such field",
        "client: the row does not say whose it is",
        "external_id: is empty, and has to be there",
        "external_id: row 0 has the same",
        "client: an object is needed, such as {'inn': '7707083893', 'name': 'X'}",
    ]


def test_a_plan_of_what_nobody_measures_is_refused(give) -> None:
    wanted = {"external_id", "client", *ALLOWED["plans"]}
    plan = {name: value for name, value in ROWS["plans"].items() if name in wanted}
    said = give(plan, plan | {"external_id": "2", "kpi": "win rate"}, table="plans").json()
    assert said["created"] == 1
    (refused,) = said["rejected"]
    assert refused["reason"].startswith("kpi: 'win rate' is no KPI; is it win_rate")
    assert refused["message"] == "«kpi»: такого показателя у нас нет."


def test_a_repeated_call_gets_the_same_answer_and_another_body_is_refused(give) -> None:
    first = give(PAYMENT, key="night-1")
    assert give(PAYMENT, key="night-1").json() == first.json()
    other = give(PAYMENT | {"amount": 7}, key="night-1")
    assert (other.status_code, other.json()["title"]) == (422, "Unprocessable Entity")
    assert other.json()["detail"].startswith("Idempotency-Key: it was used with another body")
    assert give(PAYMENT | {"amount": 7}, key="night-2").json()["updated"] == 1


def test_calls_with_one_key_at_the_same_time_are_one(give) -> None:
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: give(PAYMENT, key="once").json(), range(4)))
    assert said == [{"created": 1, "updated": 0, "unchanged": 0, "rejected": []}] * 4


def test_answers_are_forgotten_after_a_week(give, world) -> None:
    give(PAYMENT, key="old")
    with world.services.database.transaction() as session:
        source_id = SourceStore(session).by_name("erp").id
        GivenStore.forget_before(session, world.services.now() - timedelta(days=6))
        assert GivenStore(session, source_id).answer("old")
        GivenStore.forget_before(session, world.services.now() + timedelta(days=1))
        assert GivenStore(session, source_id).answer("old") is None
    keep_house(world.services)


def test_a_row_is_taken_back_and_can_be_given_again(give, client) -> None:
    give(PAYMENT | {"external_id": "a/b"})
    path = "/api/v1/facts/payments/a%2Fb"
    assert client.delete(path, params={"source": "erp"}).status_code == 204
    (row,) = client.get("/api/v1/facts/payments").json()["items"]
    assert row["is_deleted"]
    assert client.delete(path, params={"source": "erp"}).status_code == 404
    assert client.delete(path, params={"source": "nobody"}).status_code == 404
    assert give(PAYMENT | {"external_id": "a/b"}).json()["updated"] == 1
    (row,) = client.get("/api/v1/facts/payments").json()["items"]
    assert not row["is_deleted"]


def test_facts_are_asked_for_by_source_and_account_page_by_page(give, client) -> None:
    give(*(PAYMENT | {"external_id": f"p-{n}"} for n in range(3)))
    give(PAYMENT | {"external_id": "q", "client": {"name": "Василёк"}})
    page = client.get("/api/v1/facts/payments", params={"limit": 2, "source": "erp"}).json()
    assert [one["external_id"] for one in page["items"]] == ["p-0", "p-1"]
    more = {"limit": 2, "cursor": page["next_cursor"]}
    rest = client.get("/api/v1/facts/payments", params=more).json()["items"]
    assert [one["external_id"] for one in rest] == ["p-2", "q"]
    of_account = {"account": rest[1]["account_id"]}
    (only,) = client.get("/api/v1/facts/payments", params=of_account).json()["items"]
    assert only["external_id"] == "q"
    later = {"updated_since": "2999-01-01T00:00:00Z"}
    assert client.get("/api/v1/facts/payments", params=later).json()["items"] == []


def test_what_makes_no_sense_is_refused(give, client, world, monkeypatch) -> None:
    assert give(PAYMENT, table="companies").status_code == 404
    unknown = give(PAYMENT, table="gifts")
    assert unknown.status_code == 404
    assert unknown.json()["detail"].startswith("table gifts: no such table; there are: payments,")
    post = client.post
    assert post("/api/v1/facts/payments", content=b"{").status_code == 400
    assert post("/api/v1/facts/payments", json={"source": "erp", "rows": []}).status_code == 422
    assert post("/api/v1/facts/payments", json={"source": "эрп", "rows": [{}]}).status_code == 400
    world.add_source("shop")
    crm = post("/api/v1/facts/payments", json={"source": "shop", "rows": [PAYMENT]})
    assert (crm.status_code, "it is pulled from" in crm.text) == (400, True)
    monkeypatch.setattr(bodies, "MOST_OF_JSON", 10)
    assert give(PAYMENT).status_code == 413


def test_the_api_page_shows_how_rows_are_given(client) -> None:
    path = client.get("/openapi.json").json()["paths"]["/api/v1/facts/{table}"]["post"]
    body = path["requestBody"]["content"]["application/json"]
    assert body["example"]["rows"][0]["client"]["inn"] == "7707083893"
    tables = next(one for one in path["parameters"] if one["name"] == "table")
    assert tables["schema"]["enum"] == list(ROWS)


def test_the_page_of_an_account_says_which_facts_there_are(give, client) -> None:
    give(PAYMENT, PAYMENT | {"external_id": "p-2", "paid_on": "2026-11-22"})
    (first, _) = client.get("/api/v1/facts/payments").json()["items"]
    page = client.get(f"/accounts/{first['account_id']}/money", params={"lang": "ru"}).text
    assert "Платежи" in page
    assert '<td class="number" data-label="Строк">2</td>' in page
    assert "22 нояб" in page
    assert "Остатки" not in page
    for path in ("/sources", "/api/v1/sources/erp", "/accounts", "/timetable"):
        assert client.get(path).status_code == 200, path
