"""Everything in a world as rows of amoCRM v4, one row after the other."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from connectors.sandbox.amocrm import buyers, catalogs, values
from connectors.sandbox.amocrm.account import INVOICES, PRODUCTS, link
from connectors.sandbox.amocrm.blank import Shape, blank
from connectors.sandbox.amocrm.notes import note
from connectors.sandbox.amocrm.past import Past
from connectors.sandbox.amocrm.setup import loss_reason, pipeline, user
from connectors.sandbox.amocrm.stored import stored
from connectors.sandbox.amocrm.tags import Tags
from connectors.sandbox.entities import Company, Contact, Deal, Task, World
from connectors.sandbox.rows import Row

_REMEMBERED = timedelta(days=60)
"""How far back the events of a world go."""


def rows(world: World) -> Iterator[Row]:
    """Every row of a world."""
    midnight = datetime.combine(world.today, datetime.min.time(), tzinfo=UTC)
    past = Past(count(1), midnight - _REMEMBERED)
    yield from _settings(world)
    yield from _companies(world)
    yield from (stored("contacts", _contact(contact)) for contact in world.contacts())
    deadlines: dict[int, int] = {}
    for task in world.tasks():
        if task.done_at is None:
            due = _unix(task.due_at)
            deadlines[task.deal] = min(deadlines.get(task.deal, due), due)
        yield stored("tasks", _task(task))
        yield from past.of_task(task)
    of_leads = Tags("leads")
    for deal in world.deals():
        yield stored("leads", _lead(deal, deadlines, of_leads))
        yield from past.of_deal(deal)
    yield from of_leads.rows()
    for remark in world.notes():
        yield stored(f"{remark.noun}/notes", note(remark))
        yield from past.of_note(remark)
    yield from buyers.rows(world, past)
    yield from catalogs.rows(world)


def _settings(world: World) -> Iterator[Row]:
    for person in world.users:
        yield stored("users", user(person))
    for place, line in enumerate(world.pipelines):
        yield stored("leads/pipelines", pipeline(line, place))
    for reason in world.loss_reasons:
        yield stored("leads/loss_reasons", loss_reason(reason))


def _companies(world: World) -> Iterator[Row]:
    of_companies = Tags("companies")
    for company in world.companies():
        yield stored("companies", _company(company, of_companies))
    yield from of_companies.rows()


def _unix(at: datetime) -> int:
    return int(at.timestamp())


def _company(company: Company, known: Tags) -> Shape:
    return blank("companies", company.number, company.owner, _unix(company.created_at)) | {
        "name": company.name,
        "updated_at": _unix(company.updated_at),
        "custom_fields_values": values.of_company(company),
        "_embedded": {"tags": known.of(company.tags)},
    }


def _contact(contact: Contact) -> Shape:
    return blank("contacts", contact.number, contact.owner, _unix(contact.created_at)) | {
        "name": contact.name,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "updated_at": _unix(contact.updated_at),
        "custom_fields_values": values.of_contact(contact),
        "_embedded": {"tags": [], "companies": [_linked("companies", contact.company)]},
    }


def _lead(deal: Deal, deadlines: Mapping[int, int], known: Tags) -> Shape:
    companies = [] if deal.company is None else [deal.company]
    return blank("leads", deal.number, deal.owner, _unix(deal.created_at)) | {
        "name": deal.name,
        "price": deal.price,
        "status_id": deal.stage,
        "pipeline_id": deal.pipeline,
        "loss_reason_id": deal.loss_reason,
        "updated_at": _unix(deal.updated_at),
        "closed_at": None if deal.closed_at is None else _unix(deal.closed_at),
        "closest_task_at": deadlines.get(deal.number),
        "custom_fields_values": values.of_deal(deal),
        "_embedded": {
            "tags": known.of(deal.tags),
            "companies": [_linked("companies", id_) for id_ in companies],
            "contacts": [
                _linked("contacts", id_) | {"is_main": place == 0}
                for place, id_ in enumerate(deal.contacts)
            ],
            "catalog_elements": _elements(deal),
        },
    }


def _elements(deal: Deal) -> list[Shape]:
    sold = [(number, quantity, PRODUCTS) for number, quantity in deal.products]
    billed = [] if deal.invoice is None else [(deal.invoice, 1, INVOICES)]
    return [
        {"id": id_, "metadata": {"quantity": quantity, "catalog_id": catalog, "price_id": None}}
        for id_, quantity, catalog in [*sold, *billed]
    ]


def _task(task: Task) -> Shape:
    return blank("tasks", task.number, task.owner, _unix(task.created_at)) | {
        "updated_at": _unix(task.updated_at),
        "entity_id": task.deal,
        "entity_type": "leads",
        "is_completed": task.done_at is not None,
        "text": task.text,
        "result": [] if task.result is None else {"text": task.result},
        "complete_till": _unix(task.due_at),
    }


def _linked(noun: str, id_: int) -> dict[str, Any]:
    return {"id": id_, "_links": link(noun, id_)}
