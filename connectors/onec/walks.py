"""Walks through sets page by page, so that what moves or vanishes meanwhile hides no row."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from connectors.kit.errors import ErrorKind, RetryLater
from connectors.onec.odata import Odata, Row
from connectors.onec.profiles import Table

_MOST_IN_VAIN = 10
"""Requests one after another that bring no new row."""
_TIME = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d")


def by_key(odata: Odata, table: Table, select: str = "") -> Iterator[Sequence[Row]]:
    """A catalog in the order of its keys; a row that is there all the time comes, and once.

    Pages are told by `$skip` alone, for whether 1C compares keys no document promises. What comes
    or goes meanwhile moves them: a page counts when it has a row that came before, so that nothing
    between is missing. Else an earlier one is asked for; after many in vain it is an error.
    """
    size, skip, in_vain = odata.page(table, select) + 1, 0, 0
    seen: set[Any] = set()
    while in_vain < _MOST_IN_VAIN:
        rows = odata.rows(table, order="Ref_Key", select=select, top=size, skip=skip)
        keys = [row.get("Ref_Key") for row in rows]
        goes_on = not seen or not seen.isdisjoint(keys)
        fresh = [row for row in rows if goes_on and row.get("Ref_Key") not in seen]
        if fresh:
            yield fresh
        if goes_on and len(rows) < size:
            return
        seen.update(row.get("Ref_Key") for row in fresh)
        in_vain = 0 if fresh else in_vain + 1
        skip = skip + len(rows) - 1 if goes_on else max(skip - size + 1, 0)
    raise _moved(table)


def by_date(
    odata: Odata, table: Table, since: str, until: str = "", select: str = ""
) -> Iterator[Sequence[Row]]:
    """Documents by their date: each page begins at the second at which the last one ended.

    Nothing is skipped by number, so what is deleted meanwhile moves no other row.
    """
    known: set[Any] = set()
    while True:
        where = f"Date ge datetime'{since}'" + (until and f" and Date lt datetime'{until}'")
        top = odata.page(table, select) + len(known)
        rows = odata.rows(table, where=where, order="Date,Ref_Key", select=select, top=top)
        fresh = [row for row in rows if row.get("Ref_Key") not in known]
        is_full = len(rows) >= top
        if not all(_TIME.fullmatch(str(row.get("Date"))) for row in rows):
            said = f"{table.name}: a document without a date"
            raise RetryLater(said, kind=ErrorKind.UNREADABLE)
        if rows and (str(rows[0]["Date"]) < since or (is_full and not fresh)):
            raise _moved(table)
        if fresh:
            yield fresh
        if not is_full:
            return
        end = str(rows[-1]["Date"])
        at_end = {row.get("Ref_Key") for row in rows if row["Date"] == end}
        since, known = end, at_end | (known if end == since else set())


def all_rows(odata: Odata, table: Table, select: str) -> list[Row]:
    """Some fields of all rows of a catalog."""
    return [row for page in by_key(odata, table, select) for row in page]


def _moved(table: Table) -> RetryLater:
    said = f"{table.name}: a page repeats, or does not go on where the last one ended"
    return RetryLater(said, kind=ErrorKind.UNREADABLE)
