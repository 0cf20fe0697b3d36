"""Reads the text of a profile; what is wrong in it is told with its line and column."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files

from pydantic import ValidationError

from connectors.kit.door import Spoken
from connectors.kit.errors import ErrorKind
from connectors.profiled.model import Profile
from connectors.profiled.plain_yaml import BadYaml, Marks, load
from connectors.profiled.wrongs import Path, sentence

UNSET = "REPLACE-ME"
"""What stands in a shipped profile where a value of one's own belongs."""
_OWN = Spoken(f"put your own value for {UNSET}", f"впишите своё значение вместо {UNSET}")
_MOST_SHOWN = 10


class BadProfile(ValueError):
    """A profile that cannot be used; a line for each thing that is wrong, in both languages."""

    kind = ErrorKind.BAD_PROFILE


@lru_cache(maxsize=32)
def read(text: str) -> Profile:
    """A profile that can be followed. Raises BadProfile."""
    profile, marks = _read(text)
    unset = [path for path, value in marks.values.items() if UNSET in str(value)]
    if unset:
        raise BadProfile(_lines(marks, [(path, _OWN) for path in unset]))
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
        raise BadProfile(*error.args) from error
    try:
        return Profile.model_validate(data), marks
    except ValidationError as error:
        raise BadProfile(_lines(marks, _once(marks, error))) from error


def _once(marks: Marks, error: ValidationError) -> Iterator[tuple[Path, Spoken]]:
    """What is wrong; of a value that fits none of several types, the first alone."""
    seen = set()
    for one in error.errors(include_url=False):
        path, said = sentence(one)
        place = marks.known(path)
        if one["type"].endswith("_type"):
            if place in seen:
                continue
            seen.add(place)
        yield path, said


def _lines(marks: Marks, found: Iterable[tuple[Path, Spoken]]) -> Spoken:
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
