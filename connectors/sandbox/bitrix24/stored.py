"""Which tables there are, and what lists may be asked about the rows of each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from connectors.sandbox.bitrix24.answers import ZONE
from connectors.sandbox.rows import Row

Shape = dict[str, Any]


class Table(NamedTuple):
    """The keys of a body that lists are filtered and ordered by."""

    id: str = "ID"
    created: str = ""
    updated: str = ""
    kind: str = ""
    about_noun: str = ""
    about: str = ""


_ITEM = Table("id", "createdTime", "updatedTime")
TABLES: Mapping[str, Table] = {
    "lead": _ITEM,
    "deal": _ITEM,
    "contact": _ITEM,
    "company": _ITEM,
    "invoice": _ITEM,
    "activity": Table("ID", "CREATED", "LAST_UPDATED", "PROVIDER_ID", "OWNER_TYPE_ID", "OWNER_ID"),
    "task": Table("id", "createdDate", "changedDate", "", "ufCrmTask"),
    "lead_history": Table("ID", "CREATED_TIME", "CREATED_TIME", "", "", "OWNER_ID"),
    "history": Table("ID", "CREATED_TIME", "CREATED_TIME", "", "", "OWNER_ID"),
    "requisite": Table("ID", "DATE_CREATE", "DATE_MODIFY", "", "ENTITY_TYPE_ID", "ENTITY_ID"),
    "product": Table("ID", "DATE_CREATE", "TIMESTAMP_X"),
    "comment": Table("ID", "CREATED", "CREATED", "", "ENTITY_TYPE", "ENTITY_ID"),
    "user": Table(),
    "department": Table(),
}
TYPES: Mapping[int, str] = {1: "lead", 2: "deal", 3: "contact", 4: "company", 31: "invoice"}
"""The numbers by which the methods `crm.item.*` know a kind of record."""


def stored(noun: str, body: Shape) -> Row:
    """A body as it is kept."""
    table = TABLES[noun]
    about_noun = body.get(table.about_noun)
    if isinstance(about_noun, list):  # a task: ["D_37", "CO_5"]
        about_noun = about_noun[0] if about_noun else ""
    return Row(
        noun=noun,
        id=int(body[table.id]),
        created_at=seconds(body.get(table.created)),
        updated_at=seconds(body.get(table.updated)),
        due_at=0,
        owner=0,
        kind=str(body.get(table.kind) or ""),
        about_noun=str(about_noun or ""),
        about=int(body.get(table.about) or 0),
        done=0,
        state=0,
        shown_at=0,
        body=orjson.dumps(body),
    )


def seconds(said: Any) -> int:
    """A time as Unix seconds; 0 for none. Without an offset it is the portal's own."""
    if not isinstance(said, str) or not said:
        return 0
    at = datetime.fromisoformat(said)
    return int((at if at.tzinfo else at.replace(tzinfo=ZONE)).timestamp())
