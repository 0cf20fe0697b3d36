"""Lists: pages of fifty, filters whose operator stands before the name, the fast way with -1."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from connectors.sandbox.bitrix24.answers import Result, Trouble
from connectors.sandbox.bitrix24.asked import Asked, listed
from connectors.sandbox.bitrix24.stored import TYPES, seconds
from connectors.sandbox.rows import Cut, Rows

PAGE = 50
_OPERATORS = (">=", "<=", ">", "<", "@", "=", "")
_EVER = 2**62
_TIMES = frozenset({"created_at", "updated_at"})


class Listing(NamedTuple):
    """Which rows a method lists, where they lie, and which columns its filters are about."""

    noun: str
    under: str
    columns: Mapping[str, str]


_ITEM = {"id": "id", "createdTime": "created_at", "updatedTime": "updated_at"}
LISTS: Mapping[str, Listing] = {
    "crm.item.list": Listing("", "items", _ITEM),
    "crm.activity.list": Listing(
        "activity",
        "",
        {
            "ID": "id", "CREATED": "created_at", "LAST_UPDATED": "updated_at",
            "PROVIDER_ID": "kind", "OWNER_TYPE_ID": "about_noun", "OWNER_ID": "about",
        },
    ),
    "tasks.task.list": Listing(
        "task",
        "tasks",
        {
            "ID": "id", "CREATED_DATE": "created_at", "CHANGED_DATE": "updated_at",
            "UF_CRM_TASK": "about_noun",
        },
    ),
    "crm.stagehistory.list": Listing(
        "history", "items", {"ID": "id", "CREATED_TIME": "created_at", "OWNER_ID": "about"}
    ),
    "crm.requisite.list": Listing(
        "requisite",
        "",
        {
            "ID": "id", "DATE_CREATE": "created_at", "DATE_MODIFY": "updated_at",
            "ENTITY_TYPE_ID": "about_noun", "ENTITY_ID": "about",
        },
    ),
    "crm.product.list": Listing("product", "", {"ID": "id", "TIMESTAMP_X": "updated_at"}),
    "crm.timeline.comment.list": Listing(
        "comment", "", {"ID": "id", "ENTITY_TYPE": "about_noun", "ENTITY_ID": "about"}
    ),
    "user.get": Listing("user", "", {"ID": "id"}),
    "department.get": Listing("department", "", {"ID": "id"}),
}  # fmt: skip


class Lists:
    """The lists of one portal. Portals can do without what `off` names: "invoice", "lead"."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.off: set[str] = set()
        self.strict = False
        """Whether an unknown key of a filter is refused, as new methods do, or passed over."""
        self.ignores_iso = False
        """Whether items pass over times with a T and an offset, as they are said to at times."""

    def read(self, method: str, asked: Asked) -> Result:
        """One page."""
        listing = LISTS[method]
        noun = listing.noun or self.noun(asked)
        if noun == "history" and self.noun(asked) == "lead":
            noun = "lead_history"
        start = int(asked.get("start") or 0)
        cut = self._cut(listing, noun, asked)
        if start == -1:
            return Result(rows=self._picked(cut, 0, asked), under=listing.under, total=0)
        total = len(self._rows.page(cut, _EVER, 0)) if cut.among or cut.between else None
        total = self._rows.count(noun) if total is None else total
        rows = self._picked(cut, start, asked)
        after = start + len(rows)
        more = after if after < total else None
        return Result(rows=rows, under=listing.under, total=total, next=more)

    def noun(self, asked: Asked) -> str:
        """Whose items are meant."""
        number = int(asked.get("entityTypeId") or 0)
        noun = TYPES.get(number, "")
        if not noun or noun in self.off:
            raise Trouble(400, "ENTITY_TYPE_NOT_SUPPORTED", "Entity type is not supported")
        return noun

    def _picked(self, cut: Cut, start: int, asked: Asked) -> list[bytes]:
        """The rows of a page; phones and addresses of items come with `*` alone."""
        rows = self._rows.page(cut, PAGE, start)
        select = {str(name) for name in listed(asked.get("select") or [])}
        if not select or select & {"*", "ID"}:
            return rows
        bodies = (orjson.loads(row) for row in rows)
        return [orjson.dumps({key: b[key] for key in b if key in select}) for b in bodies]

    def _cut(self, listing: Listing, noun: str, asked: Asked) -> Cut:
        among: list[tuple[str, tuple[int | str, ...]]] = []
        between: list[tuple[str, int | None, int | None]] = []
        for key, value in dict(asked.get("filter") or {}).items():
            sign = next(one for one in _OPERATORS if key.startswith(one))
            column = listing.columns.get(key.removeprefix(sign))
            if column is None and self.strict:
                name = key.removeprefix(sign)
                said = f"Invalid filter: field '{name}' is not allowed in filter"
                raise Trouble(400, "INVALID_ARG_VALUE", said)
            is_item = not listing.noun
            is_ignored = is_item and self.ignores_iso and column in _TIMES and "T" in str(value)
            if column is None or value == "" or is_ignored:
                continue
            if sign in {"", "=", "@"}:
                among.append((column, tuple(_plain(column, one) for one in listed(value))))
            else:
                between.append((column, *_ends(sign, int(_plain(column, value)))))
        order = dict(asked.get("order") or {})
        is_down = "DESC" in {str(way).upper() for way in order.values()}
        return Cut(noun, desc=is_down, among=tuple(among), between=tuple(between))


def _plain(column: str, value: Any) -> int | str:
    if column in _TIMES:
        return seconds(value)
    if column in {"kind", "about_noun"}:
        return str(value)
    said = str(value)
    return int(said) if said.isdecimal() else -1


def _ends(sign: str, value: int) -> tuple[int | None, int | None]:
    match sign:
        case ">":
            return value + 1, None
        case ">=":
            return value, None
        case "<":
            return None, value - 1
        case _:
            return None, value
