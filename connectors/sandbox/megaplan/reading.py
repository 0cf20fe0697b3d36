"""Lists and cards of the account."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from connectors.sandbox.http import Response
from connectors.sandbox.megaplan.answers import GIVEN_WHOLE, Embedding, card, page, problem
from connectors.sandbox.megaplan.asked import Asked, Unprocessable, read
from connectors.sandbox.megaplan.schema import CUSTOM, KINDS, Kind
from connectors.sandbox.megaplan.shelves import Shelves
from connectors.sandbox.megaplan.switches import Switches
from connectors.sandbox.megaplan.tagged import Shape, link

_PATHS = {kind.name: path for path, kind in KINDS.items()}
_CARD = re.compile(r"(\w+)/(\d+)")
_PART = re.compile(r"(\w+)/(\d+)/(comments|payers|linkedTasks)")
_CONTRACTORS = ("contractorCompany", "contractorHuman")
_DONE = frozenset({"completed", "cancelled"})


class Reading:
    """Answers what is read; `me` is the user whose token it is."""

    def __init__(self, shelves: Shelves, switches: Switches, me: int) -> None:
        self._shelves = shelves
        self._switches = switches
        self._me = me

    def read(self, what: str, raw_query: str) -> Response:
        """What stands at a path below the root."""
        if what.partition("/")[0] in self._switches.no_access:
            return problem(403, "Доступ запрещён")
        if what == "currentUser":
            return self._card("employee", self._me)
        if what in KINDS and what != "comment":
            return self._list(what, raw_query)
        return self._below(what, raw_query)

    def _below(self, what: str, raw_query: str) -> Response:
        """A card, or what belongs to one."""
        if (path := what.removesuffix("/extraFields")) != what and path in CUSTOM:
            return _extra_fields(path)
        if found := _CARD.fullmatch(what):
            return self._card(found[1], int(found[2]))
        if found := _PART.fullmatch(what):
            return self._part(found[1], int(found[2]), found[3], raw_query)
        is_broken = re.fullmatch(r"contractor/\d+/(history|todos)", what)
        return problem(500, "Internal Server Error") if is_broken else problem(404, "Not found")

    def _card(self, path: str, number: int) -> Response:
        if path == "contractor":
            known = (one for one in _CONTRACTORS if self._shelves.get(one, number))
            path = next(known, path)
        row = self._shelves.get(path, number)
        if row is None:
            return problem(404, "Объект не найден")
        for name in self._switches.hidden:
            row.pop(name, None)
        return card(Embedding(self._lookup).embed(row))

    def _part(self, path: str, number: int, part: str, raw_query: str) -> Response:
        """A list that belongs to one object; comments newest first."""
        paths = _CONTRACTORS if path == "contractor" else (path,)
        if all(self._shelves.get(one, number) is None for one in paths):
            return problem(404, "Объект не найден")
        kind = KINDS[{"comments": "comment", "payers": "payer", "linkedTasks": "task"}[part]]
        asked = read(raw_query, kind, self._switches.most)
        rows = list(self._belonging(paths, number, part))
        ids = [int(row["id"]) for row in rows]
        first = ids.index(asked.after[1]) + 1 if asked.after and asked.after[1] in ids else 0
        end = first + asked.limit
        gone = self._gone(kind, asked)
        chosen = [_cut(row, gone) for row in rows[first:end]]
        return page(chosen, limit=asked.limit, has_more=end < len(rows), total=len(rows))

    def _belonging(self, paths: Sequence[str], number: int, part: str) -> Iterator[Shape]:
        shelf, field = {
            "comments": ("comment", "subject"),
            "payers": ("payer", "contractor"),
            "linkedTasks": ("task", "deals"),
        }[part]
        for kind in (KINDS[one].name for one in paths if one in KINDS):
            rows = map(
                partial(self._shelves.get, shelf), self._shelves.about(shelf, field, kind, number)
            )
            yield from filter(None, rows)

    def _list(self, path: str, raw_query: str) -> Response:
        kind, switches = KINDS[path], self._switches
        asked = read(raw_query, kind, switches.most)
        if not switches.sorts:
            asked = replace(asked, sort="", desc=False)
        unknown = sorted(asked.fields & switches.missing)
        if unknown:
            raise Unprocessable(f"{kind.name} have not this fields: {', '.join(unknown)}")
        if asked.terms and switches.filters == "refused":
            raise Unprocessable(f"{kind.name}: this filter is not supported")
        with self._shelves.lock:
            order = self._shelves.order(path, asked.sort)
            count = len(order)
            first = self._first(path, asked, count)
        rows: list[Shape] = []
        place = count if first is None else first
        all_tasks = asked.terms and switches.filters == "on"
        while place < count and len(rows) < asked.limit:
            row = self._shelves.get(path, order[-1 - place if asked.desc else place][1])
            place += 1
            if row is not None and (path != "task" or all_tasks or _is_at_work(row)):
                rows.append(row)
        embedding, gone = Embedding(self._lookup), self._gone(kind, asked)
        found = [embedding.embed(_cut(row, gone)) for row in rows]
        return page(found, limit=asked.limit, has_more=place < count, total=count)

    def _first(self, path: str, asked: Asked, count: int) -> int | None:
        """Where the page begins; None where nothing comes after a row that is gone."""
        anchor = asked.holding or asked.after
        if anchor is None:
            return 0
        rank = self._shelves.rank(path, asked.sort, anchor[1])
        if rank is not None:
            place = count - 1 - rank if asked.desc else rank
            return place - place % asked.limit if asked.holding else place + 1
        match self._switches.lost_anchor:
            case "refused":
                raise Unprocessable("pageAfter: entity not found")
            case "first":
                return 0
            case "empty":
                return None

    def _gone(self, kind: Kind, asked: Asked) -> frozenset[str]:
        """All but what is given anyway, what is asked for, and any field nobody has heard of."""
        wanted = asked.fields if asked.only else asked.fields | kind.usual
        return (kind.usual | kind.more) - wanted | self._switches.hidden

    def _lookup(self, name: str, number: str) -> Shape | None:
        path = _PATHS.get(name)
        if path is not None:
            return self._shelves.part(path, int(number), GIVEN_WHOLE[name])
        if name == "ProgramState":
            for program in self._shelves.ids("program"):
                states = (self._shelves.get("program", program) or {}).get("states", [])
                for state in states:
                    if state["id"] == number:
                        return dict(state)
        return None


def _cut(row: Shape, gone: frozenset[str]) -> Shape:
    for name in gone:
        row.pop(name, None)
    return row


def _is_at_work(task: Shape) -> bool:
    """Whether a list without a filter shows a task."""
    return task.get("status") not in _DONE


def _extra_fields(path: str) -> Response:
    fields = [
        link(kind, number)
        | {
            "name": name,
            "hrName": called,
            "isMultiple": False,
            "enumValues": list(chosen),
        }
        for number, (name, (kind, called, chosen)) in enumerate(CUSTOM[path].items(), 51)
    ]
    return page(fields, limit=100, has_more=False, total=len(fields))
