"""What pydantic finds wrong with a profile, in a few sentences of our own."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from connectors.kit.door import Spoken, spoken
from connectors.profiled.model import Profile

Path = tuple[str | int, ...]

_QUOTED = re.compile(r"'([^']*)'")
_LONGEST = 60
_SETTINGS = Spoken(
    "settings are needed here, each as name: value", "здесь нужны настройки вида имя: значение"
)
_NUMBER = Spoken("a number is needed", "нужно число")
_WHOLE = Spoken("a whole number is needed", "нужно целое число")
_FLAG = Spoken("true or false is needed", "нужно true или false")
_TYPES: Mapping[str, Spoken] = {
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), _SETTINGS),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), _WHOLE),
    **dict.fromkeys(("float_type", "float_parsing"), _NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), _FLAG),
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


def sentence(error: ErrorDetails) -> tuple[Path, Spoken]:
    """Where an error is, and what it is."""
    why, where = error.get("ctx") or {}, tuple(error["loc"])
    if error["type"] == "profile":
        return why["path"], why["said"]
    said = _of_name(error["type"], where) or _of_choice(error, why) or _of_value(error, where, why)
    return where, said


def _of_name(kind: str, where: Path) -> Spoken | None:
    match kind:
        case "extra_forbidden":
            return _unknown(str(where[-1]), allowed(where[:-1]))
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
            return _ZONE if where[-1:] == ("zone",) else _raised(why["error"])
        case kind:
            return _TYPES.get(kind) or Spoken(error["msg"], f"не подходит: {error['msg']}")


def allowed(path: Iterable[str | int]) -> list[str]:
    """The settings that there may be at a place."""
    models: list[type[BaseModel]] = [Profile]
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
    near, names = _near(name, there), ", ".join(there)
    return Spoken(
        f"{name} is not known here{near}; allowed: {names}",
        f"{name} здесь не бывает{near.ru}; можно: {names}",
    )


def _none_of(given: Any, expected: str) -> Spoken:
    there = _QUOTED.findall(expected) or [expected]
    shown = str(given)[:_LONGEST]
    near, names = _near(shown, there), ", ".join(there)
    return Spoken(
        f"{shown!r} is none of: {names}{near}", f"{shown!r}: нужно одно из: {names}{near.ru}"
    )


def _near(given: str, there: Sequence[str]) -> Spoken:
    """What was meant, perhaps."""
    for one in get_close_matches(given, there, n=1):
        return Spoken(f" (did you mean {one}?)", f" (может быть, {one}?)")
    return Spoken("", "")


def _raised(error: Exception) -> Spoken:
    return Spoken(str(error), spoken(error, "ru"))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _kinds(model: type[BaseModel]) -> tuple[Any, ...]:
    kind = model.model_fields.get("kind")
    return get_args(kind.annotation) if kind else ()
