"""Makes a rule into a function: from a row to the value of one field."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from connectors.kit import months, pick, rebates, values
from connectors.kit.door import Spoken, behind
from connectors.kit.errors import BadRecord
from connectors.kit.records import Worded
from connectors.kit.rule import Rule
from connectors.kit.shapes import NEEDED, WAYS, Shape

Row = Mapping[str, Any]
Read = Callable[[Row], Any]
Convert = Callable[[Any], Any]

_NUMBERS = (bool, int, float, Decimal)
_EACH = "*"
EMPTY = Spoken("is empty, and has to be there", "пусто, а должно быть заполнено")


class Faulty(ValueError):
    """A rule that cannot be followed; `field` is the one it stands at, where it is about one."""

    def __init__(self, en: str, ru: str, *, field: str = "") -> None:
        super().__init__(Spoken(en, ru))
        self.field = field


class Faults(ValueError):
    """All rules of a noun that cannot be followed."""

    def __init__(self, each: Sequence[Faulty]) -> None:
        super().__init__("; ".join(str(one) for one in each))
        self.each = each


class Common(NamedTuple):
    """What holds for every rule that does not say otherwise."""

    zone: str
    currency: str | None
    decimal: str | None


def reader(shape: Shape, rule: Rule, common: Common) -> Read:
    """The function that reads one field; raises BadRecord with the names of field and column."""
    convert, constant = _checked(shape, rule, common)
    default = shape.default if constant is None else constant
    if not rule.columns:
        return lambda _row: default
    get = getter(rule.columns)
    where = Spoken(
        f"{shape.short} (from {' or '.join(rule.columns)}): ",
        f"{shape.short} (колонка {' или '.join(rule.columns)}): ",
    )

    def read(row: Row) -> Any:
        value = get(row)
        if value is None:
            found = None
        else:
            try:
                found = convert(value)
            except BadRecord as error:
                raise BadRecord(behind(where, error)) from error
        if found is not None:
            return found
        if default is NEEDED:
            raise BadRecord(Spoken(f"{where}{EMPTY}", f"{where.ru}{EMPTY.ru}"))
        return default

    return read


def getter(columns: Sequence[str]) -> Read:
    """What stands in the first of the columns that is not empty; None for none."""
    first, *others = [place_of(column) for column in columns]

    def get(row: Row) -> Any:
        value = first(row)
        for other in others:
            if not _is_empty(value):
                break
            value = other(row)
        return None if not value and _is_empty(value) else value

    return get


def coded(codes: Mapping[str, str], match: tuple[str, ...]) -> Convert:
    """What we say for a code of the CRM."""
    known = {code.strip().casefold(): ours for code, ours in codes.items()}
    other = known.pop("*", None)

    def convert(value: Any) -> str | None:
        said = code(value, match)
        found = None if said is None else known.get(said.casefold(), other)
        if said is not None and found is None:
            listed = ", ".join(codes)
            shown = pick.shown(said)
            raise BadRecord(
                Spoken(
                    f"{shown} is not among the codes: {listed}", f"{shown} нет в codes: {listed}"
                )
            )
        return found

    return convert


def code(value: Any, match: tuple[str, ...]) -> str | None:
    """A code as text, of a plain value or of an object that has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (Mapping, list)):
        return values.reference(value, match)
    return values.text(value)


def _is_empty(value: Any) -> bool:
    if isinstance(value, str):
        return not value or value.isspace()
    return not value and not isinstance(value, _NUMBERS)


def place_of(column: str) -> Read:
    """What stands in one column, whatever it is. The literal name first: names may hold dots."""
    if "." not in column:
        return lambda row: row.get(column)
    steps = column.split(".")
    return lambda row: row[column] if column in row else _walk(row, steps)


def found(data: Any, place: str) -> Any:
    """What stands at a place of an answer; all of it where no place is named."""
    if not place:
        return data
    return place_of(place)(data) if isinstance(data, Mapping) else None


def _walk(node: Any, steps: Sequence[str]) -> Any:
    for place, step in enumerate(steps):
        if isinstance(node, Mapping):
            node = node.get(step)
        elif isinstance(node, list) and step == _EACH:
            return [_walk(item, steps[place + 1 :]) for item in node]
        elif isinstance(node, list) and step.isdecimal() and int(step) < len(node):
            node = node[int(step)]
        else:
            return None
    return node


def _checked(shape: Shape, rule: Rule, common: Common) -> tuple[Convert, Any]:
    """The converter, and the constant in its place; both were tried."""
    way, match = rule.as_ or shape.usual, tuple(rule.match)
    if way not in WAYS[shape.kind]:
        allowed = ", ".join(WAYS[shape.kind])
        raise Faulty(
            f"{shape.short} holds a {shape.kind}: read it as {allowed}",
            f"{shape.short} ({shape.kind}) читается только так: {allowed}", field=shape.short,
        )  # fmt: skip
    one = _one(way, shape, rule, common)
    is_text, is_several = shape.kind == "text", shape.kind == "texts" or way == "codes_joined"
    plain = _several(way, one, is_text=is_text) if is_several else one
    unfit = [why for ours in dict.fromkeys(rule.codes.values()) if (why := _unfit(one, ours))]
    if rule.value is not None and (why := _unfit(plain, rule.value)):
        unfit.append(why)
    if unfit:
        raise Faulty(
            f"{shape.short}: {'; '.join(unfit)}",
            f"{shape.short} ({shape.kind}): значение в value или codes не подходит: "
            f"{'; '.join(one.ru for one in unfit)}",
            field=shape.short,
        )
    constant = None if rule.value is None else plain(rule.value)
    if not rule.codes:
        return plain, constant
    one = _after(coded(rule.codes, match), one)
    return (_several(way, one, is_text=is_text) if is_several else one), constant


def _unfit(convert: Convert, value: Any) -> Spoken | None:
    """Why a value of a rule makes no sense; None where it does."""
    try:
        convert(value)
    except BadRecord as error:
        return behind("", error)
    return None


def _one(way: str, shape: Shape, rule: Rule, common: Common) -> Convert:
    """The converter of one value."""
    match, zone = tuple(rule.match), ZoneInfo(rule.zone or common.zone)
    sign = rule.decimal or common.decimal
    if shape.choices is not None:
        return partial(_choice, shape.choices, _worded(shape.choices), match)
    if shape.name == "currency":
        return values.currency
    return {
        "text": values.text,
        "html_text": values.html_text,
        "int": lambda value: values.whole(value, sign),
        "decimal": lambda value: values.number(value, sign),
        "money": lambda value: values.money(value, sign),
        "goal": lambda value: values.goal(value, sign),
        "bool": values.flag,
        "date": lambda value: values.day(value, zone, rule.format),
        "datetime": lambda value: values.moment(value, zone, rule.format),
        "month": lambda value: months.first_day(value, zone),
        "code": lambda value: code(value, match),
        "codes_joined": lambda value: code(value, match),
        "ref": lambda value: values.reference(value, match),
        "phone": values.phone,
        "email": values.email,
        "inn": values.inn,
        "rebate_steps": rebates.canonical,
    }[way]


def _worded(choices: type[StrEnum]) -> Mapping[str, StrEnum]:
    """What there is to choose, by what people may write for it."""
    return {
        _plain(word): item
        for item in choices
        for word in (item.value, *(item.words if isinstance(item, Worded) else ()))
    }


def _plain(word: str) -> str:
    return " ".join(word.casefold().replace("ё", "е").replace("_", " ").split())


def _choice(
    choices: type[StrEnum], worded: Mapping[str, StrEnum], match: tuple[str, ...], value: Any
) -> StrEnum | None:
    said = code(value, match)
    if said is None:
        return None
    found = worded.get(_plain(said))
    if found is None:
        shown, there = pick.shown(said), ", ".join(choices)
        raise BadRecord(
            Spoken(
                f"{shown} is none of {there}; map it by codes",
                f"{shown}: нужно одно из {there}; переведите через codes",
            )
        )
    return found


def _after(first: Convert, then: Convert) -> Convert:
    def convert(value: Any) -> Any:
        found = first(value)
        return None if found is None else then(found)

    return convert


def _several(way: str, one: Convert, *, is_text: bool) -> Convert:
    """All of several values, each once; as one text where the field holds one."""
    split = values.listed if way in {"phone", "email"} else _parts

    def convert(value: Any) -> Any:
        found = pick.distinct(one(part) for part in split(value))
        if is_text:
            return ", ".join(found) or None
        return found or None

    return convert


def _parts(value: Any) -> Sequence[Any]:
    if isinstance(value, str):
        return value.replace(";", ",").split(",")
    return value if isinstance(value, list) else [value]
