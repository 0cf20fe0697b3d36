"""The lists of Megaplan: where they are, which fields are asked for, and what tells a change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from connectors.kit.records import Noun


@dataclass(frozen=True, slots=True)
class Listing:
    """One list."""

    path: str
    kind: str
    """The contentType of its rows; others in it are not ours."""
    fields: tuple[str, ...] = ()
    created: str = ""
    """What rows are sorted by so that they do not move; empty where a list has no order."""
    changed: str = ""
    """What tells when a row last changed; empty where nothing does."""
    volatile: frozenset[str] = frozenset()
    """Fields that change with each look."""
    has_custom: bool = False
    is_short: bool = False
    """Each pull gives all of it."""
    is_narrow: bool = False
    """Rows come with the named fields alone."""
    filter: Mapping[str, Any] | None = None
    """What makes the list complete."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_PEOPLE = "responsibles contactInfo payers payersCount tags timeCreated timeUpdated isDropped"
_DEAL = "result stateTimeUpdated contact price cost invoices tags timeCreated timeUpdated"
_ANY = {
    "contentType": "FilterTermEnum", "field": "status", "comparison": "equals",
    "value": ["filter_any"],
}  # fmt: skip
_GROUP = {"contentType": "FilterTermGroup", "join": "and", "terms": [_ANY]}
_ANY_TASK = {
    "contentType": "TaskFilter", "id": None,
    "config": {"contentType": "FilterConfig", "termGroup": _GROUP},
}  # fmt: skip
"""Without it finished tasks are missing."""

_COMPANIES = Listing(
    "contractorCompany", "ContractorCompany", _words(_PEOPLE),
    created="timeCreated", changed="timeUpdated", has_custom=True,
)  # fmt: skip
_HUMANS = replace(
    _COMPANIES, path="contractorHuman", kind="ContractorHuman",
    fields=_words(f"name company position {_PEOPLE}"),
)  # fmt: skip
DEALS = replace(_COMPANIES, path="deal", kind="Deal", fields=_words(_DEAL))
PAYERS = Listing("payer", "Payer")
_EMPLOYEES = Listing(
    "employee", "Employee", ("contactInfo",),
    volatile=frozenset({"isOnline", "lastOnline"}), is_short=True,
)  # fmt: skip
_INVOICES = Listing(
    "invoice", "Invoice",
    _words("payer deal deadline actualPaymentDate currency financeOperations"),
)  # fmt: skip
_TASKS = Listing(
    "task", "Task", _words("statement deals contractor timeCreated activity isTemplate"),
    created="timeCreated", changed="activity", filter=_ANY_TASK,
)  # fmt: skip
LISTS: Mapping[Noun, Sequence[Listing]] = MappingProxyType(
    {
        Noun.GROUP: (Listing("department", "Department", is_short=True),),
        Noun.USER: (_EMPLOYEES,),
        Noun.PIPELINE: (Listing("program", "Program", is_short=True),),
        Noun.COMPANY: (_COMPANIES, _HUMANS),
        Noun.CONTACT: (_HUMANS,),
        Noun.DEAL: (DEALS,),
        Noun.INVOICE: (_INVOICES,),
        Noun.TASK: (_TASKS,),
    }
)
CUSTOM: Mapping[Noun, str] = MappingProxyType(
    {
        Noun.COMPANY: "contractorCompany",
        Noun.CONTACT: "contractorHuman",
        Noun.DEAL: "deal",
    }
)
"""Whose custom fields are known, and the path where they are defined."""


def deals_with(*fields: str) -> Listing:
    """The list of deals with these fields alone, for what is told by deals."""
    return replace(DEALS, fields=(*fields, "timeUpdated"), has_custom=False, is_narrow=True)


def is_client(human: Mapping[str, Any]) -> bool:
    """Whether a person is a customer of his own: a client, or with no company behind him."""
    kind = human.get("type")
    return not human.get("company") or (isinstance(kind, dict) and kind.get("type") == "client")
