"""Reads the text of a profile; what is wrong in it is told with its line and column."""

from functools import lru_cache
from importlib.resources import files

from pydantic import ValidationError

from connectors.kit import wrongs
from connectors.kit.door import Spoken
from connectors.kit.errors import ErrorKind
from connectors.kit.plain_yaml import BadYaml, Marks, load
from connectors.profiled.model import Profile

UNSET = "REPLACE-ME"
"""What stands in a shipped profile where a value of one's own belongs."""
_OWN = Spoken(f"put your own value for {UNSET}", f"впишите своё значение вместо {UNSET}")


class BadProfile(ValueError):
    """A profile that cannot be used; a line for each thing that is wrong, in both languages."""

    kind = ErrorKind.BAD_PROFILE


@lru_cache(maxsize=32)
def read(text: str) -> Profile:
    """A profile that can be followed. Raises BadProfile."""
    profile, marks = _read(text)
    unset = [path for path, value in marks.values.items() if UNSET in str(value)]
    if unset:
        raise BadProfile(wrongs.listed(marks, [(path, _OWN) for path in unset]))
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
        raise BadProfile(wrongs.lines(marks, error, Profile)) from error
