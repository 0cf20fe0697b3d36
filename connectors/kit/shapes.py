"""Which fields a record has, and what may stand in each: read from its class."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from re import sub
from types import NoneType
from typing import Any, get_args, get_type_hints

from connectors.kit.records import Activity, Noun, Record

NEEDED: Any = object()
"""In the place of a default: a record without this field is none."""

_KINDS: Mapping[Any, str] = {
    str: "text",
    tuple[str, ...]: "texts",
    Decimal: "number",
    int: "whole",
    bool: "flag",
    datetime: "moment",
    date: "day",
}
WAYS: Mapping[str, tuple[str, ...]] = {
    "text": (
        "text",
        "html_text",
        "code",
        "codes_joined",
        "ref",
        "phone",
        "email",
        "inn",
        "rebate_steps",
    ),
    "texts": ("text", "codes_joined", "code", "ref", "phone", "email"),
    "number": ("money", "decimal", "int", "goal"),
    "whole": ("int",),
    "flag": ("bool",),
    "moment": ("datetime",),
    "day": ("date", "month"),
    "choice": ("code",),
}
"""How each kind of field may be read; the first is the usual way."""
_USUAL = {
    **dict.fromkeys(("inn", "kpp", "ogrn"), "inn"),
    **dict.fromkeys(("phones", "phone"), "phone"),
    **dict.fromkeys(("emails", "email"), "email"),
    "rebate_steps": "rebate_steps",
    "target": "goal",
}
_BLANK = frozenset({"name", "text"})
"""What people may have left empty: a record without it is one all the same."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One field of a record."""

    name: str
    kind: str
    default: Any
    """What stands there when nothing is known; NEEDED when that may not be."""
    choices: type[StrEnum] | None = None

    @property
    def short(self) -> str:
        """Its name in rules: `company` for `company_external_id`, `contacts` for `..._ids`."""
        return self.name.replace("_external_ids", "s").removesuffix("_external_id")

    @property
    def usual(self) -> str:
        """How it is read where nothing is said."""
        if self.short != self.name:
            return "ref"
        return _USUAL.get(self.name) or WAYS[self.kind][0]


def record_class(noun: Noun) -> type[Any]:
    """The class of the records of a noun."""
    return _classes()[noun]


@cache
def shapes(noun: Noun) -> Mapping[str, Shape]:
    """The fields that rules can fill, by their short names."""
    cls, found = record_class(noun), {}
    hints = get_type_hints(cls)
    for field in fields(cls):
        hint = hints[field.name]
        kind, choices = _kind(hint)
        default = field.default
        if field.default is MISSING:
            default = _unknown(field.name, hint)
        shape = Shape(field.name, kind, default, choices)
        if kind and field.name != "external_id":
            found[shape.short] = shape
    return found


def unfillable(noun: Noun) -> list[str]:
    """Fields without a default that no rule can fill."""
    cls = record_class(noun)
    known = {shape.name for shape in shapes(noun).values()} | {"external_id"}
    return [
        field.name
        for field in fields(cls)
        if field.name not in known and field.default is MISSING and field.default_factory is MISSING
    ]


@cache
def _classes() -> Mapping[Noun, type[Any]]:
    """Records are named as their nouns are; notes and events are activities."""
    named = {sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower(): cls for cls in get_args(Record)}
    return {noun: named.get(noun.value, Activity) for noun in Noun}


def _kind(hint: Any) -> tuple[str, type[StrEnum] | None]:
    if hint in _KINDS:
        return _KINDS[hint], None
    inner = [one for one in get_args(hint) if one is not NoneType]
    if NoneType in get_args(hint) and len(inner) == 1:
        return _kind(inner[0])
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return "choice", hint
    return "", None


def _unknown(name: str, hint: Any) -> Any:
    if NoneType in get_args(hint):
        return None
    return "" if name in _BLANK else NEEDED
