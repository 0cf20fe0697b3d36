"""Users and pipelines of a world as amoCRM v4 shows them."""

from typing import Any

from connectors.sandbox.amocrm.account import ACCOUNT, HOST, link
from connectors.sandbox.entities import LOST, WON, LossReason, Pipeline, Stage, User

_UNSORTED = "Неразобранное"
_COLORS = {WON: "#CCFF66", LOST: "#D5D8DB"}
_SORTS = {WON: 10_000, LOST: 11_000}


def user(person: User) -> dict[str, Any]:
    """A user with all rights, or one who has left."""
    rights = dict.fromkeys(("view", "edit", "add", "delete", "export"), "A")
    return {
        "id": person.number,
        "name": person.name,
        "email": person.email,
        "lang": "ru",
        "rights": {
            "leads": rights,
            "contacts": rights,
            "companies": rights,
            "tasks": {"edit": "A", "delete": "A"},
            "mail_access": False,
            "catalog_access": True,
            "status_rights": [],
            "is_admin": person.is_admin,
            "is_free": False,
            "is_active": person.is_active,
            "group_id": 0,
            "role_id": None,
        },
        "_links": link("users", person.number),
        "_embedded": {"roles": [], "groups": []},
    }


def pipeline(line: Pipeline, place: int) -> dict[str, Any]:
    """A pipeline with its stages; amoCRM puts one for unsorted leads before all others."""
    unsorted = Stage(line.stages[0].number - 1, _UNSORTED)
    stages = [_stage(unsorted, line.number, 10, 1)]
    stages += [
        _stage(stage, line.number, _SORTS.get(stage.number, 20 + 10 * step), 0)
        for step, stage in enumerate(line.stages)
    ]
    return {
        "id": line.number,
        "name": line.name,
        "sort": place + 1,
        "is_main": place == 0,
        "is_unsorted_on": True,
        "is_archive": False,
        "account_id": ACCOUNT,
        "_links": link("leads/pipelines", line.number),
        "_embedded": {"statuses": stages},
    }


def loss_reason(reason: LossReason) -> dict[str, Any]:
    """Why deals may be lost."""
    return {
        "id": reason.number,
        "name": reason.name,
        "sort": 1_000 * (reason.number % 40),
        "created_at": 1_600_000_000,
        "updated_at": 1_600_000_000,
        "_links": link("leads/loss_reasons", reason.number),
    }


def _stage(stage: Stage, line: int, sort: int, type_: int) -> dict[str, Any]:
    href = f"{HOST}/api/v4/leads/pipelines/{line}/statuses/{stage.number}"
    return {
        "id": stage.number,
        "name": stage.name,
        "sort": sort,
        "is_editable": type_ == 0 and stage.number not in _COLORS,
        "pipeline_id": line,
        "color": _COLORS.get(stage.number, "#99CCFF"),
        "type": type_,
        "account_id": ACCOUNT,
        "_links": {"self": {"href": href}},
    }
