"""Puts values in the place of `{names}` and secrets in the place of `${names}`; runs nothing."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.kit.door import Spoken
from connectors.kit.errors import ErrorKind

_NAME = re.compile(r"(?<!\$)\{([a-z_]+)\}")
_ODD = re.compile(r"(?<!\$)\{([^{}]*)\}")
_SECRET = re.compile(r"\$\{([A-Za-z0-9_]+)\}")
_DROPPED: Any = object()


class Wrong(ValueError):
    """A placeholder that nothing can be put in the place of."""

    kind = ErrorKind.BAD_PROFILE

    def __init__(self, en: str, ru: str) -> None:
        super().__init__(Spoken(en, ru))


def check(part: Any, known: frozenset[str] | set[str]) -> None:
    """Raise Wrong for a placeholder that is not known."""
    for text in _texts(part):
        for name in _ODD.findall(text):
            if name not in known:
                there = ", ".join(sorted(known))
                raise Wrong(
                    f"{{{name}}} is not known here; there are: {there}",
                    f"{{{name}}} здесь не бывает; есть: {there}",
                )


def fill(part: Any, values: Mapping[str, Any]) -> Any:
    """The same with values in it; what is one placeholder alone keeps the kind of its value.

    What has no value (None) is left out of objects and lists.
    """
    found = _filled(part, values)
    return None if found is _DROPPED else found


def unlock(part: Any, secrets: Mapping[str, str]) -> Any:
    """The same with secrets in it. Raises Wrong for one that was not given."""
    match part:
        case str():
            return _SECRET.sub(lambda found: _secret(found[1], secrets), part)
        case Mapping():
            return {key: unlock(value, secrets) for key, value in part.items()}
        case list():
            return [unlock(value, secrets) for value in part]
        case _:
            return part


def secrets_in(part: Any) -> set[str]:
    """The names of the secrets that are asked for."""
    return {name for text in _texts(part) for name in _SECRET.findall(text)}


def _filled(part: Any, values: Mapping[str, Any]) -> Any:
    match part:
        case str():
            whole = _NAME.fullmatch(part)
            if whole and whole[1] in values:
                value = values[whole[1]]
                return _DROPPED if value is None else value
            return _NAME.sub(lambda found: _shown(values.get(found[1], found[0])), part)
        case Mapping():
            items = {key: _filled(value, values) for key, value in part.items()}
            return {key: value for key, value in items.items() if value is not _DROPPED}
        case list():
            return [v for v in (_filled(value, values) for value in part) if v is not _DROPPED]
        case _:
            return part


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _secret(name: str, secrets: Mapping[str, str]) -> str:
    if name not in secrets:
        raise Wrong(f"the secret {name} was not given", f"не дан секрет {name}")
    return secrets[name]


def _texts(part: Any) -> Iterator[str]:
    match part:
        case str():
            yield part
        case Mapping():
            for key, value in part.items():
                yield from _texts(key)
                yield from _texts(value)
        case list():
            for value in part:
                yield from _texts(value)
        case _:
            return
