"""How a value is written into a custom field: what Bitrix24 wants for each type of field."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from connectors.kit import composing
from connectors.kit.composing import CannotSet
from connectors.kit.writes import Value

Definition = Mapping[str, Any]

_PLAIN = frozenset({"string", "url", "address"})
_NUMBERS = frozenset({"integer", "double", "money"})


def value_for(field: Definition, value: Value, zone: ZoneInfo, currency: str) -> Any:
    """What to send for a value; nothing clears the field."""
    is_multiple = field.get("isMultiple") is True
    texts = composing.texts(_name(field), value, several=is_multiple)
    found = [_one(field, text, zone, currency) for text in texts]
    return found if is_multiple else next(iter(found), "")


def _one(field: Definition, text: str, zone: ZoneInfo, currency: str) -> Any:
    kind, name = str(field.get("type")), _name(field)
    if kind == "enumeration":
        listed = field.get("items")
        items = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        choices = ((str(item.get("VALUE")), str(item.get("ID"))) for item in items)
        return composing.chosen(name, text, choices)
    if kind in _PLAIN:
        return text
    if kind in _NUMBERS:
        number = composing.number(name, text)
        return f"{number}|{currency}" if kind == "money" else str(number)
    if kind == "boolean" and text.lower() in composing.FLAGS:
        return "Y" if composing.FLAGS[text.lower()] else "N"
    if kind == "date":
        return composing.day(name, text).isoformat()
    if kind == "datetime":
        return composing.moment(name, text, zone).isoformat()
    raise CannotSet(f"field {name}: {text!r} cannot be written into a {kind} field")


def _name(field: Definition) -> str:
    return str(field.get("title") or field.get("id"))
