"""Which list a noun is read from, and by which keys it is ordered, filtered and told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

from orjson import dumps

from connectors.kit import pick
from connectors.kit.records import NAMELESS, Noun, RawRecord

PAGE = 50
"""Rows in a page: a shorter one is the last."""
TYPES: Mapping[Noun, int] = MappingProxyType(
    {Noun.COMPANY: 4, Noun.CONTACT: 3, Noun.DEAL: 2, Noun.INVOICE: 31}
)
"""The numbers by which Bitrix24 knows kinds of records."""
NOUNS: Mapping[str, Noun] = MappingProxyType({str(type_): noun for noun, type_ in TYPES.items()})
TODO, TASK, ACTIVITY = "todo/", "task/", "activity/"
ITEMS = "crm.item.list"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list. Filters and rows write the id and the time of the change each in its own way."""

    method: str
    prefix: str = ""
    """Stands before the number in our ids, where a noun comes from more lists than one."""
    under: str = ""
    """Where the rows lie below the result."""
    id_filter: str = "ID"
    id_row: str = "ID"
    changed: str = "DATE_MODIFY"
    params: Mapping[str, Any] = field(default_factory=dict)
    only: Mapping[str, Any] = field(default_factory=dict)
    """A filter that always holds."""
    about: str = ""
    """How a filter names whose rows are asked for: by the owner's type and id, or by a task's."""

    def asked(self, filters: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of a page."""
        order = {self.id_filter: "ASC"}
        return {**self.params, "order": order, "filter": {**self.only, **filters}, "start": -1}

    def rows(self, result: Any) -> list[Any] | None:
        """The rows of an answer; None when it is none of this list."""
        found = pick.one({"result": result}, "result").get(self.under) if self.under else result
        return found if isinstance(found, list) else None


def _items(noun: Noun) -> Listing:
    params = {"entityTypeId": TYPES[noun], "select": ["*"]}
    return Listing(ITEMS, "", "items", "id", "id", "updatedTime", params)


_TASK_FIELDS = [
    "ID", "TITLE", "DESCRIPTION", "STATUS", "RESPONSIBLE_ID", "CREATED_BY", "DEADLINE",
    "CREATED_DATE", "CHANGED_DATE", "CLOSED_DATE", "UF_CRM_TASK",
]  # fmt: skip
TODOS = Listing(
    "crm.activity.list", TODO, changed="LAST_UPDATED", only={"PROVIDER_ID": "CRM_TODO"},
    about="owner",
)  # fmt: skip
TASKS = Listing(
    "tasks.task.list", TASK, "tasks", id_row="id", changed="CHANGED_DATE",
    params={"select": _TASK_FIELDS}, about="task",
)  # fmt: skip
ACTIVITIES = Listing("crm.activity.list", ACTIVITY, changed="LAST_UPDATED", about="owner")
REQUISITES = Listing("crm.requisite.list", only={"ENTITY_TYPE_ID": TYPES[Noun.COMPANY]})
LISTS: Mapping[Noun, Sequence[Listing]] = MappingProxyType(
    {
        Noun.PRODUCT: (Listing("crm.product.list", changed="TIMESTAMP_X"),),
        Noun.COMPANY: (_items(Noun.COMPANY),),
        Noun.CONTACT: (_items(Noun.CONTACT),),
        Noun.DEAL: (_items(Noun.DEAL),),
        Noun.INVOICE: (_items(Noun.INVOICE),),
        Noun.TASK: (TODOS, TASKS),
        Noun.NOTE: (ACTIVITIES,),
        Noun.EVENT: (
            Listing(
                "crm.stagehistory.list", "", "items", changed="CREATED_TIME",
                params={"entityTypeId": TYPES[Noun.DEAL]},
            ),
        ),
    }
)  # fmt: skip


def number(row: Any, key: str) -> int:
    """The id of a row, 0 for one that has none."""
    value = row.get(key) if isinstance(row, dict) else None
    said = str(value)
    return int(said) if said.isdecimal() and said.isascii() and len(said) < 19 else 0


def raw_record(noun: Noun, listing: Listing, row: Mapping[str, Any]) -> RawRecord:
    """A row of a list under our id of it."""
    found = number(row, listing.id_row)
    return named(noun, f"{listing.prefix}{found}" if found else None, row)


def named(noun: Noun, external_id: str | None, row: Mapping[str, Any]) -> RawRecord:
    """A row under its id; without one, under a mark of its content, so that it is listed."""
    if external_id:
        return RawRecord(noun, external_id, row)
    return RawRecord(noun, f"{NAMELESS}{blake2b(dumps(row), digest_size=6).hexdigest()}", row)


def is_ours(noun: Noun, row: Mapping[str, Any]) -> bool:
    """Whether a row is one of the noun: not our own firm, a template, or what another list has."""
    match noun:
        case Noun.COMPANY:
            return row.get("isMyCompany") != "Y"
        case Noun.DEAL:
            return row.get("isRecurring") != "Y"
        case Noun.NOTE:
            return row.get("PROVIDER_ID") != "CRM_TODO" and str(row.get("TYPE_ID")) != "3"
        case _:
            return True


def owner_filter(listing: Listing, noun: Noun, external_id: str) -> dict[str, Any] | None:
    """What asks a list for the rows about a record; None where it cannot be asked so."""
    type_ = TYPES.get(noun)
    if type_ is None or not listing.about:
        return None
    if listing.about == "task":
        return {"UF_CRM_TASK": f"{SHORT[noun]}_{external_id}"}
    return {"OWNER_TYPE_ID": type_, "OWNER_ID": external_id}


SHORT: Mapping[Noun, str] = MappingProxyType(
    {Noun.DEAL: "D", Noun.CONTACT: "C", Noun.COMPANY: "CO", Noun.INVOICE: "SI"}
)
"""How a task names what it is about: D_37."""
