"""Walks through sets page by page, so that what moves or vanishes meanwhile hides no row."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from connectors.kit.errors import ErrorKind, RetryLater
from connectors.onec.odata import Odata, Row
from connectors.onec.profiles import Table

_TIME = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d")


def by_key(odata: Odata, table: Table, select: str = "") -> Iterator[Sequence[Row]]:
    """A catalog in the order of its keys; each page begins with the last row of the one before.

    Where it does not, rows have moved, and the walk ends in an error: pages are told by `$skip`
    alone, for whether 1C compares keys no document promises.
    """
    size, skip = odata.page(table, select), 0
    last: Any = None
    while True:
        rows = odata.rows(table, order="Ref_Key", select=select, top=size, skip=skip)
        if skip and (not rows or rows[0].get("Ref_Key") != last):
            raise _moved(table)
        fresh = rows[1:] if skip else rows
        if fresh:
            yield fresh
        if len(rows) < size or not fresh:
            return
        last, skip = rows[-1].get("Ref_Key"), skip + len(rows) - 1


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
