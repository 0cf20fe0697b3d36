"""How a value is written into a custom field: what amoCRM wants for each type of field."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from connectors.kit import composing
from connectors.kit.composing import CannotSet
from connectors.kit.writes import Value

Definition = Mapping[str, Any]
Values = list[dict[str, Any]]

_PLAIN = frozenset({"text", "textarea", "url", "streetaddress", "tracking_data"})
_NUMBERS = frozenset({"numeric", "price", "monetary"})
_DAYS = frozenset({"date", "birthday"})
_CHOICES = frozenset({"select", "radiobutton", "category", "multiselect"})


def values_for(field: Definition, value: Value, zone: ZoneInfo) -> Values | None:
    """The `values` of a field; None clears it. Phones and addresses: `with_one_more`."""
    several = field["type"] == "multiselect"
    texts = composing.texts(field["name"], value, several=several)
    return [_one(field, text, zone) for text in texts] or None


def with_one_more(present: Values, text: str) -> Values | None:
    """All that a phone or e-mail field holds and one more; None when it holds that already.

    Writing replaces the whole field: what is not sent again is lost.
    """
    if any(_plain(str(value.get("value"))) == _plain(text) for value in present):
        return None
    kept = [_kept(value) for value in present]
    return [*kept, {"value": text, "enum_code": "WORK"}]


def _one(field: Definition, text: str, zone: ZoneInfo) -> dict[str, Any]:
    kind, name = field["type"], field["name"]
    if kind in _CHOICES:
        choices = ((str(one["value"]), one["id"]) for one in field.get("enums") or [])
        return {"enum_id": composing.chosen(name, text, choices)}
    if kind in _PLAIN:
        return {"value": text}
    if kind in _NUMBERS:
        return {"value": str(composing.number(name, text))}
    if kind in _DAYS:
        midnight = datetime.combine(composing.day(name, text), time(), zone)
        return {"value": int(midnight.timestamp())}
    if kind == "date_time":
        return {"value": int(composing.moment(name, text, zone).timestamp())}
    if kind == "checkbox" and text.lower() in composing.FLAGS:
        return {"value": composing.FLAGS[text.lower()]}
    raise CannotSet(f"field {name}: {text!r} cannot be written into a {kind} field")


def _kept(value: dict[str, Any]) -> dict[str, Any]:
    return {key: value[key] for key in ("value", "enum_id") if key in value}


def _plain(text: str) -> str:
    """A phone by its digits, an address without regard to capitals."""
    digits = "".join(character for character in text if character.isdigit())
    return digits if digits and "@" not in text else text.strip().casefold()
