"""A plain part of YAML that remembers where everything stands: no tags, no anchors."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

_LONGEST = 200_000
_DEEPEST = 40
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?[0-9]+\.[0-9]+")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


class BadYaml(ValueError):
    """A text that is no YAML, with the place where it stops making sense."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Where each value of a text stands."""

    places: dict[tuple[str | int, ...], yaml.Mark] = field(default_factory=dict)
    values: dict[tuple[str | int, ...], Any] = field(default_factory=dict)

    def at(self, path: Sequence[str | int]) -> str:
        """The place of a value, or of the nearest one around it; parts that are not in the text,
        such as the kind of a thing, are passed over."""
        here: tuple[str | int, ...] = ()
        for part in path:
            if (*here, part) in self.places:
                here = (*here, part)
        mark = self.places[here]
        named = ".".join(str(part) for part in path)
        return f"line {mark.line + 1}, column {mark.column + 1}" + (f" ({named})" if named else "")


def load(text: str) -> tuple[Any, Marks]:
    """The data and its places. Raises BadYaml."""
    if len(text) > _LONGEST:
        raise BadYaml(f"the text has {len(text)} letters; {_LONGEST} at most are read")
    try:
        node = yaml.compose(text, yaml.BaseLoader)
    except RecursionError as error:
        raise BadYaml("this is nested too deep") from error
    except yaml.MarkedYAMLError as error:
        raise BadYaml(f"{_where(error.problem_mark)}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise BadYaml(f"this is no text in YAML: {error}") from error
    if node is None:
        raise BadYaml("line 1, column 1: the text is empty")
    marks = Marks()
    return _built(node, (), marks, set()), marks


def _built(node: yaml.Node, path: tuple[str | int, ...], marks: Marks, seen: set[int]) -> Any:
    if id(node) in seen:
        raise BadYaml(f"{_where(node.start_mark)}: anchors (& and *) are not read; write it out")
    if len(path) > _DEEPEST:
        raise BadYaml(f"{_where(node.start_mark)}: this is nested too deep")
    seen.add(id(node))
    marks.places.setdefault(path, node.start_mark)
    if isinstance(node, yaml.MappingNode):
        return _object(node, path, marks, seen)
    if isinstance(node, yaml.SequenceNode):
        return [_built(one, (*path, at), marks, seen) for at, one in enumerate(node.value)]
    marks.values[path] = value = _plain(node.value) if node.style is None else node.value
    return value


def _object(
    node: yaml.MappingNode, path: tuple[str | int, ...], marks: Marks, seen: set[int]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise BadYaml(f"{_where(key.start_mark)}: a name has to be a text")
        if key.value in found:
            raise BadYaml(f"{_where(key.start_mark)}: {key.value} stands here twice")
        marks.places[(*path, key.value)] = key.start_mark
        found[key.value] = _built(value, (*path, key.value), marks, seen)
    return found


def _plain(said: str) -> Any:
    """A text without quotes: a number, true, false, null, or a text; `no` and `on` are texts."""
    if said in _WORDS:
        return _WORDS[said]
    if _INT.fullmatch(said) and len(said) < 16:
        return int(said)
    return float(said) if _FLOAT.fullmatch(said) else said


def _where(mark: yaml.Mark | None) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}" if mark else "somewhere"
