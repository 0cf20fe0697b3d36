"""Events of amoCRM: one row of the log, and the list of all types."""

from typing import Any, NamedTuple

from connectors.sandbox.amocrm.account import ACCOUNT, HOST
from connectors.sandbox.amocrm.stored import stored
from connectors.sandbox.rows import Row

_MARK = "01k"
_ENTITIES = {"lead": "leads", "contact": "contacts", "company": "companies"}
_OWN = ("added", "deleted", "restored", "linked", "unlinked")
TYPES = (
    *(f"{noun}_{end}" for noun in ("lead", "contact", "company") for end in _OWN),
    *(f"customer_{end}" for end in ("added", "deleted", "status_changed", "linked", "unlinked")),
    "lead_status_changed",
    *(f"task_{end}" for end in ("added", "deleted", "completed", "type_changed", "text_changed")),
    *("task_deadline_changed", "task_result_added"),
    *("incoming_call", "outgoing_call", "incoming_chat_message", "outgoing_chat_message"),
    *("incoming_sms", "outgoing_sms", "entity_tag_added", "entity_tag_deleted"),
    *("entity_linked", "entity_unlinked", "sale_field_changed", "name_field_changed"),
    *("ltv_field_changed", "custom_field_value_changed", "entity_responsible_changed"),
    *("transaction_added", "common_note_added", "common_note_deleted", "service_note_added"),
    *("attachment_note_added", "geo_note_added", "message_to_cashier_note_added"),
    "entity_merged",
)


class Happening(NamedTuple):
    """What an event says, apart from who and when."""

    type: str
    entity: str
    entity_id: int
    before: list[Any]
    after: list[Any]


def event_id(number: int) -> str:
    """The id as amoCRM shows it: a text."""
    return f"{_MARK}{number:023}"


def event_number(id_: str) -> int | None:
    """The number behind an id; None when it is none of ours."""
    digits = id_.removeprefix(_MARK)
    return int(digits) if len(id_) == 26 and digits.isdecimal() and len(digits) == 23 else None


def row(number: int, happened: Happening, by: int, at: int) -> Row:
    """One line of the log."""
    id_, noun = event_id(number), _ENTITIES.get(happened.entity, f"{happened.entity}s")
    if happened.entity.startswith("catalog_"):
        noun = f"catalogs/{happened.entity.removeprefix('catalog_')}/elements"
    entity = {
        "id": happened.entity_id,
        "_links": {"self": {"href": f"{HOST}/api/v4/{noun}/{happened.entity_id}"}},
    }
    body = {
        "id": id_,
        "type": happened.type,
        "entity_id": happened.entity_id,
        "entity_type": happened.entity,
        "created_by": by,
        "created_at": at,
        "value_after": happened.after,
        "value_before": happened.before,
        "account_id": ACCOUNT,
        "_links": {"self": {"href": f"{HOST}/api/v4/events/{id_}"}},
        "_embedded": {"entity": entity},
    }
    return stored("events", body, id_=number)


def types() -> list[dict[str, Any]]:
    """What `/events/types` lists."""
    return [{"key": key, "type": 0, "lang": key.replace("_", " ")} for key in TYPES]
