"""Megaplan's tagged values in plain ones: times, days, amounts, links, ways to reach somebody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connectors.kit import custom, pick
from connectors.kit.errors import BadRecord

_KINDS: Mapping[str, str] = {
    "BoolField": "flag",
    "DateField": "date",
    "DateTimeField": "moment",
    "EnumField": "choice",
    "FloatField": "number",
    "IntegerField": "number",
    "BigIntField": "number",
    "RatingField": "number",
    "MoneyField": "money",
    "StringField": "text",
}


def moment(body: pick.Body, key: str) -> datetime | None:
    """A time in UTC; None when absent."""
    value = body.get(key)
    if value is None or value in ("", []):
        return None
    said = pick.one(body, key).get("value")
    found = custom.moment(said, UTC) if isinstance(said, str) else None
    if found is None:
        raise BadRecord(f"{key}: a time is needed, got {pick.shown(value)}")
    return found


def day(value: Any) -> date | None:
    """A day of {year, month, day}, whose January is the month 0; None for what is none."""
    if not isinstance(value, Mapping):
        return None
    year, month, number = (value.get(part) for part in ("year", "month", "day"))
    if type(year) is not int or type(month) is not int or type(number) is not int:
        return None
    try:
        found = date(year, month + 1, number)
    except (ValueError, OverflowError):
        return None
    return found if 1900 <= found.year < 2200 else None


def as_day(on: date) -> dict[str, Any]:
    """A day as Megaplan has it."""
    return {"contentType": "DateOnly", "year": on.year, "month": on.month - 1, "day": on.day}


def due(body: pick.Body, key: str, zone: tzinfo) -> datetime | None:
    """When something is due: a time, or the end of a day of the account's own calendar."""
    on = day(body.get(key))
    if on is not None:
        end = datetime(on.year, on.month, on.day, 23, 59, 59, tzinfo=zone)
        return end.astimezone(UTC)
    said = pick.one(body, key).get("value")
    return custom.moment(said, zone) if isinstance(said, str) else None


def money(body: pick.Body, key: str) -> tuple[Decimal | None, str | None]:
    """An amount and its currency; neither when absent."""
    found = pick.one(body, key)
    return pick.amount(found, "value"), pick.text(found, "currency")


def linked(body: pick.Body, key: str, *kinds: str) -> str | None:
    """The id of what a field refers to, when it is of one of the kinds."""
    found = pick.one(body, key)
    return pick.maybe_id(found, "id") if found.get("contentType") in kinds else None


def reach(body: pick.Body, kind: str) -> tuple[str, ...]:
    """Phones, e-mails, ...: the main ones first."""
    found = [one for one in pick.many(body, "contactInfo") if one.get("type") == kind]
    found.sort(key=lambda one: not pick.flag(one, "isMain"))
    return pick.distinct(pick.text(one, "value") for one in found)


def kind_of(definition: pick.Body) -> str:
    """What a custom field holds, in our words."""
    kind = _KINDS.get(str(definition.get("contentType")), "other")
    return "choices" if kind == "choice" and definition.get("isMultiple") is True else kind


def custom_values(body: pick.Body, zone: tzinfo) -> dict[str, Any]:
    """Values of the custom fields that a row describes."""
    found = {}
    for definition in pick.many(body, "extraFields"):
        key, kind = pick.text(definition, "name"), kind_of(definition)
        value = _form(kind, body.get(key), zone) if key else None
        if key and value is not None:
            name = pick.text(definition, "hrName") or key
            found[key] = {"name": name, "kind": kind, "value": value}
    return found


def _form(kind: str, value: Any, zone: tzinfo) -> Any:
    inner = value.get("value") if isinstance(value, Mapping) else value
    match kind:
        case "date":
            found = day(value)
            return found.isoformat() if found else None
        case "choices":
            listed = value if isinstance(value, list) else [value]
            return list(pick.distinct(custom.text(named(one)) for one in listed)) or None
        case "text" | "choice":
            return custom.text(named(value))
        case "flag" | "other":
            return custom.form(kind, value, zone)
        case _:
            return custom.form(kind, inner, zone)


def named(value: Any) -> Any:
    """A choice is a text, or an object with a name."""
    return value.get("name") if isinstance(value, Mapping) else value


@dataclass(frozen=True, slots=True)
class Words:
    """What a row means in one account: its currency, its calendar, and its field map."""

    currency: str
    zone: ZoneInfo
    fields: Mapping[str, str]
    """Target -> the name of the custom field that holds it."""

    def text(self, body: pick.Body, target: str) -> str | None:
        """What the mapped field holds, as a text."""
        return custom.text(named(body.get(self.fields.get(target, ""))))

    def flag(self, body: pick.Body, target: str) -> bool | None:
        """The yes or no of a target."""
        value = body.get(self.fields.get(target, ""))
        return value if isinstance(value, bool) else custom.agreed(named(value))

    def day(self, body: pick.Body, target: str) -> date | None:
        """What the mapped field holds, as a day."""
        value = body.get(self.fields.get(target, ""))
        found = day(value)
        if found is None and isinstance(value, Mapping):
            found = custom.day(value.get("value"), self.zone)
        return found

    def money_of(self, code: str | None) -> str:
        """A currency, that of the account where none is told."""
        return pick.currency(code or self.currency)
