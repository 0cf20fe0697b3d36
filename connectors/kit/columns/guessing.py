"""Guesses which column of a table holds what: by its name, and by what stands in it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.kit.columns import words
from connectors.kit.columns.reading import take
from connectors.kit.columns.table_map import TableMap
from connectors.kit.columns.tables import Table
from connectors.kit.columns.values_seen import DAYS, NUMBERS, Seen
from connectors.kit.errors import BadRecord
from connectors.kit.records import Noun
from connectors.kit.shapes import NEEDED, shapes

_EXACT, _PARTLY = 100, 10
_BY_KIND = ("amount", "target", "quantity", "score")
_STAGES_LISTED = 50
_ROUBLES = "RUB"
_FEW, _ROWS_OF_A_MISTAKE = 3, 10
"""A key may fail for so many rows, or for one in so many."""


@dataclass(slots=True)
class Draft:
    """A mapping that is not finished: what is known of it, and what could be seen in the file."""

    table: Table
    columns: Mapping[str, Seen]
    said: dict[str, Any] = field(default_factory=dict)

    def put(self, target: str, rule: Any) -> None:
        """Say what holds a field, or a part of the client."""
        whose, _, part = target.partition(".")
        group = self.said.setdefault("client" if whose == "client" and part else "fields", {})
        group[part or whose] = rule

    def put_column(self, target: str, column: str) -> None:
        """The same by a column; it is read as it is written, and codes that were said stay."""
        before = self.said.get("fields", {}).get(target) or {}
        shape, seen = shapes(self.table.noun).get(target), self.columns.get(column)
        rule = _read(self.table, seen, shape.kind) if seen and shape else {"from": column}
        codes = {"codes": before["codes"]} if "codes" in before else {}
        self.put(target, {**rule, **codes})

    @property
    def missing(self) -> list[str]:
        """What a row needs and no column seems to hold."""
        known = {*self.said.get("fields", ())} | {"currency", "status"}
        if self.table.noun is Noun.COMPANY:
            known |= {*self.said.get("client", ())}
        if self.said.get("period"):
            known.add("ends_on")
        if self.table.noun is Noun.DEAL:
            known |= {"pipeline", "outcome"}
        needed = [n for n, s in shapes(self.table.noun).items() if s.default is NEEDED]
        lacks = [name for name in needed if name not in known]
        if self.table.needs_client and not self.said.get("client"):
            lacks.append("client.inn")
        return lacks

    def finished(self, rows: Sequence[Mapping[str, Any]], *, keyless: bool = False) -> TableMap:
        """The mapping, with the key that tells most rows apart. Raises ValidationError.

        A key may fail for one row in ten, or for three: those rows are told one by one.

        Args:
            keyless: look for no key.
        """
        made = TableMap.model_validate({"table": self.table.name, **self.said})
        if keyless or not made.is_weak:
            return made
        keyed = [made.model_copy(update={"key": key}) for key in _keys(self, made)]
        told = [(one, *_told_apart(one, rows)) for one in keyed]
        good = [(bad, one) for one, fine, bad in told if _is_enough(fine, bad)]
        return min(good, key=lambda one: one[0])[1] if good else made


def guess(table: Table, rows: Sequence[Mapping[str, Any]]) -> Draft:
    """What the columns of a table hold, as far as their names and the first rows tell."""
    names = list(rows[0]) if rows else []
    columns = {name: Seen(name, [row.get(name) for row in rows]) for name in names}
    draft, free = Draft(table, columns), dict(columns)
    for target, column in _by_names(table, columns):
        if column in free and target not in _taken(draft):
            draft.put(target, _rule(table, target, free.pop(column)))
    _by_values(draft, free)
    _period(draft)
    money = [seen.currency for seen in columns.values() if seen.is_numbers or seen.is_empty]
    draft.said["currency"] = next(filter(None, money), _ROUBLES)
    return draft


def _by_names(table: Table, columns: Mapping[str, Seen]) -> list[tuple[str, str]]:
    """Fields and columns that go together, the surest first."""
    found = []
    for place, (target, known) in enumerate(words.words(table.noun).items()):
        if not _is_there(table, target):
            continue
        for column, seen in columns.items():
            score = _score(_plain(column), known)
            if score and _fits(table, target, seen):
                found.append((-score, place, target, column))
    return [(target, column) for _, _, target, column in sorted(found)]


def _score(name: str, known: Sequence[str]) -> int:
    """How well a name says it; of two that say it the one that comes first in the list wins."""
    if name in known:
        return _EXACT - known.index(name)
    said = set(name.split())
    parts = [len(one.split()) for one in known if len(one) > 2 and said.issuperset(one.split())]
    return _PARTLY * max(parts) - len(said) if parts else 0


def _fits(table: Table, target: str, seen: Seen) -> bool:
    """Whether what stands in a column may be the field."""
    shape = shapes(table.noun).get(target)
    if seen.is_empty or shape is None:
        return target != "client.inn" or seen.is_empty or any(map(str.isdecimal, seen.texts[0]))
    if shape.kind in DAYS:
        return _may_be_days(table, seen)
    if shape.kind in NUMBERS:
        return seen.is_numbers
    return not (seen.is_days and shape.kind == "text")


def _may_be_days(table: Table, seen: Seen) -> bool:
    """A month is no day, but what is about a period begins with it."""
    return seen.is_days or (seen.is_months and table.has_period)


def _by_values(draft: Draft, free: dict[str, Seen]) -> None:
    """What no name tells and the values do: an INN, the only days, the only numbers."""
    client = draft.said.get("client", {})
    inns = [name for name, seen in free.items() if seen.is_inns]
    if "inn" not in client and len(inns) == 1:
        draft.put("client.inn", inns[0])
        free.pop(inns[0])
    days = [name for name, seen in free.items() if _may_be_days(draft.table, seen)]
    numbers = [name for name, seen in free.items() if seen.is_numbers and not seen.is_inns]
    lacks = draft.missing
    for target, shape in shapes(draft.table.noun).items():
        if target not in lacks:
            continue
        if shape.kind in DAYS and len(days) == 1:
            draft.put(target, _rule(draft.table, target, free.pop(days.pop())))
        elif target in _BY_KIND and len(numbers) == 1:
            draft.put(target, _rule(draft.table, target, free.pop(numbers.pop())))


def _rule(table: Table, target: str, seen: Seen) -> Any:
    if target.startswith("client."):
        return seen.name
    rule: dict[str, Any] = _read(table, seen, shapes(table.noun)[target].kind)
    if table.noun is Noun.DEAL and target == "stage":
        stages = list(dict.fromkeys(seen.texts))[:_STAGES_LISTED]
        rule["codes"] = {stage: words.outcome(stage) for stage in stages} | {"*": "open"}
    return rule


def _read(table: Table, seen: Seen, kind: str) -> dict[str, Any]:
    """How a field of a kind is read from a column; a day is no month, whatever stands there."""
    rule = seen.rule(kind)
    return rule if table.has_period else {k: v for k, v in rule.items() if v != "month"}


def _period(draft: Draft) -> None:
    """Plans and budgets with one day are those of a month, or what the name of the column says."""
    fields = draft.said.get("fields", {})
    if not draft.table.has_period:
        return
    first = fields.get("starts_on") or fields.get("sold_on")
    if first is None or "ends_on" in fields or "since" in fields:
        return
    name = _plain(first["from"])
    marks = (("год", "year"), ("year", "year"), ("квартал", "quarter"), ("quarter", "quarter"))
    told = next((period for mark, period in marks if mark in name), None)
    is_month = "месяц" in name or "month" in name or first.get("as") == "month"
    if told or is_month or draft.table.noun is not Noun.SELL_OUT:
        draft.said["period"] = told or "month"
    if "starts_on" in fields:
        fields["ends_on"] = dict(first)


def _keys(draft: Draft, made: TableMap) -> list[list[str]]:
    """What may tell rows apart: an id, else the fields that do so by nature."""
    ids = [[name] for name in draft.columns if _plain(name) in words.KEY]
    known = {*made.fields} | ({"client"} if made.client.columns else set())
    parts = [next((p for p in part.split("|") if p in known), "") for part in draft.table.keys]
    natural = [part for part in parts if part]
    return [*ids, *([natural] if natural and parts[0] else [])]


def _told_apart(made: TableMap, rows: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """How many rows a key tells from all others, and of how many it is empty or there already."""
    known: set[str] = set()
    bad = 0
    for row in rows:
        try:
            key = take(made, row).raw.external_id
        except BadRecord as error:
            bad += str(error).startswith("key")
            continue
        bad += key in known
        known.add(key)
    return len(known), bad


def _is_enough(fine: int, bad: int) -> bool:
    """Whether a key is one, but for a few mistakes; what tells half of the rows apart is none."""
    return not bad or (bad < fine and bad <= max(_FEW, (fine + bad) // _ROWS_OF_A_MISTAKE))


def _is_there(table: Table, target: str) -> bool:
    if target.startswith("client."):
        return True
    return target in shapes(table.noun)


def _taken(draft: Draft) -> set[str]:
    whose = {f"client.{part}" for part in draft.said.get("client", ())}
    return whose | {*draft.said.get("fields", ())}


def _plain(name: str) -> str:
    """A name in small letters without punctuation."""
    said = name.lower().replace("ё", "е").replace("№", " номер ")
    return " ".join(re.sub(r"[\W_]+", " ", said).split())
