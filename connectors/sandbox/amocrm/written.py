"""Custom fields as they are written: whole fields replaced, choices found, dates understood."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.sandbox.amocrm.blank import Shape
from connectors.sandbox.amocrm.fields import Field, choice, find, shown

_CHOSEN = frozenset({"select", "radiobutton", "multiselect", "category"})
_DATES = frozenset({"date", "date_time", "birthday"})
_TEXTS = frozenset({"text", "textarea", "url", "numeric", "price", "monetary"})


def field_of(noun: str, asked: Mapping[str, Any]) -> Field | None:
    """Which field is written to."""
    return find(noun, asked.get("field_id"), asked.get("field_code"))


def enum_of(field: Field, value: Mapping[str, Any]) -> int | None:
    """Which choice is meant: by id, by code or by its words."""
    given = value.get("enum_id")
    for id_, words, code in field.enums:
        is_named = words == value.get("value") or (code and code == value.get("enum_code"))
        if given == id_ or (given is None and is_named):
            return id_
    return None


def needs_choice(field: Field) -> bool:
    """Whether its values are choices."""
    return field.type in _CHOSEN


def is_no_date(field: Field, value: Mapping[str, Any]) -> bool:
    """Whether a text stands where a date should, and is none."""
    given = value.get("value")
    if field.type not in _DATES or not isinstance(given, str):
        return False
    try:
        datetime.fromisoformat(given)
    except ValueError:
        return True
    return False


def rewritten(
    noun: str, kept: Sequence[Shape] | None, asked: Sequence[Mapping[str, Any]]
) -> list[Shape] | None:
    """The fields of a row after some were written; those without values are gone."""
    fields = {field["field_id"]: field for field in kept or ()}
    for one in asked:
        field = field_of(noun, one)
        if field is not None:
            values = [_value(field, value) for value in one.get("values") or ()]
            fields[field.number] = shown(field, values)
    return [field for field in fields.values() if field["values"]] or None


def _value(field: Field, value: Mapping[str, Any]) -> dict[str, Any]:
    if needs_choice(field):
        enum = enum_of(field, value)
        return choice(field, enum) if enum else dict(value)
    if field.type == "multitext":
        kind = enum_of(field, {**value, "value": None}) or field.enums[0][0]
        code = next(code for id_, _, code in field.enums if id_ == kind)
        return {"value": value.get("value"), "enum_id": kind, "enum_code": code}
    given = value.get("value")
    if field.type in _DATES and isinstance(given, str):
        return {"value": int(datetime.fromisoformat(given).timestamp())}
    if field.type in _TEXTS:
        return {"value": str(given)}
    return dict(value)
