"""How a value is written into a custom field: what amoCRM wants for each type of field."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from connectors.kit.writes import Value

Definition = Mapping[str, Any]
Values = list[dict[str, Any]]

_PLAIN = frozenset({"text", "textarea", "url", "streetaddress", "tracking_data"})
_NUMBERS = frozenset({"numeric", "price", "monetary"})
_DAYS = frozenset({"date", "birthday"})
_CHOICES = frozenset({"select", "radiobutton", "category"})
_FLAGS = {"1": True, "true": True, "yes": True, "да": True,
          "0": False, "false": False, "no": False, "нет": False}  # fmt: skip


class CannotSet(ValueError):
    """The value does not fit the field; the message says why."""


def values_for(field: Definition, value: Value, zone: ZoneInfo) -> Values | None:
    """The `values` of a field; None clears it. Phones and addresses: `with_one_more`."""
    texts = _texts(value)
    if not texts:
        return None
    if field["type"] == "multiselect":
        return [_choice(field, text) for text in texts]
    if len(texts) > 1:
        raise CannotSet(f"field {field['name']}: it holds one value, not {len(texts)}")
    return [_one(field, texts[0], zone)]


def with_one_more(present: Values, text: str) -> Values | None:
    """All that a phone or e-mail field holds and one more; None when it holds that already.

    Writing replaces the whole field: what is not sent again is lost.
    """
    if any(_plain(str(value.get("value"))) == _plain(text) for value in present):
        return None
    kept = [_kept(value) for value in present]
    return [*kept, {"value": text, "enum_code": "WORK"}]


def _one(field: Definition, text: str, zone: ZoneInfo) -> dict[str, Any]:
    kind = field["type"]
    if kind in _CHOICES:
        return _choice(field, text)
    if kind in _PLAIN:
        return {"value": text}
    if kind in _NUMBERS:
        return {"value": str(_number(field, text))}
    if kind in _DAYS:
        return {"value": int(datetime.combine(_day(field, text), time(), zone).timestamp())}
    if kind == "date_time":
        return {"value": int(_moment(field, text, zone).timestamp())}
    if kind == "checkbox" and text.lower() in _FLAGS:
        return {"value": _FLAGS[text.lower()]}
    raise CannotSet(f"field {field['name']}: {text!r} cannot be written into a {kind} field")


def _choice(field: Definition, text: str) -> dict[str, Any]:
    choices = field.get("enums") or []
    for choice in choices:
        if str(choice["value"]).casefold() == text.casefold():
            return {"enum_id": choice["id"]}
    known = ", ".join(str(choice["value"]) for choice in choices)
    raise CannotSet(f"field {field['name']}: there is no choice {text!r}; there are: {known}")


def _number(field: Definition, text: str) -> Decimal:
    try:
        found = Decimal("".join(text.split()).replace(",", "."))
    except InvalidOperation:
        found = Decimal("nan")
    if not found.is_finite():
        raise CannotSet(f"field {field['name']}: {text!r} is not a number")
    return found


def _day(field: Definition, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CannotSet(f"field {field['name']}: write the day as 2026-12-31") from error


def _moment(field: Definition, text: str, zone: ZoneInfo) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CannotSet(f"field {field['name']}: write the time as 2026-12-31T15:00") from error
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _texts(value: Value) -> list[str]:
    given = [value] if isinstance(value, str) else value or []
    return [text.strip() for text in given if text.strip()]


def _kept(value: dict[str, Any]) -> dict[str, Any]:
    return {key: value[key] for key in ("value", "enum_id") if key in value}


def _plain(text: str) -> str:
    """A phone by its digits, an address without regard to capitals."""
    digits = "".join(character for character in text if character.isdigit())
    return digits if digits and "@" not in text else text.strip().casefold()
