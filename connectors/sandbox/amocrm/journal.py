"""Changes of rows as events of amoCRM."""

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

from connectors.sandbox.amocrm.blank import ENTITIES, Shape
from connectors.sandbox.amocrm.change import Change
from connectors.sandbox.amocrm.events import Happening, row
from connectors.sandbox.amocrm.fields import TYPE_NUMBERS
from connectors.sandbox.amocrm.notes import CALLS
from connectors.sandbox.amocrm.stored import links
from connectors.sandbox.rows import Rows

_SINGULAR = {
    "leads": "lead",
    "contacts": "contact",
    "companies": "company",
    "customers": "customer",
}
_ENDS = {"add": "added", "delete": "deleted", "restore": "restored"}
_NOTE_TYPES = CALLS | {
    "sms_in": "incoming_sms",
    "sms_out": "outgoing_sms",
    "attachment": "attachment_note_added",
    "geolocation": "geo_note_added",
    "service_message": "service_note_added",
    "extended_service_message": "service_note_added",
    "message_cashier": "message_to_cashier_note_added",
}
Row = Mapping[str, Any]
Sides = tuple[list[Any], list[Any]]


class Journal:
    """Writes the event log."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._numbers = count(rows.last_id("events") + 1)

    def note(self, change: Change) -> None:
        """Write down what this change is to amoCRM; for some changes it has no event."""
        for happened in happenings(change):
            self._rows.put(row(next(self._numbers), happened, change.by, change.at))


def happenings(change: Change) -> Iterator[Happening]:
    """The events of one change."""
    first, _, last = change.noun.partition("/")
    if change.noun in ENTITIES:
        yield from _of_entity(change)
    elif change.noun == "tasks":
        yield from _of_task(change)
    elif last == "notes":
        yield from _of_note(change, _SINGULAR[first])
    elif last == "transactions" and change.action == "add" and change.after:
        value = [{"transaction": {"id": change.id}}]
        yield Happening("transaction_added", "customer", change.after["customer_id"], [], value)
    elif last.endswith("/elements") and change.action == "update":
        catalog = f"catalog_{last.partition('/')[0]}"
        for type_, (before, after) in _differences(change):
            yield Happening(type_, catalog, change.id, before, after)


def _of_entity(change: Change) -> Iterator[Happening]:
    noun = _SINGULAR[change.noun]
    if change.action == "merge":
        yield Happening("entity_merged", noun, change.id, [], [])
    elif change.action == "update":
        for type_, (before, after) in _differences(change):
            yield Happening(type_, noun, change.id, before, after)
    else:
        yield Happening(f"{noun}_{_ENDS[change.action]}", noun, change.id, [], [])
        if change.action == "add":
            for value in _links(change.noun, change.after or {}):
                yield Happening("entity_linked", noun, change.id, [], [{"link": value}])


def _differences(change: Change) -> Iterator[tuple[str, Sides]]:
    """What has become different, each with the value before and after."""
    before, after = change.before or {}, change.after or {}
    for key, type_, say in _PLAIN:
        if key in after and before.get(key) != after[key]:
            yield type_, ([say(before)], [say(after)])
    if before.get("status_id") != after.get("status_id"):
        if change.noun == "leads":
            yield "lead_status_changed", ([_stage(before)], [_stage(after)])
        else:
            yield "customer_status_changed", ([_status(before)], [_status(after)])
    yield from _fields(before, after)
    old, new = _tags(before), _tags(after)
    if new - old:
        yield "entity_tag_added", ([], [{"tag": {"name": name}} for name in sorted(new - old)])
    if old - new:
        yield "entity_tag_deleted", ([{"tag": {"name": name}} for name in sorted(old - new)], [])
    was, now = _links(change.noun, before), _links(change.noun, after)
    yield from (("entity_linked", ([], [{"link": one}])) for one in now if one not in was)
    yield from (("entity_unlinked", ([], [{"unlink": one}])) for one in was if one not in now)


def _fields(before: Row, after: Row) -> Iterator[tuple[str, Sides]]:
    old, new = _by_id(before), _by_id(after)
    for id_ in sorted(old.keys() | new.keys()):
        was, now = old.get(id_), new.get(id_)
        if was != now:
            yield "custom_field_value_changed", (_field_values(was), _field_values(now))


def _by_id(shape: Row) -> dict[int, Shape]:
    listed = shape.get("custom_fields_values")
    fields = listed if isinstance(listed, list) else []
    return {field["field_id"]: field for field in fields if "field_id" in field}


def _field_values(field: Shape | None) -> list[Any]:
    if field is None:
        return []
    return [
        {
            "custom_field_value": {
                "field_id": field["field_id"],
                "field_type": TYPE_NUMBERS.get(field.get("field_type", ""), 1),
                "enum_id": value.get("enum_id"),
                "text": str(value.get("value", "")),
            }
        }
        for value in field.get("values") or ()
    ]


def _of_task(change: Change) -> Iterator[Happening]:
    before, after = change.before or {}, change.after or {}
    if change.action in _ENDS:
        value = [{"task": {"text": (after or before)["text"]}}]
        sides = (value, []) if change.action == "delete" else ([], value)
        yield Happening(f"task_{_ENDS[change.action]}", "task", change.id, *sides)
        return
    for key, type_, say in _TASK:
        if before.get(key) != after.get(key):
            yield Happening(type_, "task", change.id, [say(before)], [say(after)])
    if after.get("is_completed") and not before.get("is_completed"):
        value = [{"task": {"text": after["text"]}}]
        yield Happening("task_completed", "task", change.id, [], value)


def _of_note(change: Change, entity: str) -> Iterator[Happening]:
    shape = change.after or change.before or {}
    value = [{"note": {"id": change.id}}]
    if change.action == "add":
        type_ = _NOTE_TYPES.get(shape["note_type"], "common_note_added")
        yield Happening(type_, entity, shape["entity_id"], [], value)
    elif change.action == "delete":
        yield Happening("common_note_deleted", entity, shape["entity_id"], value, [])


def _links(noun: str, shape: Row) -> list[Shape]:
    return [{"entity": {"type": _SINGULAR[to], "id": id_}} for to, id_ in links(noun, shape)]


def _tags(shape: Row) -> set[str]:
    embedded = shape.get("_embedded")
    found = embedded.get("tags") if isinstance(embedded, dict) else None
    return {tag["name"] for tag in found or ()}


def _stage(lead: Row) -> Shape:
    return {"lead_status": {"id": lead.get("status_id"), "pipeline_id": lead.get("pipeline_id")}}


def _status(customer: Row) -> Shape:
    return {"customer_status": {"id": customer.get("status_id")}}


Say = Callable[[Row], Any]
_PLAIN: tuple[tuple[str, str, Say], ...] = (
    (
        "responsible_user_id",
        "entity_responsible_changed",
        lambda shape: {"responsible_user": {"id": shape.get("responsible_user_id")}},
    ),
    (
        "price",
        "sale_field_changed",
        lambda shape: {"sale_field_value": {"sale": shape.get("price")}},
    ),
    ("name", "name_field_changed", lambda shape: {"name_field_value": {"name": shape.get("name")}}),
)
_TASK: tuple[tuple[str, str, Say], ...] = (
    ("text", "task_text_changed", lambda task: {"task": {"text": task.get("text")}}),
    (
        "complete_till",
        "task_deadline_changed",
        lambda task: {"task_deadline": {"timestamp": task.get("complete_till")}},
    ),
    (
        "task_type_id",
        "task_type_changed",
        lambda task: {"task_type": {"id": task.get("task_type_id")}},
    ),
    ("result", "task_result_added", lambda task: {"task": {"text": task.get("text")}}),
)
