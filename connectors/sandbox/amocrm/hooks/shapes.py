"""Rows of API v4 in the older shape in which webhooks tell of them."""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import orjson

from connectors.sandbox.amocrm.account import ACCOUNT
from connectors.sandbox.amocrm.hooks.fields import custom_fields

Row = Mapping[str, Any]
Shape = dict[str, Any]
_LOCAL = ZoneInfo("Europe/Moscow")
_ELEMENTS = {"contacts": 1, "leads": 2, "companies": 3, "customers": 12}
_NOTES = {
    "common": 4,
    "attachment": 5,
    "call_in": 10,
    "call_out": 11,
    "service_message": 25,
    "extended_service_message": 25,
    "sms_in": 102,
    "sms_out": 103,
}


class Account(Protocol):
    """What stands around a row."""

    def find(self, noun: str, id_: int) -> Shape | None:
        """Another row."""

    def leads_of(self, noun: str, id_: int) -> list[int]:
        """The leads that name a contact or company."""


def lead(row: Row, *, bare: bool = False) -> Shape:
    """A deal."""
    stage = {key: row.get(key) for key in ("status_id", "pipeline_id", "price")}
    return {"id": row["id"], "name": row.get("name"), **stage, **_about(row, bare=bare)}


def person(row: Row, noun: str, account: Account, *, bare: bool = False) -> Shape:
    """A contact or a company: both stand under `contacts`, and `type` tells which."""
    shape = {"id": row["id"], "name": row.get("name"), **_about(row, bare=bare)}
    employers = _embedded(row, "companies")
    if noun == "contacts" and employers:
        company = account.find("companies", employers[0]["id"]) or {}
        shape |= {"company_name": company.get("name"), "linked_company_id": employers[0]["id"]}
    linked = {str(id_): {"ID": id_} for id_ in account.leads_of(noun, row["id"])}
    return shape | {"linked_leads_id": linked, "type": type_of(noun)}


def type_of(noun: str) -> str:
    """What tells a company from a contact."""
    return "company" if noun == "companies" else "contact"


def customer(row: Row, *, bare: bool = False) -> Shape:
    """A repeat buyer; the list of keys is documented nowhere."""
    keys = ("id", "name", "next_price", "next_date", "status_id", "periodicity")
    return {key: row[key] for key in keys if key in row} | _about(row, bare=bare)


def element(row: Row, *, bare: bool = False) -> Shape:
    """A product or an invoice."""
    return {
        **{key: row.get(key) for key in ("id", "catalog_id", "name")},
        "date_create": row.get("created_at"),
        "date_modify": row.get("updated_at"),
        "created_by": row.get("created_by"),
        "modified_by": row.get("updated_by"),
        "deleted": row.get("is_deleted") or False,
        "custom_fields": custom_fields(row, bare=bare),
        "type": "catalog",
    }


def task(row: Row) -> Shape:
    """A to-do; its textual times are UTC."""
    return {
        "id": row["id"],
        "element_id": row.get("entity_id"),
        "element_type": _ELEMENTS.get(row.get("entity_type") or "", 0),
        "task_type": row.get("task_type_id"),
        "text": row.get("text"),
        "status": row.get("is_completed") or False,
        "date_create": _text(row.get("created_at"), UTC),
        "last_modified": _text(row.get("updated_at"), UTC),
        "complete_till": _text(row.get("complete_till"), UTC),
        "complete_before": row.get("complete_till"),
        "created_at": row.get("created_at"),
        "updated_at": row.get("updated_at"),
        "account_id": ACCOUNT,
        "created_user_id": row.get("created_by"),
        "responsible_user_id": row.get("responsible_user_id"),
    }


def note(row: Row, owner: str) -> Shape:
    """A note on an object of the noun `owner`; its textual times are those of the account."""
    source = {"id": 3, "author_name": "", "type": 3}
    params = row.get("params") or {}
    return {
        "id": row["id"],
        "text": _call(params) if "duration" in params else params.get("text"),
        "note_type": _NOTES.get(row.get("note_type", ""), 25),
        "element_id": row.get("entity_id"),
        "element_type": _ELEMENTS[owner],
        "date_create": _text(row.get("created_at"), _LOCAL),
        "timestamp_x": _text(row.get("updated_at"), _LOCAL),
        "created_by": row.get("created_by"),
        "modified_by": row.get("updated_by"),
        "main_user_id": row.get("responsible_user_id"),
        "group_id": row.get("group_id"),
        "account_id": ACCOUNT,
        "created_at": row.get("created_at"),
        "updated_at": row.get("updated_at"),
        "attachement": params.get("file_name"),
        "metadata": orjson.dumps({"event_source": source}).decode(),
        "catalog_id": None,
    }


def _about(row: Row, *, bare: bool) -> Shape:
    return {
        "responsible_user_id": row.get("responsible_user_id"),
        "last_modified": row.get("updated_at"),
        "modified_user_id": row.get("updated_by"),
        "created_user_id": row.get("created_by"),
        "date_create": row.get("created_at"),
        "account_id": ACCOUNT,
        "created_at": row.get("created_at"),
        "updated_at": row.get("updated_at"),
        "tags": [{"id": tag["id"], "name": tag["name"]} for tag in _embedded(row, "tags")],
        "custom_fields": custom_fields(row, bare=bare),
    }


def _embedded(row: Row, what: str) -> list[Shape]:
    found: list[Shape] = (row.get("_embedded") or {}).get(what) or []
    return found


def _call(params: Mapping[str, Any]) -> str:
    names = {"UNIQ": "uniq", "LINK": "link", "PHONE": "phone", "DURATION": "duration"}
    told = {key: params.get(name) for key, name in names.items()}
    return orjson.dumps(told | {"SRC": params.get("source")}).decode()


def _text(at: Any, zone: tzinfo) -> str | None:
    return f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M:%S}" if at else None
