"""Writing to the sandbox: batches, what they answer, what they refuse, fields and tags."""

from typing import Any

import httpx
import pytest

from connectors.sandbox.amocrm import AmoSandbox

LEAD, COMPANY, CONTACT = 5_000_001, 6_000_001, 7_000_001
ADMIN, MANAGER, LEFT = 701, 702, 706
DUE = 1_800_000_000


def _task(**more: Any) -> dict[str, Any]:
    return {"text": "Позвонить", "complete_till": DUE, "entity_type": "leads"} | {
        "entity_id": LEAD,
        **more,
    }


def _errors(answer: httpx.Response) -> dict[str, list[tuple[str, str]]]:
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    return {
        one["request_id"]: [(error["code"], error["path"]) for error in one["errors"]]
        for one in answer.json()["validation-errors"]
    }


def test_a_task_is_made_and_its_request_id_comes_back(box: AmoSandbox, send: Any, get: Any) -> None:
    answer = send(box, "POST", "tasks", [_task(request_id="a-7"), _task(text="Написать")])
    made = answer.json()["_embedded"]["tasks"]
    assert answer.status_code == 200
    assert [task["request_id"] for task in made] == ["a-7", "1"]
    task = get(box, f"tasks/{made[0]['id']}").json()
    assert (task["text"], task["complete_till"], task["entity_id"]) == ("Позвонить", DUE, LEAD)
    assert (task["task_type_id"], task["result"], task["is_completed"]) == (1, [], False)


def test_what_is_not_said_is_the_tokens_user(box: AmoSandbox, send: Any) -> None:
    ids = [
        send(box, "POST", "tasks", [item]).json()["_embedded"]["tasks"][0]["id"]
        for item in (_task(), _task(responsible_user_id=MANAGER, created_by=0))
    ]
    keys = ("responsible_user_id", "created_by")
    found = [[box.row("tasks", id_)[key] for key in keys] for id_ in ids]
    assert found == [[ADMIN, ADMIN], [MANAGER, 0]]


def test_a_request_id_is_no_protection_from_doing_it_twice(box: AmoSandbox, send: Any) -> None:
    before = box.count("tasks")
    for _ in range(2):
        send(box, "POST", "tasks", [_task(request_id="same")])
    assert box.count("tasks") == before + 2


def test_a_task_is_closed_with_a_result(box: AmoSandbox, send: Any) -> None:
    id_ = box.add("tasks", _task(updated_at=1))
    answer = send(
        box, "PATCH", f"tasks/{id_}", {"is_completed": True, "result": {"text": "Готово"}}
    )
    row = box.row("tasks", id_)
    assert answer.json()["id"] == id_
    assert answer.json()["updated_at"] == row["updated_at"] > 1
    assert (row["is_completed"], row["result"]) == (True, {"text": "Готово"})


def test_a_batch_of_changes_tells_their_times(box: AmoSandbox, send: Any) -> None:
    items = [{"id": LEAD, "price": 5}, {"id": LEAD + 1, "price": 6}]
    changed = send(box, "PATCH", "leads", items).json()["_embedded"]["leads"]
    assert [one["id"] for one in changed] == [LEAD, LEAD + 1]
    assert all(one["updated_at"] == box.row("leads", one["id"])["updated_at"] for one in changed)
    assert box.row("leads", LEAD + 1)["price"] == 6
    assert box.row("leads", LEAD)["updated_by"] == ADMIN


@pytest.mark.parametrize("path", ["leads/notes", f"leads/{LEAD}/notes"])
def test_a_note_is_added(box: AmoSandbox, send: Any, get: Any, path: str) -> None:
    note = {"entity_id": LEAD, "note_type": "common", "params": {"text": "Нет телефона"}}
    made = send(box, "POST", path, [note]).json()["_embedded"]["notes"][0]
    assert made["entity_id"] == LEAD
    listed = get(box, f"leads/{LEAD}/notes?filter[id][]={made['id']}").json()["_embedded"]
    assert listed["notes"][0]["params"] == {"text": "Нет телефона"}


def test_new_leads_stand_in_the_first_stage(box: AmoSandbox, send: Any, get: Any) -> None:
    item = {"name": "Новая", "price": 10, "_embedded": {"contacts": [{"id": CONTACT}]}}
    id_ = send(box, "POST", "leads", [item]).json()["_embedded"]["leads"][0]["id"]
    lead = get(box, f"leads/{id_}?with=contacts").json()
    assert (lead["pipeline_id"], lead["status_id"], lead["price"]) == (3300, 4401, 10)
    assert lead["_embedded"]["contacts"][0]["id"] == CONTACT


def test_a_lead_that_is_won_gets_a_closing_time(box: AmoSandbox, send: Any) -> None:
    id_ = box.add("leads", {"name": "Открытая"})
    send(box, "PATCH", f"leads/{id_}", {"status_id": 142, "pipeline_id": 3300})
    assert box.row("leads", id_)["closed_at"] == box.row("leads", id_)["updated_at"]
    send(box, "PATCH", f"leads/{id_}", {"status_id": 4401, "pipeline_id": 3300})
    assert box.row("leads", id_)["closed_at"] is None


@pytest.mark.parametrize("noun", ["contacts", "companies", "customers"])
def test_people_and_companies_are_made_and_renamed(box: AmoSandbox, send: Any, noun: str) -> None:
    made = send(box, "POST", noun, [{"name": "Первое имя"}]).json()["_embedded"][noun][0]
    send(box, "PATCH", f"{noun}/{made['id']}", {"name": "Второе имя"})
    assert box.row(noun, made["id"])["name"] == "Второе имя"


def test_more_than_250_are_422(box: AmoSandbox, send: Any) -> None:
    answer = send(box, "POST", "tasks", [_task()] * 251)
    assert (answer.status_code, answer.json()["detail"]) == (422, "Limit 250 per page")


@pytest.mark.parametrize("body", [[], None])
def test_an_empty_body_is_400(box: AmoSandbox, send: Any, body: Any) -> None:
    answer = send(box, "POST", "tasks", body)
    assert (answer.status_code, answer.json()["detail"]) == (400, "Request data can not be empty")


@pytest.mark.parametrize(
    ("noun", "item", "error"),
    [
        ("tasks", _task(responsible_user_id=LEFT), ("NotSupportedChoice", "responsible_user_id")),
        ("tasks", _task(responsible_user_id=99), ("NotSupportedChoice", "responsible_user_id")),
        ("tasks", _task(created_by=LEFT), ("NotSupportedChoice", "created_by")),
        ("tasks", _task(complete_till="завтра"), ("InvalidType", "complete_till")),
        ("leads", {"price": 2**70}, ("InvalidType", "price")),
        ("leads", {"custom_fields_values": {"1": 2}}, ("InvalidType", "custom_fields_values")),
        (
            "companies",
            {"custom_fields_values": [{"field_id": 9014, "values": [{"value": "31.12.2026"}]}]},
            ("InvalidType", "custom_fields_values.0.values.0.value"),
        ),
        ("tasks", _task(text=""), ("FieldMissing", "text")),
        ("tasks", _task(entity_id=1), ("NotSupportedChoice", "entity_id")),
        ("tasks", _task(entity_type="lead"), ("NotSupportedChoice", "entity_type")),
        ("leads", {"pipeline_id": 3300, "status_id": 4501}, ("NotSupportedChoice", "status_id")),
        (
            "companies",
            {"custom_fields_values": [{"field_id": 1, "values": [{"value": "x"}]}]},
            ("FieldNotFound", "custom_fields_values.0.field_id"),
        ),
        (
            "companies",
            {"custom_fields_values": [{"field_id": 9013, "values": [{"enum_id": 1}]}]},
            ("NotSupportedChoice", "custom_fields_values.0.values.0.enum_id"),
        ),
    ],
)
def test_what_is_refused_is_named(
    box: AmoSandbox, send: Any, noun: str, item: Any, error: tuple[str, str]
) -> None:
    assert _errors(send(box, "POST", noun, [item | {"request_id": "r"}])) == {"r": [error]}


def test_one_bad_item_fails_the_whole_batch(box: AmoSandbox, send: Any) -> None:
    before = box.count("tasks")
    answer = send(box, "POST", "tasks", [_task(), _task(responsible_user_id=LEFT), _task()])
    assert _errors(answer).keys() == {"1"}
    assert box.count("tasks") == before


def test_one_bad_item_may_fail_alone(open_box: Any, send: Any) -> None:
    box = open_box(batch="partial")
    before = box.count("tasks")
    answer = send(box, "POST", "tasks", [_task(), _task(responsible_user_id=LEFT), _task()])
    assert _errors(answer).keys() == {"1"}
    assert box.count("tasks") == before + 2


def test_values_replace_the_whole_field(box: AmoSandbox, send: Any) -> None:
    phones = [{"value": "+7 900 000-00-01", "enum_code": "MOB"}, {"value": "+7 900 000-00-02"}]
    fields = [
        {"field_code": "PHONE", "values": phones},
        {"field_id": 9021, "values": [{"value": 0}]},
    ]
    send(box, "PATCH", f"contacts/{CONTACT}", {"custom_fields_values": fields})
    one = [{"field_code": "PHONE", "values": [{"value": "+7 900 000-00-03", "enum_code": "WORK"}]}]
    send(box, "PATCH", f"contacts/{CONTACT}", {"custom_fields_values": one})
    kept = {
        field["field_id"]: field for field in box.row("contacts", CONTACT)["custom_fields_values"]
    }
    assert kept[9002]["values"] == [
        {"value": "+7 900 000-00-03", "enum_id": 480, "enum_code": "WORK"}
    ]
    assert kept[9021]["values"] == [{"value": 0}]


def test_null_clears_a_field(box: AmoSandbox, send: Any) -> None:
    fields = [{"field_id": 9011, "values": None}]
    send(box, "PATCH", f"companies/{COMPANY}", {"custom_fields_values": fields})
    kept = box.row("companies", COMPANY)["custom_fields_values"]
    assert 9011 not in {field["field_id"] for field in kept}
    assert 9013 in {field["field_id"] for field in kept}


def test_choices_and_dates_are_understood_in_several_ways(box: AmoSandbox, send: Any) -> None:
    for value in ({"enum_id": 502}, {"value": "Средний"}):
        fields = [
            {"field_id": 9013, "values": [value]},
            {"field_id": 9014, "values": [{"value": "2026-12-31T00:00:00+03:00"}]},
        ]
        send(box, "PATCH", f"companies/{COMPANY}", {"custom_fields_values": fields})
        kept = {
            f["field_id"]: f["values"]
            for f in box.row("companies", COMPANY)["custom_fields_values"]
        }
        assert kept[9013] == [{"value": "Средний", "enum_id": 502, "enum_code": None}]
        assert kept[9014] == [{"value": 1_798_664_400}]


def test_tags_are_added_deleted_and_replaced(box: AmoSandbox, send: Any, walk: Any) -> None:
    def names(change: dict[str, Any]) -> list[str]:
        send(box, "PATCH", f"leads/{LEAD}", change)
        return sorted(tag["name"] for tag in box.row("leads", LEAD)["_embedded"]["tags"])

    assert names({"_embedded": {"tags": [{"name": "а"}, {"name": "б"}]}}) == ["а", "б"]
    assert names({"tags_to_add": [{"name": "в"}], "tags_to_delete": [{"name": "а"}]}) == ["б", "в"]
    assert names({"_embedded": {"tags": None}}) == []
    assert {"а", "б", "в"} <= {tag["name"] for tag in walk(box, "leads/tags")}


@pytest.mark.parametrize(("moves_on", "moves"), [(frozenset(), False), (frozenset({"tags"}), True)])
def test_a_tag_may_move_updated_at(
    open_box: Any, send: Any, moves_on: frozenset[str], moves: bool
) -> None:
    box = open_box(updated_at_moves_on=moves_on)
    before = box.row("leads", LEAD)["updated_at"]
    send(box, "PATCH", f"leads/{LEAD}", {"tags_to_add": [{"name": "новый"}]})
    assert (box.row("leads", LEAD)["updated_at"] > before) is moves


@pytest.mark.parametrize("kind", ["notes", "tasks", "links"])
@pytest.mark.parametrize("is_on", [False, True])
def test_notes_tasks_and_links_may_move_updated_at(
    open_box: Any, send: Any, kind: str, is_on: bool
) -> None:
    box = open_box(updated_at_moves_on=frozenset({kind} if is_on else ()))
    send(box, "POST", "tasks", [_task()])
    note = {"note_type": "common", "params": {"text": "."}}
    send(box, "POST", f"leads/{LEAD}/notes", [note])
    send(box, "POST", "leads", [{"_embedded": {"companies": [{"id": COMPANY}]}}])
    noun, id_ = ("companies", COMPANY) if kind == "links" else ("leads", LEAD)
    assert (box.row(noun, id_)["updated_at"] > 1_795_000_000) is is_on


def test_what_is_not_there_cannot_be_changed(box: AmoSandbox, send: Any) -> None:
    box.remove("leads", LEAD)
    for id_ in (1, LEAD):
        answer = send(box, "PATCH", f"leads/{id_}", {"price": 1})
        assert _errors(answer) == {"0": [("NotSupportedChoice", "id")]}


def test_nothing_is_deleted_by_the_api(box: AmoSandbox, send: Any) -> None:
    assert send(box, "DELETE", f"leads/{LEAD}", None).status_code == 405
    assert send(box, "POST", f"leads/{LEAD}", {"price": 1}).status_code == 405
    assert send(box, "POST", "pipelines", [{}]).status_code == 404
