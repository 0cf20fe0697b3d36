"""Companies, people, deals and tasks of a world as rows of amoCRM v4."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from connectors.sandbox.amocrm.account import ACCOUNT, link
from connectors.sandbox.amocrm.fields import company_values, contact_values
from connectors.sandbox.amocrm.setup import pipeline, user
from connectors.sandbox.entities import Company, Contact, Deal, Task, World
from connectors.sandbox.rows import Row

Shape = dict[str, Any]
_DAY = 86_400


def rows(world: World) -> Iterator[Row]:
    """Everything in a world, one row after the other."""
    for person in world.users:
        yield stored("users", user(person))
    for place, line in enumerate(world.pipelines):
        yield stored("leads/pipelines", pipeline(line, place))
    yield from (stored("companies", _company(company)) for company in world.companies())
    yield from (stored("contacts", _contact(contact)) for contact in world.contacts())
    deadlines: dict[int, int] = {}
    for task in world.tasks():
        if task.done_at is None:
            due = _unix(task.due_at)
            deadlines[task.deal] = min(deadlines.get(task.deal, due), due)
        yield stored("tasks", _task(task))
    yield from (stored("leads", _lead(deal, deadlines)) for deal in world.deals())


def stored(noun: str, shape: Mapping[str, Any]) -> Row:
    """A row to keep. In leads `_embedded` ends the row and contacts end it, see `narrowed`."""
    embedded = shape.get("_embedded")
    if noun == "leads" and isinstance(embedded, dict):
        last = {"contacts": embedded["contacts"]} if "contacts" in embedded else {}
        embedded = {key: value for key, value in embedded.items() if key != "contacts"} | last
        shape = {key: value for key, value in shape.items() if key != "_embedded"}
        shape["_embedded"] = embedded
    return Row(
        noun=noun,
        id=shape["id"],
        created_at=_number(shape, "created_at"),
        updated_at=_number(shape, "updated_at"),
        due_at=_number(shape, "complete_till"),
        body=orjson.dumps(shape),
    )


def narrowed(body: bytes) -> bytes:
    """A lead without its contacts. Inside JSON texts a quote is never bare, so the cut is exact."""
    start, mark, _ = body.rpartition(b'"contacts":[')
    return start.rstrip(b",") + b"}}" if mark else body


def _number(shape: Mapping[str, Any], key: str) -> int:
    value = shape.get(key)
    return value if isinstance(value, int) else 0


def _unix(at: datetime) -> int:
    return int(at.timestamp())


def _company(company: Company) -> Shape:
    return {
        "id": company.number,
        "name": company.name,
        "responsible_user_id": company.owner,
        "group_id": 0,
        "created_by": company.owner,
        "updated_by": company.owner,
        "created_at": _unix(company.created_at),
        "updated_at": _unix(company.updated_at),
        "closest_task_at": None,
        "is_deleted": False,
        "custom_fields_values": company_values(company),
        "account_id": ACCOUNT,
        "_links": link("companies", company.number),
        "_embedded": {"tags": _tags(company.tags)},
    }


def _contact(contact: Contact) -> Shape:
    return {
        "id": contact.number,
        "name": contact.name,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "responsible_user_id": contact.owner,
        "group_id": 0,
        "created_by": contact.owner,
        "updated_by": contact.owner,
        "created_at": _unix(contact.created_at),
        "updated_at": _unix(contact.updated_at),
        "closest_task_at": None,
        "is_deleted": False,
        "is_unsorted": False,
        "custom_fields_values": contact_values(contact),
        "account_id": ACCOUNT,
        "_links": link("contacts", contact.number),
        "_embedded": {
            "tags": [],
            "companies": [{"id": contact.company, "_links": link("companies", contact.company)}],
        },
    }


def _lead(deal: Deal, deadlines: Mapping[int, int]) -> Shape:
    companies = [] if deal.company is None else [deal.company]
    return {
        "id": deal.number,
        "name": deal.name,
        "price": deal.price,
        "responsible_user_id": deal.owner,
        "group_id": 0,
        "status_id": deal.stage,
        "pipeline_id": deal.pipeline,
        "loss_reason_id": None,
        "created_by": deal.owner,
        "updated_by": deal.owner,
        "created_at": _unix(deal.created_at),
        "updated_at": _unix(deal.updated_at),
        "closed_at": None if deal.closed_at is None else _unix(deal.closed_at),
        "closest_task_at": deadlines.get(deal.number),
        "is_deleted": False,
        "custom_fields_values": None,
        "score": None,
        "account_id": ACCOUNT,
        "labor_cost": None,
        "_links": link("leads", deal.number),
        "_embedded": {
            "tags": [],
            "companies": [{"id": id_, "_links": link("companies", id_)} for id_ in companies],
            "contacts": [
                {"id": id_, "is_main": place == 0, "_links": link("contacts", id_)}
                for place, id_ in enumerate(deal.contacts)
            ],
        },
    }


def _task(task: Task) -> Shape:
    return {
        "id": task.number,
        "created_by": task.owner,
        "updated_by": task.owner,
        "created_at": _unix(task.created_at),
        "updated_at": _unix(task.updated_at),
        "responsible_user_id": task.owner,
        "group_id": 0,
        "entity_id": task.deal,
        "entity_type": "leads",
        "duration": 0,
        "is_completed": task.done_at is not None,
        "task_type_id": 1,
        "text": task.text,
        # PHP writes an empty object as a list
        "result": [] if task.result is None else {"text": task.result},
        "complete_till": _unix(task.due_at),
        "account_id": ACCOUNT,
        "_links": link("tasks", task.number),
    }


def _tags(names: Iterable[str]) -> list[Shape]:
    return [{"id": 90 + place, "name": name, "color": None} for place, name in enumerate(names)]
