"""The sandbox answers as amoCRM API v4 does: pages, order, shapes, rights."""

from collections.abc import Callable
from typing import Any

import pytest
from stdnum.ru import inn

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld

Walk = Callable[..., list[dict[str, Any]]]


def test_pages_are_walked_until_204_without_a_body(box: AmoSandbox, get: Any) -> None:
    total, page, seen = box.count("leads"), 1, set()
    while (answer := get(box, f"leads?limit=20&page={page}")).status_code == 200:
        seen |= {lead["id"] for lead in answer.json()["_embedded"]["leads"]}
        page += 1
    assert (answer.status_code, answer.content) == (204, b"")
    assert len(seen) == total == 61
    assert page == 5


def test_the_envelope_links_to_the_next_page_on_the_host_that_was_asked(
    box: AmoSandbox, get: Any
) -> None:
    body = get(box, "leads?limit=20&order[id]=asc").json()
    links = body["_links"]
    assert body["_page"] == 1
    assert links["self"]["href"].startswith(f"{box.url}/api/v4/leads?limit=20&")
    assert links["next"]["href"].endswith("order%5Bid%5D=asc&page=2")
    assert "next" not in get(box, "leads?limit=20&page=4").json()["_links"]


@pytest.mark.parametrize(("limit", "rows"), [("", 50), ("limit=251", 50), ("limit=250", 61)])
def test_a_limit_that_is_too_high_falls_back_to_50(
    box: AmoSandbox, get: Any, limit: str, rows: int
) -> None:
    assert len(get(box, f"leads?{limit}").json()["_embedded"]["leads"]) == rows


@pytest.mark.parametrize("key", ["id", "created_at", "updated_at"])
@pytest.mark.parametrize("way", ["asc", "desc"])
def test_leads_come_in_the_order_asked_for_on_all_pages(
    box: AmoSandbox, walk: Walk, key: str, way: str
) -> None:
    values = [lead[key] for lead in walk(box, "leads", f"limit=7&order[{key}]={way}")]
    assert values == sorted(values, reverse=way == "desc")
    assert len(values) == 61


def test_tasks_know_no_order_by_updated_at(open_box: Any, walk: Walk, world: MadeUpWorld) -> None:
    box = open_box(world)
    ids = [task["id"] for task in walk(box, "tasks", "order[updated_at]=desc")]
    due = [task["complete_till"] for task in walk(box, "tasks", "order[complete_till]=desc")]
    assert ids == sorted(ids)
    assert due == sorted(due, reverse=True)


def test_contacts_of_a_lead_come_only_when_asked_for(box: AmoSandbox, get: Any) -> None:
    id_ = box.ids("leads")[0]
    plain, full = (get(box, f"leads/{id_}{more}").json() for more in ("", "?with=contacts"))
    listed = get(box, "leads?limit=1&with=contacts").json()["_embedded"]["leads"][0]
    assert "contacts" not in plain["_embedded"]
    assert full["_embedded"]["contacts"][0]["is_main"] is True
    assert listed == full
    assert full["_embedded"].items() < box.row("leads", id_)["_embedded"].items()
    assert plain["_embedded"].keys() == {"tags", "companies"}


def test_a_lead_has_the_documented_fields(box: AmoSandbox, walk: Walk) -> None:
    leads = walk(box, "leads")
    assert all(isinstance(lead["price"], int) for lead in leads)
    assert sum(lead["custom_fields_values"] is None for lead in leads) == 60
    assert leads[0].keys() >= {"responsible_user_id", "closest_task_at", "loss_reason_id", "score"}
    closed = [lead for lead in leads if lead["status_id"] in {142, 143}]
    assert all(lead["closed_at"] > lead["created_at"] for lead in closed)


def test_tax_numbers_stand_in_named_text_fields(box: AmoSandbox, walk: Walk) -> None:
    for company in walk(box, "companies"):
        fields = {field["field_name"]: field for field in company["custom_fields_values"]}
        assert fields["ИНН"]["field_type"] == "text"
        assert inn.is_valid(fields["ИНН"]["values"][0]["value"])


def test_phones_have_their_code(box: AmoSandbox, walk: Walk) -> None:
    fields = [f for row in walk(box, "contacts") for f in row["custom_fields_values"] or []]
    phone = next(field for field in fields if field["field_code"] == "PHONE")
    assert phone["values"][0]["enum_code"] == "MOB"


def test_a_task_without_a_result_has_an_empty_list(
    open_box: Any, walk: Walk, world: MadeUpWorld
) -> None:
    tasks = walk(open_box(world), "tasks")
    assert all((task["result"] == []) is not task["is_completed"] for task in tasks)


@pytest.mark.parametrize(
    "what", ["leads/1", "companies/1", "tasks/1", "leads?page=9", "tasks?filter[id]=1"]
)
def test_what_does_not_exist_is_204(box: AmoSandbox, get: Any, what: str) -> None:
    assert get(box, what).status_code == 204


def test_an_unknown_path_is_a_404_problem(box: AmoSandbox, get: Any) -> None:
    answer = get(box, "nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "Cannot GET /api/v4/nothing"


def test_a_wrong_token_is_a_401_problem(box: AmoSandbox, get: Any) -> None:
    answer = get(box, "leads", token="wrong")
    assert (answer.status_code, answer.json()["title"]) == (401, "Unauthorized")
    assert answer.headers["content-type"] == "application/problem+json"


def test_users_are_for_administrators(open_box: Any, get: Any) -> None:
    answer = get(open_box(admin=False), "users")
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/json")
    users = get(open_box(), "users").json()
    assert users["_total_items"] == 6
    assert users["_embedded"]["users"][0]["rights"]["is_admin"] is True


def test_won_and_lost_are_142_and_143_in_every_pipeline(box: AmoSandbox, get: Any) -> None:
    lines = get(box, "leads/pipelines").json()["_embedded"]["pipelines"]
    ids = [[stage["id"] for stage in line["_embedded"]["statuses"]] for line in lines]
    assert [line["name"] for line in lines] == ["Продажи", "Сервис"]
    assert set(ids[0]) & set(ids[1]) == {142, 143}
    assert get(box, f"leads/pipelines/{lines[1]['id']}").json() == lines[1]


def test_the_account_tells_currency_and_time_zone(open_box: Any, get: Any) -> None:
    box = open_box(currency="USD", api_filter="ignored")
    plain = get(box, "account").json()
    asked = get(box, "account?with=datetime_settings,is_api_filter_enabled").json()
    assert plain["currency"] == "USD"
    assert "_embedded" not in plain
    assert "is_api_filter_enabled" not in plain
    assert asked["_embedded"]["datetime_settings"]["timezone"] == "Europe/Moscow"
    assert asked["is_api_filter_enabled"] is False


def test_custom_fields_are_listed(box: AmoSandbox, get: Any) -> None:
    fields = get(box, "companies/custom_fields").json()["_embedded"]["custom_fields"]
    assert [field["name"] for field in fields[:4]] == ["Телефон", "Email", "ИНН", "КПП"]
    assert get(box, "customers/segments/custom_fields").status_code == 204


def test_rows_do_not_depend_on_the_port(open_box: Any, get: Any) -> None:
    one, other = open_box(), open_box()
    assert one.url != other.url
    for what in ("leads?with=contacts", "companies", "contacts", "tasks", "users"):
        assert get(one, what).json()["_embedded"] == get(other, what).json()["_embedded"]
    assert get(one, "account").content == get(other, "account").content
    assert get(one, "leads").headers["content-type"] == "application/hal+json"
