"""A made-up world as rows of SberCRM: ids are UUIDs, names of attributes are transliterated."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from connectors.sandbox.entities import LOST, WON, Deal, World

Row = dict[str, Any]
NOUNS = ("user", "company", "contact", "deal", "task")
PLURALS = {noun: f"{noun}s" for noun in NOUNS} | {"company": "companies"}
_STAGES = {WON: "vyigrana", LOST: "proigrana"}


def uuid(noun: str, number: int) -> str:
    """The id of a row, or of the entity itself as number 0."""
    return f"{number:08x}-0000-4000-8000-{NOUNS.index(noun) + 1:012x}"


def rows(world: World) -> Iterator[tuple[str, Row]]:
    """Each row with its noun."""
    people = {person.number: person.name for person in world.users}
    firms = {one.number: one.name for one in world.companies()}
    for person in world.users:
        row = {"id": uuid("user", person.number), "name": person.name, "email": person.email}
        yield "user", row | {"active": person.is_active}
    for firm in world.companies():
        yield (
            "company",
            _row("company", firm.number, firm.name, firm)
            | {
                "shortName": firm.name,
                "inn": firm.inn,
                "mobilePhone": next(iter(firm.phones), None),
                "adres$c": firm.address,
                "otvetstvennyj$c": _ref("user", firm.owner, people.get(firm.owner)),
            },
        )
    for one in world.contacts():
        yield (
            "contact",
            _row("contact", one.number, one.name, one)
            | {
                "firstName": one.first_name,
                "organization": _ref("company", one.company, firms.get(one.company)),
                "mobilePhone": next(iter(one.phones), None),
                "email": next(iter(one.emails), None),
            },
        )
    for deal in world.deals():
        yield "deal", _deal(deal, firms, people)
    for task in world.tasks():
        yield (
            "task",
            _row("task", task.number, task.text, task)
            | {
                "deal": _ref("deal", task.deal, None),
                "otvetstvennyj$c": _ref("user", task.owner, people.get(task.owner)),
                "done": task.done_at is not None,
                "due": at(task.due_at),
            },
        )


def at(moment: datetime | None) -> str | None:
    """A time as SberCRM writes it."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _deal(deal: Deal, firms: dict[int, str], people: dict[int, str]) -> Row:
    company = deal.company
    return _row("deal", deal.number, deal.name, deal) | {
        "organization": None if company is None else _ref("company", company, firms.get(company)),
        "kontakt$c": [_ref("contact", number, None) for number in deal.contacts],
        "czena_prodazhi$c": deal.price,
        "stadiya$c": _STAGES.get(deal.stage, f"stadiya_{deal.stage}"),
        "otvetstvennyj$c": _ref("user", deal.owner, people.get(deal.owner)),
        "data_zakrytiya$c": at(deal.closed_at),
    }


def _row(noun: str, number: int, name: str, what: Any) -> Row:
    return {
        "id": uuid(noun, number),
        "name": name,
        "createdDate": at(what.created_at),
        "modifiedDate": at(what.updated_at),
    }


def _ref(noun: str, number: int, name: str | None) -> Row:
    return {"id": uuid(noun, number), "name": name}
