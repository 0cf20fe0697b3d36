"""Reads what a URL asks for: filter, selection, order and page; what makes no sense is refused."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from operator import eq, ge, gt, le, lt, ne
from typing import Any
from urllib.parse import unquote

Row = dict[str, Any]
Test = Callable[[Row], bool]

_TOKEN = re.compile(
    r"\s*(?:guid'(?P<guid>[^']*)'|datetime'(?P<time>[^']*)'|'(?P<text>(?:[^']|'')*)'"
    r"|(?P<mark>[(),])|(?P<number>-?\d+(?:\.\d+)?)(?![\w.])|(?P<word>[^\W\d]\w*))"
)
_SIGNS = {"eq": eq, "ne": ne, "gt": gt, "ge": ge, "lt": lt, "le": le}
_WORDS = {"true": True, "false": False}
_MOST_DEEP = 60


class BadQuery(Exception):
    """An answer of 1C that is no answer."""

    def __init__(self, status: int, code: str, said: str) -> None:
        super().__init__(said)
        self.status, self.code = status, code


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of one request."""

    filter: str = ""
    select: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    top: int | None = None
    skip: int = 0
    is_counted: bool = False
    """`$inlinecount`: the page asked for is passed over then."""
    is_allowed_only: bool = False
    format: str = ""

    @property
    def is_json(self) -> bool:
        """Whether it is to be JSON, and no Atom feed."""
        return "json" in self.format

    @property
    def is_bare(self) -> bool:
        """Without links to what a row refers to."""
        return "nometadata" in self.format


@dataclass(frozen=True, slots=True)
class Where:
    """A filter, ready to be used."""

    test: Test
    since: str | None = None
    """No row before this date can pass."""


@dataclass(slots=True)
class _Tokens:
    left: list[tuple[str, str]]
    known: Collection[str]
    since: list[str] = field(default_factory=list)
    depth: int = 0

    def peek(self) -> tuple[str, str]:
        return self.left[-1] if self.left else ("end", "")

    def take(self, kind: str = "", said: str = "") -> str:
        found = self.peek()
        if not self.left or (kind and found[0] != kind) or (said and found[1] != said):
            raise _syntax(found[1])
        self.left.pop()
        return found[1]


def asked(raw_query: str) -> Asked:
    """The options; a plus is a plus here and no blank."""
    pairs = (part.partition("=") for part in raw_query.split("&") if part)
    given = {unquote(name): unquote(value) for name, _, value in pairs}
    for name in ("$top", "$skip"):
        if not given.get(name, "0").isdigit():
            raise BadQuery(400, "16", f"Ошибка при разборе опции запроса {name}")
    return Asked(
        filter=given.get("$filter", ""),
        select=_names(given.get("$select", "")),
        order=_names(given.get("$orderby", "")),
        top=int(given["$top"]) if "$top" in given else None,
        skip=int(given.get("$skip", "0")),
        is_counted=given.get("$inlinecount") == "allpages",
        is_allowed_only=given.get("allowedOnly") == "true",
        format=given.get("$format", ""),
    )


def where(text: str, known: Collection[str]) -> Where:
    """A filter over rows that have the known fields."""
    if not text:
        return Where(lambda _row: True)
    tokens = _Tokens(_split(text)[::-1], known)
    test = _either(tokens)
    if tokens.left:
        raise _syntax(tokens.peek()[1])
    return Where(test, min(tokens.since) if tokens.since and " or " not in text else None)


def _split(text: str) -> list[tuple[str, str]]:
    found, place = [], 0
    while place < len(text.rstrip()):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise _syntax(text[place : place + 20])
        found.append((match.lastgroup, match[match.lastgroup]))
        place = match.end()
    return found


def _either(tokens: _Tokens) -> Test:
    tests = [_both(tokens)]
    while tokens.peek() == ("word", "or"):
        tokens.take()
        tests.append(_both(tokens))
    return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)


def _both(tokens: _Tokens) -> Test:
    tests = [_one(tokens)]
    while tokens.peek() == ("word", "and"):
        tokens.take()
        tests.append(_one(tokens))
    return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)


def _one(tokens: _Tokens) -> Test:
    if tokens.peek() == ("word", "not"):
        tokens.take()
        inner, before = _one(tokens), tokens.since
        before.clear()
        return lambda row: not inner(row)
    if tokens.peek() == ("mark", "("):
        tokens.depth += 1
        if tokens.depth > _MOST_DEEP:
            raise _syntax("(")
        tokens.take()
        test = _either(tokens)
        tokens.take("mark", ")")
        return test
    return _compared(tokens)


def _compared(tokens: _Tokens) -> Test:
    name, sign = tokens.take("word"), tokens.take("word")
    if tokens.known and name not in tokens.known:
        raise BadQuery(400, "10", f"Свойство не найдено: {name}")
    if sign not in _SIGNS:
        raise _syntax(sign)
    kind, value, of = _value(tokens)
    if name == "Date" and sign in {"ge", "gt", "eq"}:
        tokens.since.append(value)
    holds, type_field = _SIGNS[sign], f"{name}_Type"
    if type_field not in tokens.known or kind == "text":
        return lambda row: bool(holds(row[name], value))
    if of is None:  # a field of several types is not equal to a bare guid: no error, no rows
        return lambda _row: False
    return lambda row: bool(holds(row[name], value) and row[type_field] == f"StandardODATA.{of}")


def _value(tokens: _Tokens) -> tuple[str, Any, str | None]:
    kind, said = tokens.peek()
    tokens.take()
    match kind:
        case "guid" | "time":
            return kind, said, None
        case "text":
            return kind, said.replace("''", "'"), None
        case "number":
            return kind, float(said), None
        case "word" if said in _WORDS:
            return kind, _WORDS[said], None
        case "word" if said == "cast":
            tokens.take("mark", "(")
            key = tokens.take("guid")
            tokens.take("mark", ",")
            of = tokens.take("text")
            tokens.take("mark", ")")
            return "guid", key, of
    raise _syntax(said)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _syntax(near: str) -> BadQuery:
    return BadQuery(400, "14", f"Ошибка разбора опции запроса $filter: {near}")
