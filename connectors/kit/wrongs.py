"""What pydantic finds wrong with what people wrote, in a few sentences of our own."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from connectors.kit.door import Spoken, behind
from connectors.kit.plain_yaml import Marks

Path = tuple[str | int, ...]
Wrong = tuple[Path, Spoken]
"""Where something is wrong, and what it is."""
Model = type[BaseModel]

UNKNOWN_OPTIONS = "unknown_options"
"""The type of an error about `strange` names, of which none is among those `offered`."""

_QUOTED = re.compile(r"'([^']*)'")
_LONGEST = 60
_MOST_SHOWN = 10
_SEVERAL = "several"
_SETTINGS = Spoken(
    "settings are needed here, each as name: value", "здесь нужны настройки вида имя: значение"
)
_NUMBER = Spoken("a number is needed", "нужно число")
_WHOLE = Spoken("a whole number is needed", "нужно целое число")
_FLAG = Spoken("yes or no is needed", "нужно yes или no")
_DAY = Spoken("a day such as 2026-01-31 is needed", "нужен день, например 2026-01-31")
_TYPES: Mapping[str, Spoken] = {
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), _SETTINGS),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), _WHOLE),
    **dict.fromkeys(("float_type", "float_parsing", "decimal_type", "decimal_parsing"), _NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), _FLAG),
    **dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
        _DAY,
    ),
    "string_type": Spoken(
        "a text is needed (put a number into quotes)", "нужен текст (число возьмите в кавычки)"
    ),
    "list_type": Spoken("a list is needed", "нужен список"),
    "string_pattern_mismatch": Spoken("a name without / is needed", "нужно имя без /"),
}
_ZONE = Spoken(
    "there is no such time zone; one such as Europe/Moscow is needed",
    "такого часового пояса нет; нужен, например, Europe/Moscow",
)


def several(found: Sequence[Wrong]) -> PydanticCustomError:
    """One error of a model that names all that is wrong with it."""
    said = Spoken("; ".join(one for _, one in found), "; ".join(one.ru for _, one in found))
    return PydanticCustomError(_SEVERAL, "{said}", {"said": said, "found": found})


def plain(message: str) -> str:
    """What one of ours said, without what pydantic puts before it."""
    return message.removeprefix("Value error, ")


def sentences(error: ValidationError, root: Model) -> list[Wrong]:
    """All that is wrong with what a model was to be made of."""
    return [wrong for one in error.errors(include_url=False) for wrong in _each(one, root)]


def lines(marks: Marks, error: ValidationError, root: Model) -> Spoken:
    """The same with the place of each in its text; of a value that fits none of several types,
    the first alone."""
    found, seen = [], set()
    for one in error.errors(include_url=False):
        for path, said in _each(one, root):
            place = marks.known(path)
            if one["type"].endswith("_type"):
                if place in seen:
                    continue
                seen.add(place)
            found.append((path, said))
    return listed(marks, found)


def listed(marks: Marks, found: Iterable[Wrong]) -> Spoken:
    """A line for each that is wrong, in the order of the text; the first ten."""
    told = [
        (marks.at(path), said) for path, said in sorted(found, key=lambda one: marks.line(one[0]))
    ]
    en = [f"{at}: {said}" for at, said in told[:_MOST_SHOWN]]
    ru = [f"{at.ru}: {said.ru}" for at, said in told[:_MOST_SHOWN]]
    more = len(told) - _MOST_SHOWN
    if more > 0:
        en.append(f"and {more} more")
        ru.append(f"и ещё {more}")
    return Spoken("\n".join(en), "\n".join(ru))


def near(given: str, there: Iterable[str]) -> Spoken:
    """What was meant, perhaps."""
    for one in get_close_matches(given, list(there), n=1):
        return Spoken(f" (did you mean {one}?)", f" (может быть, {one}?)")
    return Spoken("", "")


def _each(error: ErrorDetails, root: Model) -> Iterator[Wrong]:
    why, where = error.get("ctx") or {}, tuple(error["loc"])
    if error["type"] == _SEVERAL:
        yield from (((*where, *path), said) for path, said in why["found"])
        return
    kind = error["type"]
    of_name = _of_name(kind, where, root)
    yield where, of_name or _of_choice(error, why) or _of_value(error, where, why)


def _of_name(kind: str, where: Path, root: Model) -> Spoken | None:
    match kind:
        case "extra_forbidden":
            return _unknown(str(where[-1]), allowed(where[:-1], root))
        case "missing":
            return Spoken(f"{where[-1]} is missing", f"не хватает {where[-1]}")
        case "union_tag_not_found":
            return Spoken("kind is missing", "не хватает kind")
        case _:
            return None


def _of_choice(error: ErrorDetails, why: Mapping[str, Any]) -> Spoken | None:
    match error["type"]:
        case "literal_error" | "enum":
            return _none_of(error["input"], str(why.get("expected", "")))
        case "union_tag_invalid":
            return _none_of(why.get("tag"), str(why.get("expected_tags", "")))
        case _:
            return None


def _of_value(error: ErrorDetails, where: Path, why: Mapping[str, Any]) -> Spoken:
    match error["type"]:
        case "greater_than_equal":
            return Spoken(f"{why['ge']} at least", f"не меньше {why['ge']}")
        case "less_than_equal":
            return Spoken(f"{why['le']} at most", f"не больше {why['le']}")
        case "value_error":
            return _ZONE if where[-1:] == ("zone",) else behind("", why["error"])
        case kind:
            return _TYPES.get(kind) or Spoken(error["msg"], f"не подходит: {error['msg']}")


def allowed(path: Iterable[str | int], root: Model) -> list[str]:
    """The settings that there may be at a place."""
    models: list[Model] = [root]
    for part in path:
        annotations = [
            field.annotation
            for model in models
            for name, field in model.model_fields.items()
            if part in {field.alias, name}
        ]
        if annotations:
            models = [model for one in annotations for model in _models(one)]
        else:  # a name of one's own, or the kind of a thing
            models = [model for model in models if part in _kinds(model)] or models
    return sorted({f.alias or name for model in models for name, f in model.model_fields.items()})


def _unknown(name: str, there: Sequence[str]) -> Spoken:
    meant, names = near(name, there), ", ".join(there)
    return Spoken(
        f"{name} is not known here{meant}; allowed: {names}",
        f"{name} здесь не бывает{meant.ru}; можно: {names}",
    )


def _none_of(given: Any, expected: str) -> Spoken:
    there = _QUOTED.findall(expected) or [expected]
    shown = str(given)[:_LONGEST]
    meant, names = near(shown, there), ", ".join(there)
    return Spoken(
        f"{shown!r} is none of: {names}{meant}", f"{shown!r}: нужно одно из: {names}{meant.ru}"
    )


def _models(annotation: Any) -> Iterator[Model]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _kinds(model: Model) -> tuple[Any, ...]:
    kind = model.model_fields.get("kind")
    return get_args(kind.annotation) if kind else ()
