"""A made-up world in the shapes of Megaplan; references are links, made whole when answered."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from connectors.sandbox.entities import (
    LOST,
    WON,
    Company,
    Contact,
    Deal,
    Invoice,
    Note,
    Task,
    World,
)

Shape = dict[str, Any]

_ZONE = "+00:00"
_DEPARTMENTS = ("Продажи", "Сервис")
_STAGES = 1_000
"""Won and lost have the same numbers in every pipeline of a world, and own ones in Megaplan."""
_CLIENT = {"contentType": "ContractorType", "id": "1", "name": "Клиент", "type": "client"}
_PERSON = {"contentType": "ContractorType", "id": "2", "name": "Контакт", "type": "contact"}


def link(kind: str, number: int | str) -> Shape:
    """A reference as it stands in answers."""
    return {"contentType": kind, "id": str(number)}


def moment(at: datetime) -> Shape:
    """A time."""
    return {"contentType": "DateTime", "value": f"{at:%Y-%m-%dT%H:%M:%S}{_ZONE}"}


def day(on: date) -> Shape:
    """A day; January is the month 0."""
    return {"contentType": "DateOnly", "year": on.year, "month": on.month - 1, "day": on.day}


def money(value: float, currency: str) -> Shape:
    """An amount, whole or not."""
    return {
        "contentType": "Money", "currency": currency, "value": value, "valueInMain": value,
        "rate": 1,
    }  # fmt: skip


def is_alone(person: int) -> bool:
    """One person in twenty is a customer of his own, with no company."""
    return person % 20 == 7


def state_number(pipeline: int, stage: int) -> int:
    """The number of a state: of its program alone."""
    return pipeline * _STAGES + stage if stage in {WON, LOST} else stage


def rows(world: World) -> Iterator[tuple[str, Shape]]:
    """All objects with the path of their list."""
    for path, listed in _LISTS.items():
        yield from ((path, row) for row in listed(world))


def _departments(_: World) -> Iterator[Shape]:
    for number, name in enumerate(_DEPARTMENTS, 1):
        yield link("Department", number) | {"name": name}


def _currencies(world: World) -> Iterator[Shape]:
    yield link("Currency", 1) | {
        "name": "Валюта", "abbreviation": world.currency, "sign": "", "rate": 1, "isBase": True,
    }  # fmt: skip


def _employees(world: World) -> Iterator[Shape]:
    for person in world.users:
        first, _, last = person.name.partition(" ")
        yield link("Employee", person.number) | {
            "name": person.name, "firstName": first, "lastName": last, "position": "Менеджер",
            "department": link("Department", 1 + person.number % len(_DEPARTMENTS)),
            "isWorking": person.is_active, "canLogin": person.is_active,
            "uid": 90_000 + person.number, "contactInfo": [_reach("email", person.email)],
            "isOnline": False, "lastOnline": None,
        }  # fmt: skip


def _programs(world: World) -> Iterator[Shape]:
    for line in world.pipelines:
        types = {WON: "positive", LOST: "negative"}
        yield link("Program", line.number) | {
            "name": line.name,
            "isBpm": False,
            "states": [
                link("ProgramState", state_number(line.number, stage.number))
                | {
                    "name": stage.name,
                    "type": types.get(stage.number, "active"),
                    "color": "#ffcc00",
                    "isEntry": place == 0,
                }
                for place, stage in enumerate(line.stages)
            ],
        }


def _companies(world: World) -> Iterator[Shape]:
    for company in world.companies():
        yield _contractor("ContractorCompany", company, is_client=True) | {
            "name": company.name,
            "payers": [link("Payer", company.number)],
            "payersCount": 1,
            "tags": [link("Tag", 1) | {"name": tag} for tag in company.tags],
            "Category183CustomFieldSegment": "ABC"[company.number % 3],
            "Category183CustomFieldOborot": None,
        }


def _humans(world: World) -> Iterator[Shape]:
    for person in world.contacts():
        alone = is_alone(person.number)
        yield _contractor("ContractorHuman", person, is_client=alone) | {
            "firstName": person.first_name,
            "middleName": "",
            "lastName": person.last_name,
            "name": person.name,
            "position": person.position or "",
            "company": None if alone else link("ContractorCompany", person.company),
            "payers": [],
            "payersCount": 0,
            "tags": [],
        }


def _contractor(kind: str, who: Company | Contact, *, is_client: bool) -> Shape:
    reach = [_reach("phone", phone) for phone in who.phones]
    reach += [_reach("email", email) for email in who.emails]
    return link(kind, who.number) | {
        "type": _CLIENT if is_client else _PERSON,
        "responsibles": [link("Employee", who.owner)],
        "responsiblesCount": 1,
        "contactInfo": reach,
        "isDropped": False,
        "timeCreated": moment(who.created_at),
        "timeUpdated": moment(who.updated_at),
    }


def _reach(kind: str, value: str) -> Shape:
    return {
        "contentType": "ContactInfo",
        "type": kind,
        "value": value,
        "comment": "",
        "isMain": True,
    }


def _payers(world: World) -> Iterator[Shape]:
    for company in world.companies():
        yield link("Payer", company.number) | {
            "name": company.name, "type": "Legal", "inn": company.inn or "",
            "kpp": company.kpp or "", "ogrn": "", "isDropped": False,
            "contractor": link("ContractorCompany", company.number),
        }  # fmt: skip


def _deals(world: World) -> Iterator[Shape]:
    said = {note.about: note.created_at for note in world.notes() if _is_comment(note)}
    for deal in world.deals():
        at = said.get(deal.number)
        told = {"lastCommentTimeCreated": moment(at) if at else None}
        yield _deal(deal, world.currency) | told


def _deal(deal: Deal, currency: str) -> Shape:
    is_odd = deal.number % 5 == 0
    price = None if deal.price is None else money(deal.price, currency)
    results = {WON: "positive", LOST: "negative"}
    who = next((one for one in deal.contacts if is_alone(one)), None)
    found = link("Deal", deal.number) | {
        "number": f"D-{deal.number % 100_000}",
        "name": deal.name,
        "program": link("Program", deal.pipeline),
        "state": link("ProgramState", state_number(deal.pipeline, deal.stage)),
        "result": results.get(deal.stage, "active"),
        "stateTimeUpdated": moment(deal.closed_at or deal.updated_at),
        "contractor": _customer(deal.company, who),
        "contact": link("ContractorHuman", deal.contacts[0]) if deal.contacts else None,
        "manager": link("Employee", deal.owner),
        "price": money(0, currency) if is_odd else price,
        "cost": money(deal.price + 0.5, currency) if is_odd and deal.price is not None else price,
        "positions": [_position(goods, count) for goods, count in deal.products],
        "positionsCount": len(deal.products),
        "invoices": [link("Invoice", deal.invoice)] if deal.invoice else [],
        "invoicesCount": int(deal.invoice is not None),
        "tags": [link("Tag", 2) | {"name": tag} for tag in deal.tags],
        "timeCreated": moment(deal.created_at),
        "timeUpdated": moment(deal.updated_at),
    }
    if deal.number % 3 == 0:
        found["Category1000061CustomFieldSrokDogovora"] = day(deal.created_at.date())
    return found


def _customer(company: int | None, person: int | None) -> Shape | None:
    if person is not None:
        return link("ContractorHuman", person)
    return None if company is None else link("ContractorCompany", company)


def _position(goods: int, count: int) -> Shape:
    return link("OfferRow", goods) | {"quantity": count, "offer": link("Offer", goods)}


def _tasks(world: World) -> Iterator[Shape]:
    for task in world.tasks():
        yield _task(task)


def _task(task: Task) -> Shape:
    due = day(task.due_at.date()) if task.number % 2 else moment(task.due_at)
    return link("Task", task.number) | {
        "name": task.text,
        "statement": "",
        "status": "completed" if task.done_at else "accepted",
        "responsible": link("Employee", task.owner),
        "owner": link("Employee", task.owner),
        "deadline": due,
        "deals": [link("Deal", task.deal)],
        "isUrgent": False,
        "isTemplate": False,
        "timeCreated": moment(task.created_at),
        "activity": moment(task.updated_at),
    }


def _invoices(world: World) -> Iterator[Shape]:
    for invoice in world.invoices():
        yield _invoice(invoice, world.currency)


def _invoice(invoice: Invoice, currency: str) -> Shape:
    paid = invoice.paid_at
    operation = link("FinOperation", invoice.number)
    return link("Invoice", invoice.number) | {
        "number": str(invoice.number % 10_000),
        "name": f"Счёт {invoice.number % 10_000}",
        "status": "paid" if paid else "drawn",
        "sum": money(invoice.price, currency),
        "invoiceDate": day(invoice.created_at.date()),
        "deadline": day(invoice.created_at.date()),
        "actualPaymentDate": moment(paid or invoice.created_at),
        "payer": link("Payer", invoice.payer.number),
        "deal": link("Deal", invoice.deal),
        "financeOperations": [operation | _operation(invoice, currency)] if paid else [],
        "financeOperationsCount": int(paid is not None),
    }


def _operation(invoice: Invoice, currency: str) -> Shape:
    return {
        "number": str(invoice.number % 10_000),
        "kind": "income",
        "status": "closed",
        "date": moment(invoice.paid_at or invoice.created_at),
        "sum": money(invoice.price, currency),
        "contractor": link("ContractorCompany", invoice.payer.number),
        "timeUpdated": moment(invoice.paid_at or invoice.created_at),
    }


def _is_comment(note: Note) -> bool:
    return note.noun == "leads" and bool(note.text)


def _comments(world: World) -> Iterator[Shape]:
    for note in world.notes():
        if _is_comment(note):
            yield link("Comment", note.number) | {
                "content": f"<p>{note.text}</p>",
                "owner": link("Employee", note.owner),
                "subject": link("Deal", note.about),
                "timeCreated": moment(note.created_at),
                "timeUpdated": moment(note.created_at),
                "isDropped": False,
            }


_LISTS: Mapping[str, Callable[[World], Iterator[Shape]]] = MappingProxyType(
    {
        "department": _departments,
        "currency": _currencies,
        "employee": _employees,
        "program": _programs,
        "contractorCompany": _companies,
        "contractorHuman": _humans,
        "payer": _payers,
        "deal": _deals,
        "task": _tasks,
        "invoice": _invoices,
        "comment": _comments,
    }
)
