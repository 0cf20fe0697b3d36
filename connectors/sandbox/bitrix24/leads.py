"""Leads of a portal: what some deals were made of, and what none was made of (yet)."""

from collections.abc import Iterator
from typing import Any

from connectors.sandbox.bitrix24 import setup
from connectors.sandbox.bitrix24.answers import stamp
from connectors.sandbox.entities import Deal

_EACH = 8
"""Beside each of so many deals there is a lead; one of two was converted into that deal."""
_LATER = (setup.CONVERTED, setup.NEW_LEAD, setup.CONVERTED, setup.JUNK)
_MEANINGS = {setup.NEW_LEAD: "P", setup.CONVERTED: "S", setup.JUNK: "F"}


def lead_of(deal: Deal) -> dict[str, Any]:
    """The lead beside a deal, as far as it differs from any item; empty where there is none.

    It has the deal's number: those of leads and of deals have nothing to do with each other.
    """
    place, rest = divmod(deal.number, _EACH)
    if rest:
        return {}
    stage = _LATER[place % len(_LATER)]
    at = stamp(deal.created_at.timestamp())
    return {
        "id": deal.number, "title": f"Заявка: {deal.name}", "updatedTime": at, "movedTime": at,
        "stageId": stage, "stageSemanticId": _MEANINGS[stage], "statusDescription": "",
        "dateClosed": "" if stage == setup.NEW_LEAD else at,
        "opportunity": float(deal.price) if deal.price is not None else None, "currencyId": "RUB",
        "companyId": deal.company or 0, "companyTitle": "", "sourceId": "CALL",
        "contactId": deal.contacts[0] if deal.contacts else 0, "contactIds": list(deal.contacts),
        "name": "", "lastName": "", "fm": [], "isReturnCustomer": "N",
        setup.REQUEST: [*setup.REQUESTS][place % len(setup.REQUESTS)],
    }  # fmt: skip


def is_converted(lead: dict[str, Any]) -> bool:
    """Whether a deal was made of it."""
    return lead.get("stageId") == setup.CONVERTED


def history(lead: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """To which stages it came; these rows have numbers as the history of deals has."""
    steps = [(1, setup.NEW_LEAD), (3, lead["stageId"])]
    for turn, (kind, stage) in enumerate(steps if lead["dateClosed"] else steps[:1]):
        yield {
            "ID": lead["id"] * 2 + turn, "TYPE_ID": kind, "OWNER_ID": lead["id"],
            "CREATED_TIME": lead["movedTime"],
            "STATUS_SEMANTIC_ID": _MEANINGS[stage], "STATUS_ID": stage,
        }  # fmt: skip
