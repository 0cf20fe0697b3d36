"""How a value is written into a custom field: what Bitrix24 wants for each type of field."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from connectors.kit.writes import Value

Definition = Mapping[str, Any]

_PLAIN = frozenset({"string", "url", "address"})
_NUMBERS = frozenset({"integer", "double", "money"})
_FLAGS = {"1": "Y", "true": "Y", "yes": "Y", "да": "Y",
          "0": "N", "false": "N", "no": "N", "нет": "N"}  # fmt: skip


class CannotSet(ValueError):
    """The value does not fit the field; the message says why."""


def value_for(field: Definition, value: Value, zone: ZoneInfo, currency: str) -> Any:
    """What to send for a value; nothing clears the field."""
    given = [value] if isinstance(value, str) else value or []
    texts = [text.strip() for text in given if text.strip()]
    is_multiple = field.get("isMultiple") is True
    if not texts:
        return [] if is_multiple else ""
    if len(texts) > 1 and not is_multiple:
        raise CannotSet(f"field {_name(field)}: it holds one value, not {len(texts)}")
    found = [_one(field, text, zone, currency) for text in texts]
    return found if is_multiple else found[0]


def _one(field: Definition, text: str, zone: ZoneInfo, currency: str) -> Any:
    kind = str(field.get("type"))
    if kind == "enumeration":
        return _choice(field, text)
    if kind in _PLAIN:
        return text
    if kind in _NUMBERS:
        number = _number(field, text)
        return f"{number}|{currency}" if kind == "money" else str(number)
    if kind == "boolean" and text.lower() in _FLAGS:
        return _FLAGS[text.lower()]
    try:
        if kind == "date":
            return date.fromisoformat(text).isoformat()
        if kind == "datetime":
            at = datetime.fromisoformat(text)
            return (at if at.tzinfo else at.replace(tzinfo=zone)).isoformat()
    except ValueError as error:
        said = f"field {_name(field)}: write it as 2026-12-31 or 2026-12-31T15:00"
        raise CannotSet(said) from error
    raise CannotSet(f"field {_name(field)}: {text!r} cannot be written into a {kind} field")


def _choice(field: Definition, text: str) -> str:
    listed = field.get("items")
    items = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    for item in items:
        if str(item.get("VALUE")).casefold() == text.casefold():
            return str(item.get("ID"))
    known = ", ".join(str(item.get("VALUE")) for item in items)
    raise CannotSet(f"field {_name(field)}: there is no choice {text!r}; there are: {known}")


def _number(field: Definition, text: str) -> Decimal:
    try:
        found = Decimal("".join(text.split()).replace(",", "."))
    except InvalidOperation:
        found = Decimal("nan")
    if not found.is_finite():
        raise CannotSet(f"field {_name(field)}: {text!r} is not a number")
    return found


def _name(field: Definition) -> str:
    return str(field.get("title") or field.get("id"))
