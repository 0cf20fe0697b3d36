"""A plain part of YAML that remembers where everything stands: no tags, no anchors."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from connectors.kit.door import Spoken

_LONGEST = 200_000
_DEEPEST = 40
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?[0-9]+\.[0-9]+")
_DEEP = ("this is nested too deep", "слишком глубокая вложенность")
_TYPES = frozenset({"str", "list[str]", "int", "bool"})
"""What ends a path to a value that may be one of several."""
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


class BadYaml(ValueError):
    """A text that is no YAML, with the place where it stops making sense."""

    def __init__(self, en: str, ru: str, at: yaml.Mark | None = None) -> None:
        if at is not None:
            place = _where(at)
            en, ru = f"{place}: {en}", f"{place.ru}: {ru}"
        super().__init__(Spoken(en, ru))


@dataclass(frozen=True, slots=True)
class Marks:
    """Where each value of a text stands."""

    places: dict[tuple[str | int, ...], yaml.Mark] = field(default_factory=dict)
    values: dict[tuple[str | int, ...], Any] = field(default_factory=dict)

    def at(self, path: Sequence[str | int]) -> Spoken:
        """The place of a value, or of the nearest one around it, with its name."""
        here = self.known(path)
        is_there = not path or path[-1] in {*here[-1:], "[key]"} or path[-1] in _TYPES
        named = ".".join(str(part) for part in (here if is_there else (*here, path[-1])))
        place, name = _where(self.places[here]), f" ({named})" if named else ""
        return Spoken(f"{place}{name}", f"{place.ru}{name}")

    def line(self, path: Sequence[str | int]) -> int:
        """The line where that stands, to sort by."""
        return int(self.places[self.known(path)].line)

    def known(self, path: Sequence[str | int]) -> tuple[str | int, ...]:
        """A path without what is not in the text, such as the kind of a thing."""
        here: tuple[str | int, ...] = ()
        for part in path:
            if (*here, part) in self.places:
                here = (*here, part)
        return here


def load(text: str) -> tuple[Any, Marks]:
    """The data and its places. Raises BadYaml."""
    if len(text) > _LONGEST:
        raise BadYaml(
            f"the text has {len(text)} letters; {_LONGEST} at most are read",
            f"в тексте {len(text)} знаков; читается не больше {_LONGEST}",
        )
    try:
        node = yaml.compose(text, yaml.BaseLoader)
    except RecursionError as error:
        raise BadYaml(*_DEEP) from error
    except yaml.MarkedYAMLError as error:
        said, mark = str(error.problem), error.problem_mark
        raise BadYaml(said, f"это не YAML ({said})", mark) from error
    except yaml.YAMLError as error:
        raise BadYaml(f"this is no text in YAML: {error}", f"это не YAML: {error}") from error
    if node is None:
        raise BadYaml("the text is empty", "текст пуст", yaml.Mark("", 0, 0, 0, None, None))
    marks = Marks()
    return _built(node, (), marks, set()), marks


def _built(node: yaml.Node, path: tuple[str | int, ...], marks: Marks, seen: set[int]) -> Any:
    if id(node) in seen:
        raise BadYaml(
            "anchors (& and *) are not read; write it out",
            "якоря (& и *) не читаются; напишите целиком", node.start_mark,
        )  # fmt: skip
    if len(path) > _DEEPEST:
        raise BadYaml(*_DEEP, node.start_mark)
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
            raise BadYaml("a name has to be a text", "имя должно быть текстом", key.start_mark)
        if key.value in found:
            said = f"{key.value} stands here twice", f"{key.value} стоит здесь дважды"
            raise BadYaml(*said, key.start_mark)
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


def _where(mark: yaml.Mark) -> Spoken:
    line, column = mark.line + 1, mark.column + 1
    return Spoken(f"line {line}, column {column}", f"строка {line}, столбец {column}")
