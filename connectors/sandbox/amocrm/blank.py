"""What each kind of row looks like before anything particular is known of it."""

from collections.abc import Callable
from typing import Any

from connectors.sandbox.amocrm.account import ACCOUNT, link

Shape = dict[str, Any]
ENTITIES = ("leads", "contacts", "companies", "customers")
"""Nouns with tags, notes and custom fields."""


def kind(noun: str) -> str:
    """The last word of a path: how the list is called in `_embedded`."""
    return noun.rpartition("/")[2]


def blank(noun: str, id_: int, owner: int, at: int) -> Shape:
    """A row of that noun, made by `owner` at that time."""
    made = {
        "id": id_,
        "created_by": owner,
        "updated_by": owner,
        "created_at": at,
        "updated_at": at,
        "account_id": ACCOUNT,
        "_links": link(noun, id_),
    }
    more = _MORE.get(kind(noun))
    return made | (more(owner) if more else {})


def _entity(owner: int, **embedded: list[Any]) -> Shape:
    return {
        "name": "",
        "responsible_user_id": owner,
        "group_id": 0,
        "closest_task_at": None,
        "is_deleted": False,
        "custom_fields_values": None,
        "_embedded": {"tags": [], **embedded},
    }


def _lead(owner: int) -> Shape:
    return _entity(owner, companies=[], contacts=[], catalog_elements=[]) | {
        "price": 0,
        "status_id": 0,
        "pipeline_id": 0,
        "loss_reason_id": None,
        "closed_at": None,
        "score": None,
        "labor_cost": None,
    }


def _contact(owner: int) -> Shape:
    names = {"first_name": "", "last_name": "", "is_unsorted": False}
    return _entity(owner, companies=[]) | names


def _company(owner: int) -> Shape:
    return _entity(owner)


def _customer(owner: int) -> Shape:
    return _entity(owner, segments=[], contacts=[], companies=[]) | {
        "next_price": 0,
        "next_date": 0,
        "status_id": 0,
        "periodicity": 0,
        "ltv": 0,
        "purchases_count": 0,
        "average_check": 0,
    }


def _task(owner: int) -> Shape:
    return {
        "responsible_user_id": owner,
        "group_id": 0,
        "entity_id": None,
        "entity_type": None,
        "duration": 0,
        "is_completed": False,
        "task_type_id": 1,
        "text": "",
        "result": [],  # PHP writes an empty object as a list
        "complete_till": 0,
    }


def _note(owner: int) -> Shape:
    return {
        "entity_id": 0,
        "responsible_user_id": owner,
        "group_id": 0,
        "note_type": "common",
        "params": [],
    }


def _transaction(_: int) -> Shape:
    return {
        "price": 0,
        "comment": "",
        "completed_at": 0,
        "customer_id": 0,
        "is_deleted": False,
        "_embedded": {"catalog_elements": []},
    }


def _element(_: int) -> Shape:
    return {"name": "", "catalog_id": 0, "is_deleted": None, "custom_fields_values": None}


_MORE: dict[str, Callable[[int], Shape]] = {
    "leads": _lead,
    "contacts": _contact,
    "companies": _company,
    "customers": _customer,
    "tasks": _task,
    "notes": _note,
    "transactions": _transaction,
    "elements": _element,
}
