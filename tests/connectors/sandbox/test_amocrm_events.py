"""The event log of the sandbox: what is written down, and how it is asked for."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from tests.fakes.worlds import SmallWorld

Walk = Callable[..., list[dict[str, Any]]]
COMPANY = 6_000_001


@pytest.fixture
def empty(open_box: Any) -> AmoSandbox:
    """One company, and nothing that has ever happened."""
    box: AmoSandbox = open_box(SmallWorld(), event_order="oldest")
    return box


def _types(box: AmoSandbox, walk: Walk) -> list[str]:
    return [event["type"] for event in walk(box, "events", "limit=100")]


def test_the_latest_two_months_of_a_world_are_remembered(
    open_box: Any, walk: Walk, world: MadeUpWorld
) -> None:
    events = walk(open_box(world), "events", "limit=100")
    assert {event["type"] for event in events} == {
        *("lead_added", "lead_status_changed", "task_added", "task_completed"),
        *("common_note_added", "incoming_call", "outgoing_call", "transaction_added"),
    }
    midnight = 1_795_392_000  # 2026-11-23
    assert all(midnight - 60 * 86_400 <= event["created_at"] < midnight for event in events)


def test_ids_are_texts_and_one_event_can_be_read(box: AmoSandbox, get: Any, walk: Walk) -> None:
    event = walk(box, "events")[0]
    assert (type(event["id"]), len(event["id"])) == (str, 26)
    assert get(box, f"events/{event['id']}").json() == event
    assert walk(box, "events", f"filter[id][]={event['id']}") == [event]
    assert get(box, "events/abc").status_code == 204


def test_no_more_than_100_fit_on_a_page(open_box: Any, get: Any, world: MadeUpWorld) -> None:
    box = open_box(world)
    sizes = [
        len(get(box, f"events?limit={limit}").json()["_embedded"]["events"]) for limit in (100, 101)
    ]
    assert sizes == [100, 50]


@pytest.mark.parametrize("order", ["oldest", "newest", "shuffled"])
def test_the_order_is_whatever_it_is(open_box: Any, walk: Walk, order: str) -> None:
    events = walk(open_box(event_order=order), "events", "limit=7&order[created_at]=asc")
    times = [event["created_at"] for event in events]
    assert len({event["id"] for event in events}) == len(events) > 20
    assert (times == sorted(times), times == sorted(times, reverse=True)) == (
        order == "oldest",
        order == "newest",
    )


def test_events_are_filtered_by_time_type_and_author(empty: AmoSandbox, walk: Walk) -> None:
    lead = empty.add("leads", {"name": "Сделка"}, by=0)
    empty.change("leads", lead, price=5, by=703)
    created_at = walk(empty, "events")[0]["created_at"]
    found = [
        [event["type"] for event in walk(empty, "events", query)]
        for query in (
            f"filter[created_at]={created_at + 60}",
            f"filter[created_at][from]={created_at}&filter[created_at][to]={created_at + 60}",
            "filter[type]=lead_added,lead_deleted",
            "filter[type][]=sale_field_changed&filter[type][]=lead_deleted",
            "filter[created_by][]=703",
        )
    ]
    both = ["lead_added", "sale_field_changed"]
    assert found == [[], both, both[:1], both[1:], both[1:]]


def test_an_object_is_asked_for_with_exactly_one_kind(
    empty: AmoSandbox, get: Any, walk: Walk
) -> None:
    lead = empty.add("leads", {"name": "Сделка"})
    empty.add("contacts", {"id": lead})
    one = walk(empty, "events", f"filter[entity][]=lead&filter[entity_id][]={lead}")
    assert [event["type"] for event in one] == ["lead_added"]
    two = "filter[entity][]=lead&filter[entity][]=contact"
    assert get(empty, f"events?{two}&filter[entity_id][]={lead}").status_code == 400
    assert get(empty, f"events?filter[entity_id][]={lead}").status_code == 400
    many = "&".join(f"filter[entity_id][]={id_}" for id_ in range(1, 12))
    assert get(empty, f"events?filter[entity][]=lead&{many}").status_code == 400


def test_all_types_are_listed(box: AmoSandbox, get: Any) -> None:
    keys = {one["key"] for one in get(box, "events/types").json()["_embedded"]["events_types"]}
    assert {"lead_restored", "entity_merged", "transaction_added", "task_deleted"} <= keys
    assert "customer_restored" not in keys


def test_a_stage_is_told_with_its_pipeline(empty: AmoSandbox, walk: Walk) -> None:
    lead = empty.add("leads", {})
    empty.change("leads", lead, status_id=142)
    event = walk(empty, "events")[-1]
    assert event["value_before"] == [{"lead_status": {"id": 4401, "pipeline_id": 3300}}]
    assert event["value_after"] == [{"lead_status": {"id": 142, "pipeline_id": 3300}}]
    assert (event["entity_type"], event["entity_id"]) == ("lead", lead)
    assert event["_embedded"]["entity"]["id"] == lead


def test_every_kind_of_change_of_a_deal_has_its_event(empty: AmoSandbox, walk: Walk) -> None:
    lead = empty.add("leads", {})
    embedded = {"tags": [{"id": 1, "name": "опт"}], "companies": [{"id": COMPANY}]}
    field = {"field_id": 9031, "field_type": "text", "values": [{"value": "Д-1"}]}
    empty.change("leads", lead, responsible_user_id=703)
    empty.change("leads", lead, price=7, name="Имя")
    empty.change("leads", lead, custom_fields_values=[field])
    empty.change("leads", lead, _embedded=embedded)
    empty.change("leads", lead, _embedded={"tags": [], "companies": []})
    empty.remove("leads", lead)
    empty.restore("leads", lead)
    assert _types(empty, walk) == [
        *("lead_added", "entity_responsible_changed", "sale_field_changed", "name_field_changed"),
        *("custom_field_value_changed", "entity_tag_added", "entity_linked"),
        *("entity_tag_deleted", "entity_unlinked", "lead_deleted", "lead_restored"),
    ]
    values = {event["type"]: event["value_after"] for event in walk(empty, "events")}
    assert values["custom_field_value_changed"] == [
        {"custom_field_value": {"field_id": 9031, "field_type": 1, "enum_id": None, "text": "Д-1"}}
    ]
    assert values["entity_linked"] == [{"link": {"entity": {"type": "company", "id": COMPANY}}}]
    assert values["lead_deleted"] == values["lead_added"] == []


def test_every_kind_of_change_of_a_task_has_its_event(empty: AmoSandbox, walk: Walk) -> None:
    task = empty.add("tasks", {"text": "а"})
    empty.change("tasks", task, text="б", complete_till=9, task_type_id=2)
    empty.change("tasks", task, is_completed=True, result={"text": "в"})
    empty.remove("tasks", task)
    assert _types(empty, walk) == [
        *("task_added", "task_text_changed", "task_deadline_changed", "task_type_changed"),
        *("task_result_added", "task_completed", "task_deleted"),
    ]


def test_notes_and_calls_are_events_of_what_they_are_about(empty: AmoSandbox, walk: Walk) -> None:
    for kind in ("common", "call_in", "call_out", "service_message", "unheard_of"):
        empty.add("companies/notes", {"entity_id": COMPANY, "note_type": kind})
    empty.remove("companies/notes", empty.ids("companies/notes")[0])
    assert _types(empty, walk) == [
        *("common_note_added", "incoming_call", "outgoing_call", "service_note_added"),
        *("common_note_added", "common_note_deleted"),
    ]
    assert {event["entity_id"] for event in walk(empty, "events")} == {COMPANY}


def test_purchases_and_elements_have_events(open_box: Any, walk: Walk) -> None:
    box = open_box(event_order="oldest")
    start, customer = len(walk(box, "events")), box.ids("customers")[0]
    purchase = box.add("customers/transactions", {"customer_id": customer, "price": 5})
    box.change("customers", customer, status_id=312)
    box.change("catalogs/1001/elements", box.ids("catalogs/1001/elements")[0], name="Другое")
    events = walk(box, "events")[start:]
    assert [(event["type"], event["entity_type"]) for event in events] == [
        ("transaction_added", "customer"),
        ("customer_status_changed", "customer"),
        ("name_field_changed", "catalog_1001"),
    ]
    assert events[0]["value_after"] == [{"transaction": {"id": purchase}}]


def test_what_is_put_or_done_in_silence_has_no_event(empty: AmoSandbox, walk: Walk) -> None:
    lead = empty.add("leads", {}, silent=True)
    empty.put("leads", empty.row("leads", lead) | {"price": 1})
    empty.change("leads", lead, price=2, silent=True)
    empty.remove("leads", lead, silent=True)
    empty.restore("leads", lead, silent=True)
    empty.purge("leads", lead)
    assert walk(empty, "events") == []


def test_what_the_api_writes_is_told_too(empty: AmoSandbox, walk: Walk, send: Any) -> None:
    task = {"text": "а", "complete_till": 9, "entity_type": "companies", "entity_id": COMPANY}
    send(empty, "POST", "tasks", [task])
    send(empty, "PATCH", f"companies/{COMPANY}", {"tags_to_add": [{"name": "опт"}]})
    assert _types(empty, walk) == ["task_added", "entity_tag_added"]
    assert {event["created_by"] for event in walk(empty, "events")} == {701}
