"""A made-up world in the shapes of Megaplan; references are links, made whole when answered."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from connectors.sandbox.entities import LOST, WON, Company, Contact, World
from connectors.sandbox.megaplan import selling
from connectors.sandbox.megaplan.tagged import Shape, is_alone, link, moment, state_number

_DEPARTMENTS = ("Продажи", "Сервис")
_CLIENT = {"contentType": "ContractorType", "id": "1", "name": "Клиент", "type": "client"}
_PERSON = {"contentType": "ContractorType", "id": "2", "name": "Контакт", "type": "contact"}


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
            "address": company.address or "",
            "contractor": link("ContractorCompany", company.number),
        }  # fmt: skip


_LISTS: Mapping[str, Callable[[World], Iterator[Shape]]] = MappingProxyType(
    {
        "department": _departments,
        "currency": _currencies,
        "employee": _employees,
        "program": _programs,
        "contractorCompany": _companies,
        "contractorHuman": _humans,
        "payer": _payers,
        "deal": selling.deals,
        "task": selling.tasks,
        "invoice": selling.invoices,
        "comment": selling.comments,
        "finOperation": selling.operations,
    }
)
