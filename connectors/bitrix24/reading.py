"""How single values stand in rows of Bitrix24, also those of custom fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from connectors.bitrix24.entities import Entity, pulled
from connectors.bitrix24.lexicon import JOINED
from connectors.kit import custom, pick
from connectors.kit.errors import BadRecord

KINDS: Mapping[str, str] = {
    "string": "text",
    "integer": "number",
    "double": "number",
    "money": "money",
    "boolean": "flag",
    "date": "date",
    "datetime": "moment",
    "enumeration": "choice",
    "url": "text",
    "address": "text",
    "file": "file",
    "crm": "link",
    "crm_status": "text",
    "employee": "link",
    "iblock_element": "link",
    "iblock_section": "link",
}
"""Bitrix24's types of fields in our words; all others are "other"."""

_MOSCOW = ZoneInfo("Europe/Moscow")


@dataclass(frozen=True, slots=True)
class Words:
    """What has to be known of a portal to read its rows."""

    currency: str = "RUB"
    zone: tzinfo = _MOSCOW
    fields: Mapping[str, str] = field(default_factory=dict)
    """The field map: target -> our key of the field."""
    entities: Sequence[Entity] = pulled(leads=False)
    """The kinds of records that are pulled: to others nothing is linked."""


def ref(body: pick.Body, key: str) -> str | None:
    """Another record: none is null, an empty text, 0 and "0"."""
    found = pick.maybe_id(body, key)
    return None if found == "0" else found


def moment(body: pick.Body, key: str, zone: tzinfo) -> datetime | None:
    """A time with its offset; None where there is none."""
    value = body.get(key)
    if value in (None, "", [], {}):
        return None
    found = custom.moment(value, zone) if isinstance(value, str) else None
    if found is None:
        raise BadRecord(f"{key}: a time is needed, got {pick.shown(value)}")
    return found


def day(value: Any) -> date | None:
    """A day: it comes as a midnight that is shifted by the offset, so it is read as it stands."""
    said = custom.text(value) or ""
    try:
        found = date.fromisoformat(said[:10])
    except ValueError:
        return custom.day(value, ZoneInfo("UTC"))
    return found if 1900 <= found.year < 2200 else None


def several(body: pick.Body, type_: str) -> tuple[str, ...]:
    """Phones, addresses or sites of a contact or a company."""
    return pick.distinct(
        pick.text(one, "value") for one in pick.many(body, "fm") if one.get("typeId") == type_
    )


class Custom:
    """The custom fields of one row. Those of leads have keys that begin with a prefix: a field of
    deals with the same key is another one."""

    def __init__(self, body: pick.Body, words: Words, prefix: str = "") -> None:
        self._words = words
        joined = pick.one(pick.one(body, JOINED), "custom")
        self._filled = {
            f"{prefix}{pick.clean(str(key))}": filled(one, words.zone)
            for key, one in joined.items()
            if isinstance(one, Mapping)
        }

    @property
    def all(self) -> dict[str, Any]:
        """All of them by the key of the field."""
        return {key: one for key, one in self._filled.items() if one["value"] not in (None, [], {})}

    def text(self, target: str) -> str | None:
        """The text of a target: several choices are one text."""
        value = self._filled.get(self._words.fields.get(target, ""), {}).get("value")
        values = value if isinstance(value, list) else [value]
        return ", ".join(pick.distinct(one for one in values if isinstance(one, str))) or None

    def flag(self, target: str) -> bool | None:
        """The yes or no of a target."""
        one = self._filled.get(self._words.fields.get(target, ""), {})
        return custom.agreed(one.get("value"))

    def day(self, target: str) -> date | None:
        """The day of a target."""
        said = self.text(target)
        return day(said) if said else None


def kind_of(type_: Any, *, is_multiple: bool) -> str:
    """The kind of a field. Several of what has no kind for several are told as they are."""
    kind = KINDS.get(str(type_), "other")
    if kind == "choice":
        return "choices" if is_multiple else "choice"
    return kind


def filled(one: Mapping[str, Any], zone: tzinfo) -> dict[str, Any]:
    """A field with what stands in it, in the form of its kind."""
    is_multiple = one.get("several") is True
    kind = kind_of(one.get("type"), is_multiple=is_multiple)
    listed = one.get("values")
    values = listed if isinstance(listed, list) else []
    found = [form for value in values if (form := _form(kind, value, zone)) is not None]
    if kind == "text" and is_multiple:
        value: Any = ", ".join(found) or None
    elif kind in {"choices", "link", "file", "other"}:
        value = found
    else:
        value = found[0] if found else None
    return {"name": custom.text(one.get("name")), "kind": kind, "value": value}


def _form(kind: str, value: Any, zone: tzinfo) -> Any:
    match kind:
        case "money":  # 1500|RUB
            return custom.decimal((custom.text(value) or "").partition("|")[0])
        case "date":
            found = day(value)
            return found.isoformat() if found else None
        case _:
            return custom.form(kind, value, zone)
