"""The lists of Megaplan: where they are, which fields are asked for, and what tells a change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
_ANY_TASK = {
    "contentType": "TaskFilter",
    "id": None,
    "config": {
        "contentType": "FilterConfig",
        "termGroup": {
            "contentType": "FilterTermGroup",
            "join": "and",
            "terms": [
                {
                    "contentType": "FilterTermEnum",
                    "field": "status",
                    "comparison": "equals",
                    "value": ["filter_any"],
                }
            ],
        },
    },
}
"""Without it finished tasks are missing."""

_COMPANIES = Listing(
    "contractorCompany",
    "ContractorCompany",
    _words(_PEOPLE),
    created="timeCreated",
    changed="timeUpdated",
    has_custom=True,
)
_HUMANS = Listing(
    "contractorHuman",
    "ContractorHuman",
    _words(f"name company position {_PEOPLE}"),
    created="timeCreated",
    changed="timeUpdated",
    has_custom=True,
)
DEALS = Listing(
    "deal",
    "Deal",
    _words(
        "result stateTimeUpdated contact payer price cost invoices tags timeCreated timeUpdated"
    ),
    created="timeCreated",
    changed="timeUpdated",
    has_custom=True,
)
PAYERS = Listing("payer", "Payer")
LISTS: Mapping[Noun, Sequence[Listing]] = MappingProxyType(
    {
        Noun.GROUP: (Listing("department", "Department", is_short=True),),
        Noun.USER: (
            Listing(
                "employee",
                "Employee",
                ("contactInfo",),
                volatile=frozenset({"isOnline", "lastOnline"}),
                is_short=True,
            ),
        ),
        Noun.PIPELINE: (Listing("program", "Program", is_short=True),),
        Noun.COMPANY: (_COMPANIES, _HUMANS),
        Noun.CONTACT: (_HUMANS,),
        Noun.DEAL: (DEALS,),
        Noun.INVOICE: (
            Listing(
                "invoice",
                "Invoice",
                _words("payer deal deadline actualPaymentDate currency financeOperations"),
            ),
        ),
        Noun.TASK: (
            Listing(
                "task",
                "Task",
                _words("statement deals contractor timeCreated activity isTemplate"),
                created="timeCreated",
                changed="activity",
                filter=_ANY_TASK,
            ),
        ),
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


def is_client(human: Mapping[str, Any]) -> bool:
    """Whether a person is a customer of his own: a client, or with no company behind him."""
    kind = human.get("type")
    return not human.get("company") or (isinstance(kind, dict) and kind.get("type") == "client")
