"""Asks a base: rows of a set, balances, what is published; in URLs as 1C reads them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

from connectors.kit.answers import Answer
from connectors.kit.errors import ConnectorError, ErrorKind, NoRights, RetryLater
from connectors.kit.http import CrmHttp
from connectors.kit.pages import chunks
from connectors.kit.records import Noun
from connectors.onec.profiles import Table

Row = Mapping[str, Any]

_INTERFACE = "/odata/standard.odata"
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BARE_JSON = "application/json;odata=nometadata"
_LONGEST_URL = 1_500
"""Web servers take some 2,000; the address of the base and the options take the rest."""
_ONE_KEY = len(quote(" or Ref_Key eq guid'00000000-0000-0000-0000-000000000000'"))


def split_address(base_url: str) -> tuple[str, str]:
    """The host and the path of a base, also when the whole address of the interface was pasted."""
    parts = urlsplit(base_url)
    path = quote(parts.path.partition(_INTERFACE)[0].rstrip("/"), safe="/%")
    return f"{parts.scheme}://{parts.netloc}", f"{path}{_INTERFACE}"


def meaning(status: int, data: Any) -> ConnectorError | None:
    """What an error of 1C means; its text may repeat names and is not shown."""
    error = data.get("odata.error") if isinstance(data, dict) else None
    code = str(error.get("code")) if isinstance(error, dict) else ""
    if status == 401 and code == "20":
        return NoRights(
            "the user of 1C has no rights for some of these rows (code 20): give full read rights, "
            "or set allowed_only=true and see less",
            status=status, kind=ErrorKind.NO_RIGHTS,
        )  # fmt: skip
    if status == 404 and code == "8":
        said = "1C does not publish this set (code 8): tick it in the composition of OData"
        return NoRights(said, status=status, kind=ErrorKind.NOT_OFFERED)
    if status == 400 and code in {"6", "10", "11"}:
        said = f"1C knows no such field or function (code {code}): set its name for this base"
        return NoRights(said, status=status, kind=ErrorKind.UNFIT)
    if status == 501:
        said = "1C cannot show some field of this set (501): its programmer has to look"
        return NoRights(said, status=status, kind=ErrorKind.UNREADABLE)
    return None


def unpublished(noun: Noun, what: str) -> NoRights:
    """The error of a noun whose set the administrator has not published."""
    said = f"1C does not publish {what}, so {noun} is not read"
    return NoRights(said, kind=ErrorKind.NOT_OFFERED)


class Odata:
    """One base."""

    def __init__(self, http: CrmHttp, *, page_rows: int, allowed_only: bool) -> None:
        self._http = http
        self._page_rows = page_rows
        self._allowed = (("allowedOnly", "true"),) if allowed_only else ()

    @cached_property
    def _service(self) -> Answer:
        return self._http.get("/?$format=json")

    @cached_property
    def published(self) -> frozenset[str]:
        """The sets that the administrator has published."""
        return frozenset(str(row.get("name")) for row in _rows(self._service.data))

    @property
    def opened_at(self) -> datetime:
        """What time the base had when it was opened."""
        return self._service.at

    def page(self, table: Table, select: str) -> int:
        """How many rows are asked for at once: fewer with tabular parts, more of a few fields."""
        if select:
            return self._page_rows * 5
        return max(self._page_rows // 2, 1) if table.is_with_parts else self._page_rows

    def rows(
        self, table: Table, *, where: str = "", order: str = "", select: str = "", top: int = 0,
        skip: int = 0,
    ) -> Sequence[Row]:  # fmt: skip
        """Rows of a set that count by its own conditions, and by one more."""
        whole = " and ".join(filter(None, (where, table.where, _only(table.only))))
        options = {
            "$select": select or ("" if table.is_with_parts else "**"),
            "$filter": whole,
            "$orderby": order,
            "$top": str(top or ""),
            "$skip": str(skip or ""),
        }
        asked = [(key, value) for key, value in options.items() if value]
        return self._get(quote(table.name, safe=""), [*asked, *self._allowed])

    def some(self, table: Table, keys: Sequence[str]) -> Iterator[Row]:
        """The rows that are there now, by their keys."""
        real = [key for key in dict.fromkeys(keys) if _GUID.fullmatch(key)]
        room = _LONGEST_URL - len(quote(f"{table.name}{table.where}{table.only}"))
        for part in chunks(real, max(room // _ONE_KEY, 1)):
            asked = " or ".join(f"Ref_Key eq guid'{key}'" for key in part)
            yield from self.rows(table, where=f"({asked})")

    def balance(self, register: str, period: str, condition: str = "") -> Sequence[Row]:
        """The balance of a register before a moment; a condition is on its accounts."""
        given = f"Period=datetime'{period}'"
        if condition:  # a literal in a literal: quotes are doubled
            doubled = condition.replace("'", "''")
            given += f",AccountCondition='{doubled}'"
        return self._get(quote(f"{register}/Balance({given})", safe="/()=,'"), [])

    def _get(self, what: str, options: Sequence[tuple[str, str]]) -> Sequence[Row]:
        asked = [("$format", _BARE_JSON), *options]
        # 1C reads a plus as a plus, so blanks are written as %20, which a dict of params would not
        query = "&".join(f"{name}={quote(value, safe='*,')}" for name, value in asked)
        return _rows(self._http.get(f"/{what}?{query}").data)


def _rows(data: Any) -> Sequence[Row]:
    rows = data.get("value") if isinstance(data, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RetryLater("the answer holds no list of rows", kind=ErrorKind.UNREADABLE)
    return rows


def _only(only: str) -> str:
    field, _, value = only.partition("=")
    doubled = value.replace("'", "''")
    return f"{field} eq '{doubled}'" if field else ""
