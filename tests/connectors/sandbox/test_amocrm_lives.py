"""Rows that go: to the bin and back, into another row, or not there yet."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from connectors.registry import card
from connectors.sandbox.amocrm import AmoSandbox
from tests.fakes.clock import Clock

Walk = Callable[..., list[dict[str, Any]]]
START = 1_800_000_000


@pytest.mark.parametrize("noun", ["leads", "contacts", "companies", "customers", "tasks"])
def test_what_is_removed_is_in_no_list(open_box: Any, get: Any, walk: Walk, noun: str) -> None:
    box = open_box()
    id_ = box.add(noun, {"name": "x"})
    before = box.count(noun)
    box.remove(noun, id_)
    assert id_ not in {row["id"] for row in walk(box, noun)}
    assert get(box, f"{noun}/{id_}").status_code == 204
    assert box.count(noun) == before - 1


def test_leads_in_the_bin_are_listed_nearly_empty(box: AmoSandbox, walk: Walk) -> None:
    first, second = box.ids("leads")[:2]
    box.remove("leads", first)
    listed = walk(box, "leads", "with=only_deleted")
    filled = {key for key, value in listed[0].items() if value not in (None, {}, [])}
    assert [lead["id"] for lead in listed] == [first]
    assert filled == {"id", "updated_at", "updated_by", "is_deleted", "account_id", "_links"}
    assert listed[0]["is_deleted"] is True
    live = walk(box, "leads", "filter[only_deleted]=1")
    assert second in {lead["id"] for lead in live}
    assert first not in {lead["id"] for lead in live}


@pytest.mark.parametrize("noun", ["leads", "contacts", "companies"])
def test_what_is_restored_is_as_it_was(box: AmoSandbox, get: Any, noun: str) -> None:
    id_ = box.ids(noun)[0]
    before = get(box, f"{noun}/{id_}").json()
    box.remove(noun, id_)
    box.restore(noun, id_)
    after = get(box, f"{noun}/{id_}").json()
    assert after == before | {key: after[key] for key in ("updated_at", "updated_by")}
    assert after["updated_at"] > before["updated_at"]


def test_what_is_purged_cannot_be_restored(box: AmoSandbox, walk: Walk) -> None:
    id_ = box.ids("leads")[0]
    box.remove("leads", id_)
    box.purge("leads", id_)
    assert walk(box, "leads", "with=only_deleted") == []
    with pytest.raises(KeyError):
        box.restore("leads", id_)


def test_an_id_is_never_given_twice(box: AmoSandbox) -> None:
    first = box.add("tasks", {})
    box.purge("tasks", first)
    assert box.add("tasks", {}) == first + 1


@pytest.mark.parametrize("delete_event", [False, True])
def test_a_merged_contact_gives_all_it_has_to_the_survivor(
    open_box: Any, get: Any, walk: Walk, delete_event: bool
) -> None:
    box = open_box(event_order="oldest")
    loser, survivor = (
        box.add("contacts", {"custom_fields_values": [_phone(number)]}) for number in "12"
    )
    lead = box.add("leads", {"_embedded": {"contacts": [{"id": loser, "is_main": True}]}})
    task = box.add("tasks", {"entity_type": "contacts", "entity_id": loser, "updated_at": 5})
    note = box.add("contacts/notes", {"entity_id": loser, "updated_at": 6})
    seen = len(walk(box, "events"))
    box.change("leads", lead, updated_at=7, silent=True)
    box.merge("contacts", loser, survivor, delete_event=delete_event)
    assert get(box, f"contacts/{loser}").status_code == 204
    merged = box.row("leads", lead)
    assert [one["id"] for one in merged["_embedded"]["contacts"]] == [survivor]
    assert [box.row("tasks", task)[key] for key in ("entity_id", "updated_at")] == [survivor, 5]
    assert [box.row("contacts/notes", note)[key] for key in ("entity_id", "updated_at")] == [
        survivor,
        6,
    ]
    assert merged["updated_at"] == 7
    phones = box.row("contacts", survivor)["custom_fields_values"][0]["values"]
    assert [phone["value"] for phone in phones] == ["2", "1"]
    events = walk(box, "events")[seen:]
    found = [(event["type"], event["entity_id"]) for event in events]
    gone = [("contact_deleted", loser)] if delete_event else []
    assert found == [*gone, ("entity_merged", survivor)]
    assert (events[-1]["value_before"], events[-1]["value_after"]) == ([], [])


def _phone(number: str) -> dict[str, Any]:
    return {"field_id": 9002, "field_code": "PHONE", "values": [{"value": number}]}


def test_a_merged_company_gives_its_people_to_the_survivor(box: AmoSandbox, get: Any) -> None:
    loser, survivor = box.ids("companies")[:2]

    def named(id_: int, noun: str) -> int:
        row = get(box, f"companies/{id_}?with=contacts,leads").json()
        return len(row["_embedded"][noun])

    before = {noun: named(loser, noun) + named(survivor, noun) for noun in ("contacts", "leads")}
    box.merge("companies", loser, survivor)
    assert {noun: named(survivor, noun) for noun in before} == before
    assert min(before.values()) > 1


def test_a_survivor_takes_the_company_that_it_lacks(box: AmoSandbox) -> None:
    company = box.ids("companies")[0]
    loser = box.add("contacts", {"_embedded": {"companies": [{"id": company}]}})
    survivor = box.add("contacts", {})
    box.merge("contacts", loser, survivor)
    assert box.row("contacts", survivor)["_embedded"]["companies"] == [{"id": company}]


def test_merged_leads_keep_the_tasks_of_both(box: AmoSandbox) -> None:
    loser, survivor = box.ids("leads")[:2]
    task = box.add("tasks", {"entity_type": "leads", "entity_id": loser})
    box.merge("leads", loser, survivor)
    assert box.row("tasks", task)["entity_id"] == survivor
    assert loser not in box.ids("leads")


@pytest.mark.parametrize("in_leads", [False, True])
def test_unsorted_leads_and_their_people_wait_to_be_accepted(
    open_box: Any, get: Any, walk: Walk, in_leads: bool
) -> None:
    box = open_box(unsorted_in_leads=in_leads)
    contact = box.add("contacts", {"is_unsorted": True})
    named = {"contacts": [{"id": contact}]}
    lead = box.add("leads", {"pipeline_id": 3300, "status_id": 4400, "_embedded": named})
    assert (lead in {row["id"] for row in walk(box, "leads")}) is in_leads
    assert contact not in {row["id"] for row in walk(box, "contacts")}
    assert get(box, f"contacts/{contact}").status_code == 204
    box.accept(lead)
    assert box.row("leads", lead)["status_id"] == 4401
    assert lead in {row["id"] for row in walk(box, "leads")}
    assert contact in {row["id"] for row in walk(box, "contacts")}


def test_a_late_row_is_shown_only_after_a_while(open_box: Any, get: Any, walk: Walk) -> None:
    clock = Clock(START)
    box = open_box(clock=clock)
    id_ = box.ids("leads")[0]
    box.change("leads", id_, price=5)
    box.late("leads", id_, 300)
    for moved, is_there in ((299, False), (1, True)):
        clock.now += moved
        assert (id_ in {lead["id"] for lead in walk(box, "leads", "limit=7")}) is is_there
        assert (get(box, f"leads/{id_}").status_code == 200) is is_there


def test_the_sandbox_lives_by_the_clock_it_is_given(open_box: Any, get: Any) -> None:
    box = open_box(clock=Clock(START))
    id_ = box.add("leads", {})
    assert box.row("leads", id_)["created_at"] == START
    assert get(box, "leads").headers["date"] == "Fri, 15 Jan 2027 08:00:00 GMT"


def test_a_record_has_a_card_at_the_address_that_the_registry_gives(box: AmoSandbox) -> None:
    id_ = box.add("companies", {"name": "ООО <b>Вега</b>"})
    address = card("amocrm", box.url, "company", str(id_))
    assert address == f"{box.url}/companies/detail/{id_}"
    shown = httpx.get(address)
    assert (shown.status_code, "ООО &lt;b&gt;Вега" in shown.text) == (200, True)
    assert httpx.get(f"{box.url}/companies/detail/1{id_}").status_code == 404
    assert card("amocrm", box.url, "task", "1") is None
    assert card("unknown", box.url, "company", "1") is None
