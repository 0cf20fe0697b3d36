"""Reads the text of a profile; what is wrong in it is told with its line and column."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from connectors.profiled.model import Profile
from connectors.profiled.plain_yaml import BadYaml, Marks, load

SHIPPED = ("sbercrm", "generic")
UNSET = "REPLACE-ME"
"""What stands in a shipped profile where a value of one's own belongs."""
_MOST_SHOWN = 10

Path = tuple[str | int, ...]


class BadProfile(ValueError):
    """A profile that cannot be used; a line for each thing that is wrong."""


@lru_cache(maxsize=32)
def read(text: str) -> Profile:
    """A profile that can be followed. Raises BadProfile."""
    profile, marks = _read(text)
    unset = [path for path, value in marks.values.items() if UNSET in str(value)]
    if unset:
        raise BadProfile(
            _lines(marks, [(path, f"put your own value for {UNSET}") for path in unset])
        )
    return profile


def draft(text: str) -> Profile:
    """The same, where values of one's own may be missing yet."""
    return _read(text)[0]


def shipped(kind: str) -> str:
    """The text of the profile that comes with a kind, to start from."""
    return (files(__package__) / "shipped" / f"{kind}.yaml").read_text("utf-8")


def _read(text: str) -> tuple[Profile, Marks]:
    try:
        data, marks = load(text)
    except BadYaml as error:
        raise BadProfile(str(error)) from error
    try:
        return Profile.model_validate(data), marks
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise BadProfile(_lines(marks, map(_said, found))) from error


def _said(error: ErrorDetails) -> tuple[Path, str]:
    """Where an error is, and what it is in words."""
    where: Path = tuple(error["loc"])
    match error["type"]:
        case "extra_forbidden":
            return (
                where,
                f"{where[-1]} is not known here; allowed: {', '.join(allowed(where[:-1]))}",
            )
        case "missing":
            return where, f"{where[-1]} is missing"
        case "profile":
            path: Path = error["ctx"]["path"]
            return path, error["msg"]
        case _:
            return where, error["msg"].removeprefix("Value error, ")


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


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _kinds(model: type[BaseModel]) -> tuple[Any, ...]:
    kind = model.model_fields.get("kind")
    return get_args(kind.annotation) if kind else ()


def _lines(marks: Marks, found: Iterable[tuple[Sequence[str | int], str]]) -> str:
    told = [f"{marks.at(path)}: {said}" for path, said in found]
    more = len(told) - _MOST_SHOWN
    return "\n".join([*told[:_MOST_SHOWN], *([f"and {more} more"] if more > 0 else [])])
