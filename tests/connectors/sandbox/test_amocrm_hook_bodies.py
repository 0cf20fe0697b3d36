"""The bodies of webhooks are as amoCRM writes them: old shapes, brackets, every value a text."""

from typing import Any
from urllib.parse import parse_qsl

import orjson
import pytest

from connectors.sandbox.amocrm.change import Change
from connectors.sandbox.amocrm.hooks.fields import custom_fields
from connectors.sandbox.amocrm.hooks.form import encode
from connectors.sandbox.amocrm.hooks.told import Hook, Style, body, hooks_of

LEAD = {
    "id": 5_001_001,
    "name": "Поставка & монтаж",
    "status_id": 4410,
    "pipeline_id": 3300,
    "price": 125_000,
    "responsible_user_id": 701,
    "created_by": 701,
    "updated_by": 702,
    "created_at": 1_758_000_000,
    "updated_at": 1_759_500_000,
    "custom_fields_values": None,
    "_embedded": {"tags": [{"id": 90, "name": "опт", "color": None}], "companies": []},
}
CONTACT = LEAD | {
    "id": 7_001,
    "name": "Анна",
    "_embedded": {"tags": [], "companies": [{"id": 6_001}]},
}
TASK = {
    "id": 8_001,
    "text": "Позвонить",
    "entity_id": 5_001_001,
    "entity_type": "leads",
    "task_type_id": 1,
    "is_completed": False,
    "complete_till": 1_759_849_140,
    "created_by": 701,
    "responsible_user_id": 701,
    "created_at": 1_758_000_000,
    "updated_at": 1_759_500_000,
    "result": [],
}
NOTE = {
    "id": 91,
    "entity_id": 5_001_001,
    "note_type": "common",
    "params": {"text": "Ждут счёт"},
    "created_by": 701,
    "updated_by": 701,
    "responsible_user_id": 701,
    "group_id": 0,
    "created_at": 1_759_500_000,
    "updated_at": 1_759_500_000,
}


class SmallAccount:
    """Of a company and a lead of Anna's."""

    def find(self, noun: str, id_: int) -> dict[str, Any] | None:
        return {("companies", 6_001): {"name": "ООО Пример"}}.get((noun, id_))

    def leads_of(self, noun: str, id_: int) -> list[int]:
        return {("contacts", 7_001): [5_001_001]}.get((noun, id_), [])


def told(
    noun: str, before: dict[str, Any] | None, after: dict[str, Any] | None, **style: bool
) -> list[Hook]:
    """The hooks of one change."""
    action = "add" if before is None else "delete" if after is None else "update"
    row = after or before or {}
    change = Change(noun, row["id"], action, before, after, 701, 1_759_500_000)
    return hooks_of(change, SmallAccount(), Style(**style))


def parsed(hooks: list[Hook]) -> dict[str, Any]:
    """A body as PHP would read it: nested, every key and value a text."""
    tree: dict[str, Any] = {}
    for key, value in parse_qsl(body(hooks).decode(), keep_blank_values=True, strict_parsing=True):
        first, *rest = key.replace("]", "").split("[")
        place = tree
        for name, after in zip([first, *rest], rest, strict=False):
            place = place.setdefault(name, {})
            assert isinstance(place, dict), after
        place[rest[-1]] = value
    return tree


def test_a_new_lead_is_told_in_the_old_shape_with_texts_only() -> None:
    [hook] = told("leads", None, LEAD)
    tree = parsed([hook])
    assert hook.settings == {"add_lead"}
    assert tree["leads"]["add"]["0"] == {
        "id": "5001001",
        "name": "Поставка & монтаж",
        "status_id": "4410",
        "pipeline_id": "3300",
        "price": "125000",
        "responsible_user_id": "701",
        "last_modified": "1759500000",
        "modified_user_id": "702",
        "created_user_id": "701",
        "date_create": "1758000000",
        "account_id": "30000001",
        "created_at": "1758000000",
        "updated_at": "1759500000",
        "tags": {"0": {"id": "90", "name": "опт"}},
    }
    assert tree["account"] == {
        "subdomain": "demo",
        "id": "30000001",
        "_links": {"self": "https://demo.amocrm.ru"},
    }


def test_a_new_stage_is_told_as_status_and_as_update() -> None:
    hooks = told("leads", LEAD, LEAD | {"status_id": 142})
    tree = parsed(hooks)["leads"]
    assert [hook.action for hook in hooks] == ["status", "update"]
    assert tree["status"]["0"]["old_status_id"] == tree["update"]["0"]["old_status_id"] == "4410"
    assert tree["status"]["0"]["status_id"] == "142"


def test_a_new_stage_may_be_told_as_update_alone() -> None:
    hooks = told("leads", LEAD, LEAD | {"status_id": 142}, status_too=False)
    assert [hook.action for hook in hooks] == ["update"]


def test_a_new_owner_of_a_lead_has_a_hook_of_its_own() -> None:
    first, _ = told("leads", LEAD, LEAD | {"responsible_user_id": 705})
    assert (first.action, first.settings) == ("responsible", {"responsible_lead"})
    assert first.item["old_responsible_user_id"] == 701


def test_a_deleted_lead_leaves_id_and_stage_only() -> None:
    tree = parsed(told("leads", LEAD, None))
    assert tree["leads"]["delete"]["0"] == {
        "id": "5001001",
        "status_id": "4410",
        "pipeline_id": "3300",
    }


def test_a_restored_lead_is_told_like_a_new_one() -> None:
    change = Change("leads", 5_001_001, "restore", None, LEAD, 701, 1_759_500_000)
    [hook] = hooks_of(change, SmallAccount(), Style())
    assert (hook.settings, hook.action) == ({"restore_lead"}, "restore")
    assert hook.item["name"] == "Поставка & монтаж"


def test_contacts_and_companies_both_stand_under_contacts() -> None:
    person, firm = told("contacts", None, CONTACT), told("companies", None, CONTACT)
    tree = parsed([*person, *firm])["contacts"]["add"]
    assert (tree["0"]["type"], tree["1"]["type"]) == ("contact", "company")
    assert (tree["0"]["linked_company_id"], tree["0"]["company_name"]) == ("6001", "ООО Пример")
    assert tree["0"]["linked_leads_id"] == {"5001001": {"ID": "5001001"}}
    assert "linked_company_id" not in tree["1"]
    assert (person[0].settings, firm[0].settings) == ({"add_contact"}, {"add_company"})


def test_a_new_owner_of_a_contact_comes_as_an_update() -> None:
    [hook] = told("contacts", CONTACT, CONTACT | {"responsible_user_id": 705})
    assert hook.action == "update"
    assert hook.settings == {"update_contact", "responsible_contact"}
    assert hook.item["old_responsible_user_id"] == 701


def test_a_deleted_company_leaves_id_and_type() -> None:
    assert parsed(told("companies", CONTACT, None))["contacts"]["delete"]["0"] == {
        "id": "7001",
        "type": "company",
    }


def test_a_task_has_its_deadline_as_text_in_utc_and_as_a_number() -> None:
    task = parsed(told("tasks", None, TASK))["task"]["add"]["0"]
    assert task["complete_till"] == "2025-10-07 14:59:00"
    assert task["complete_before"] == "1759849140"
    assert (task["element_type"], task["element_id"], task["status"]) == ("2", "5001001", "0")
    assert (task["date_create"], task["created_at"]) == ("2025-09-16 05:20:00", "1758000000")


def test_a_task_may_stand_one_level_deeper() -> None:
    assert parsed(told("tasks", None, TASK, nested_tasks=True))["task"]["add"]["0"]["0"]["id"]


def test_closing_a_task_is_told_once_or_twice() -> None:
    closed = TASK | {"is_completed": True, "result": {"text": "Готово"}}
    [once] = told("tasks", TASK, closed)
    first, second = told("tasks", TASK, closed, close_twice=True)
    assert (once.item["action_close"], once.item["result"]["text"]) == (1, "Готово")
    assert once.item["old_text"] == "Позвонить"
    assert "result" not in first.item
    assert "action_close" not in second.item


def test_a_new_owner_of_a_task_comes_as_an_update_with_the_old_one() -> None:
    [hook] = told("tasks", TASK, TASK | {"responsible_user_id": 705})
    assert (hook.root, hook.action) == ("task", "update")
    assert (hook.item["old_responsible_user_id"], hook.item["main_user"]) == (701, 705)


def test_a_deleted_task_is_an_id() -> None:
    assert parsed(told("tasks", TASK, None))["task"]["delete"]["0"] == {"id": "8001"}


def test_a_note_has_a_number_for_its_type_and_the_time_of_the_account() -> None:
    [hook] = told("leads/notes", None, NOTE)
    note = parsed([hook])["leads"]["note"]["0"]["note"]
    assert hook.settings == {"note_lead"}
    assert (note["note_type"], note["element_type"], note["text"]) == ("4", "2", "Ждут счёт")
    assert (note["date_create"], note["created_at"]) == ("2025-10-03 17:00:00", "1759500000")
    assert orjson.loads(note["metadata"]).keys() == {"event_source"}
    assert (note["attachement"], note["catalog_id"]) == ("", "")


def test_a_note_on_a_company_says_so_beside_it() -> None:
    tree = parsed(told("companies/notes", None, NOTE))
    assert tree["contacts"]["note"]["0"]["type"] == "company"


def test_the_text_of_a_call_is_json() -> None:
    params = {"uniq": "u1", "duration": 65, "source": "pbx", "link": "", "phone": "+79120000000"}
    [hook] = told("leads/notes", None, NOTE | {"note_type": "call_in", "params": params})
    note = parsed([hook])["leads"]["note"]["0"]["note"]
    assert note["note_type"] == "10"
    assert orjson.loads(note["text"])["DURATION"] == 65


def test_a_note_with_a_file_is_told_twice() -> None:
    file = NOTE | {"note_type": "attachment", "params": {"file_name": "a.pdf"}}
    assert len(told("leads/notes", None, file)) == 2
    assert told("leads/notes", NOTE, NOTE) == []


def test_customers_and_catalog_elements_have_roots_of_their_own() -> None:
    buyer = LEAD | {"id": 41, "next_price": 9_000, "next_date": 1_760_000_000}
    part = {"id": 51, "catalog_id": 1001, "name": "Кабель", "is_deleted": None}
    added = parsed([*told("customers", None, buyer), *told("catalogs/1001/elements", None, part)])
    gone = parsed([*told("customers", buyer, None), *told("catalogs/1001/elements", part, None)])
    assert added["customers"]["add"]["0"]["next_price"] == "9000"
    assert added["catalogs"]["add"]["0"]["type"] == "catalog"
    assert gone["customers"]["delete"]["0"] == {"id": "41"}
    assert gone["catalogs"]["delete"]["0"] == {"id": "51", "catalog_id": "1001", "type": "catalog"}


def test_nothing_is_told_of_users_and_pipelines() -> None:
    assert told("users", None, {"id": 701}) == told("leads/pipelines", None, {"id": 3300}) == []


@pytest.mark.parametrize(
    ("kind", "values", "written"),
    [
        ("text", [{"value": "a=b"}], {"0": {"value": "a=b"}}),
        ("multitext", [{"value": "+7", "enum_id": 480}], {"0": {"value": "+7", "enum": "480"}}),
        ("date", [{"value": 1_757_970_000}], {"0": "1757970000"}),
        ("radiobutton", [{"value": "Да", "enum_id": 17}], {"value": "Да", "enum": "17"}),
        ("checkbox", [{"value": True}], {"0": {"value": "1"}}),
        ("birthday", [{"value": 316_472_400}], {"0": {"value": "12.01.1980"}}),
        (
            "legal_entity",
            [{"value": {"name": "ООО", "vat_id": "7700000000"}}],
            {"0": {"value": {"name": "ООО", "vat_id": "7700000000"}}},
        ),
        ("chained_list", [{"catalog_id": 1001}], {"0": {"catalog_id": "1001"}}),
    ],
)
def test_each_type_of_field_has_its_encoding(kind: str, values: Any, written: Any) -> None:
    field = {"field_id": 9001, "field_name": "Поле", "field_type": kind, "values": values}
    row = LEAD | {"custom_fields_values": [field | {"field_code": None}]}
    [read] = parsed(told("leads", None, row))["leads"]["add"]["0"]["custom_fields"].values()
    assert read == {"id": "9001", "name": "Поле", "values": written}


def test_a_field_may_come_without_the_key_value() -> None:
    field = {"field_id": 1, "field_name": "ИНН", "field_type": "text", "field_code": "INN"}
    row = {"custom_fields_values": [field | {"values": [{"value": "7700"}]}]}
    assert custom_fields(row, bare=True)[0]["values"] == ["7700"]
    assert custom_fields(row)[0]["code"] == "INN"


def test_several_hooks_fit_into_one_body() -> None:
    hooks = [*told("leads", LEAD, LEAD), *told("leads", LEAD, LEAD), *told("tasks", None, TASK)]
    tree = parsed(hooks)
    assert list(tree["leads"]["update"]) == ["0", "1"]
    assert list(tree) == ["leads", "task", "account"]


def test_what_is_empty_has_no_key_and_null_is_an_empty_text() -> None:
    tree = {"a": {"list": [], "map": {}, "none": None, "no": False, "text": "ё [1]"}}
    assert encode(tree) == b"a[none]=&a[no]=0&a[text]=%D1%91+%5B1%5D"
