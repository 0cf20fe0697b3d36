"""amoCRM's custom fields: what stands in them, and which of them hold what we want to know."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from connectors.kit import custom, pick

KINDS: Mapping[str, str] = {
    "text": "text",
    "textarea": "text",
    "streetaddress": "text",
    "url": "text",
    "tracking_data": "text",
    "numeric": "number",
    "price": "money",
    "monetary": "money",
    "checkbox": "flag",
    "date": "date",
    "birthday": "date",
    "date_time": "moment",
    "select": "choice",
    "radiobutton": "choice",
    "category": "choice",
    "multiselect": "choices",
    "multitext": "contacts",
    "smart_address": "address",
    "legal_entity": "legal_entity",
    "items": "items",
    "file": "file",
    "linked_entity": "link",
    "chained_list": "link",
    "payer": "link",
    "supplier": "link",
}
"""amoCRM's types of fields in our words; all others are "other"."""

_LEGAL = {"vat_id": "inn", "tax_registration_reason_code": "ogrn", "bank_account_number": "account"}
_ADDRESS = ("zip", "country", "state", "city", "address_line_1", "address_line_2")
_MOSCOW = ZoneInfo("Europe/Moscow")


@dataclass(frozen=True, slots=True)
class Words:
    """What has to be known of an account to read its rows."""

    currency: str = "RUB"
    zone: tzinfo = _MOSCOW
    fields: Mapping[str, str] = field(default_factory=dict)
    """The field map: target -> amoCRM's id of the field."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Names of fields that a target has where the map does not say which."""


@dataclass(frozen=True, slots=True)
class Filled:
    """One custom field of a row, with what stands in it."""

    id: str | None
    code: str | None
    name: str | None
    kind: str
    value: Any
    """Plain JSON in the form of its kind, see `kit.custom`."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Each text that stands in it."""
        values = self.value if isinstance(self.value, list) else [self.value]
        if self.kind == "contacts":
            values = [part["value"] for part in values]
        if self.kind == "address":
            values = [pick.line((self.value or {}).get(part) for part in _ADDRESS)]
        return pick.distinct(value for value in values if isinstance(value, str))


class Fields:
    """The custom fields of one row."""

    def __init__(self, body: pick.Body, words: Words) -> None:
        self._words = words
        listed = pick.many(body, "custom_fields_values")
        self._filled = [_filled(one, words.zone) for one in listed]

    @property
    def custom(self) -> dict[str, Any]:
        """All of them by amoCRM's id."""
        return {
            one.id: {"name": one.name, "kind": one.kind, "value": one.value}
            for one in self._filled
            if one.id and one.value not in (None, [], {})
        }

    def coded(self, code: str) -> tuple[str, ...]:
        """The texts of the field with this code."""
        return _texts(one for one in self._filled if one.code == code)

    def value(self, code: str) -> Any:
        """What stands in the field with this code."""
        return next((one.value for one in self._filled if one.code == code), None)

    def text(self, target: str, code: str = "") -> str | None:
        """The text of a target: several choices are one text."""
        return ", ".join(_texts(self._of(target, code))) or None

    def first(self, target: str, code: str = "") -> str | None:
        """The first text of a target."""
        return next(iter(_texts(self._of(target, code))), None)

    def day(self, target: str) -> date | None:
        """The day of a target; a time counts in the time zone of the account."""
        days = (custom.day(text, self._words.zone) for text in _texts(self._of(target)))
        return next((day for day in days if day), None)

    def flag(self, target: str) -> bool | None:
        """The yes or no of a target."""
        return next((custom.agreed(one.value) for one in self._of(target)), None)

    @property
    def address(self) -> str | None:
        """Where a firm is: from its field, else from a legal entity."""
        own = self.text("company.address", "ADDRESS")
        legal = (self.identifier("company.address", part) for part in ("real_address", "address"))
        return pick.line([own or next(filter(None, legal), None)])

    def part_of_address(self, part: str) -> str | None:
        """A part of an address that is kept in parts."""
        own = self._of("company.address", "ADDRESS")
        parts = (one.value.get(part) for one in own if one.kind == "address" and one.value)
        return next(parts, None)

    def identifier(self, target: str, part: str) -> str | None:
        """A number of a firm: from its own field, else from a legal entity."""
        own = self._of(target)
        legal = self._words.fields.get("company.legal_entity")
        entities = [
            one.value
            for one in (*own, *self._filled)
            if one.kind == "legal_entity" and (legal in {None, one.id} or one in own)
        ]
        found = [*_texts(own), *(entity.get(part) for entity in entities if entity)]
        return next(iter(pick.distinct(found)), None)

    def _of(self, target: str, code: str = "") -> list[Filled]:
        """The mapped field; where nothing is mapped, those with the code or the usual name."""
        mapped = self._words.fields.get(target)
        if mapped:
            return [one for one in self._filled if one.id == mapped]
        names = {name for name in (code, self._words.names.get(target)) if name}
        return [one for one in self._filled if names & {one.code, one.name}]


def _texts(filled: Iterable[Filled]) -> tuple[str, ...]:
    return pick.distinct(text for one in filled for text in one.texts)


def _filled(body: pick.Body, zone: tzinfo) -> Filled:
    kind = KINDS.get(str(body.get("field_type")), "other")
    return Filled(
        id=custom.text(body.get("field_id")),
        code=custom.text(body.get("field_code")),
        name=custom.text(body.get("field_name")),
        kind=kind,
        value=_value(kind, pick.many(body, "values"), zone),
    )


def _value(kind: str, values: Sequence[pick.Body], zone: tzinfo) -> Any:
    if kind in _OF_ALL:
        return _OF_ALL[kind](values)
    if kind in {"items", "link", "other"}:
        # in a chained list the elements stand without a "value" around them
        return [custom.plain(one.get("value", one)) for one in values]
    if not values:
        return None
    first = values[0].get("value")
    return _legal_entity(first) if kind == "legal_entity" else custom.form(kind, first, zone)


def _choices(values: Sequence[pick.Body]) -> list[str]:
    return list(pick.distinct(custom.text(one.get("value")) for one in values))


def _contacts(values: Sequence[pick.Body]) -> list[dict[str, Any]]:
    found = [
        {"value": custom.text(one.get("value")), "kind": custom.text(one.get("enum_code"))}
        for one in values
    ]
    return [one for one in found if one["value"]]


def _address(values: Sequence[pick.Body]) -> dict[str, Any]:
    parts = {custom.text(one.get("enum_code")): custom.text(one.get("value")) for one in values}
    return {key: part for key, part in parts.items() if key and part}


def _legal_entity(value: Any) -> dict[str, Any]:
    parts = value if isinstance(value, Mapping) else {}
    named = {_LEGAL.get(str(key), str(key)): custom.text(part) for key, part in parts.items()}
    return {pick.clean(key): part for key, part in named.items() if part}


_OF_ALL: Mapping[str, Callable[[Sequence[pick.Body]], Any]] = {
    "choices": _choices,
    "contacts": _contacts,
    "address": _address,
}
"""How fields are read that have several values."""
