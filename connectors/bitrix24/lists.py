"""Which list a noun is read from, and by which keys it is ordered, filtered and told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from connectors.bitrix24.entities import (
    COMPANY,
    CONTACT,
    DEAL,
    INVOICE,
    LEAD,
    LEAD_IDS,
    Entity,
    entity_of,
)  # fmt: skip
from connectors.kit import pick
from connectors.kit.records import Noun, RawRecord

PAGE = 50
"""Rows in a page: a shorter one is the last."""
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
    entity: Entity | None = None
    """The kind of its rows, where that has custom fields and stages."""

    def asked(self, filters: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of a page."""
        order = {self.id_filter: "ASC"}
        return {**self.params, "order": order, "filter": {**self.only, **filters}, "start": -1}

    def rows(self, result: Any) -> list[Any] | None:
        """The rows of an answer; None when it is none of this list."""
        found = pick.one({"result": result}, "result").get(self.under) if self.under else result
        return found if isinstance(found, list) else None


def items(entity: Entity) -> Listing:
    """The list of all records of a kind."""
    params = {"entityTypeId": entity.type, "select": ["*"]}
    return Listing(ITEMS, entity.prefix, "items", "id", "id", "updatedTime", params, entity=entity)


def _history(entity: Entity) -> Listing:
    """Which record of a kind came to which stage when."""
    params = {"entityTypeId": entity.type}
    return Listing(
        "crm.stagehistory.list", entity.prefix, "items", changed="CREATED_TIME", params=params
    )


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
REQUISITES = Listing("crm.requisite.list", only={"ENTITY_TYPE_ID": COMPANY.type})
LISTS: Mapping[Noun, Sequence[Listing]] = MappingProxyType(
    {
        Noun.PRODUCT: (Listing("crm.product.list", changed="TIMESTAMP_X"),),
        Noun.COMPANY: (items(COMPANY),),
        Noun.CONTACT: (items(CONTACT),),
        Noun.DEAL: (items(DEAL), items(LEAD)),
        Noun.INVOICE: (items(INVOICE),),
        Noun.TASK: (TODOS, TASKS),
        Noun.NOTE: (ACTIVITIES,),
        Noun.EVENT: (_history(DEAL), _history(LEAD)),
    }
)


def lists_of(noun: Noun, *, leads: bool) -> Sequence[Listing]:
    """The lists that a noun is read from; those of leads where an admin wants them."""
    return [one for one in LISTS[noun] if leads or one.prefix != LEAD_IDS]


def number(row: Any, key: str) -> int:
    """The id of a row, 0 for one that has none."""
    value = row.get(key) if isinstance(row, dict) else None
    said = str(value)
    return int(said) if said.isdecimal() and said.isascii() and len(said) < 19 else 0


def raw_record(noun: Noun, listing: Listing, row: Mapping[str, Any]) -> RawRecord:
    """A row of a list under our id of it."""
    found = number(row, listing.id_row)
    return RawRecord.of(noun, f"{listing.prefix}{found}" if found else None, row)


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
    found = entity_of(noun, external_id)
    if found is None or not listing.about:
        return None
    entity, number_ = found
    if listing.about == "task":
        return {"UF_CRM_TASK": f"{entity.short}_{number_}"}
    return {"OWNER_TYPE_ID": entity.type, "OWNER_ID": number_}
