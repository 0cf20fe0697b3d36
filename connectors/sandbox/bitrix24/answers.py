"""How answers look: results in their envelope, and what went wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import orjson

from connectors.sandbox import http
from connectors.sandbox.http import Response

ZONE = timezone(timedelta(hours=3))
"""The clock of the portal: all its times carry this offset."""


class Trouble(Exception):
    """A method that is refused; `code` may be empty, then only the text speaks."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status, self.code, self.text = status, code, text

    @property
    def said(self) -> dict[str, str]:
        """As the API says it."""
        return {"error": self.code, "error_description": self.text}

    def response(self) -> Response:
        """As an answer of its own."""
        return http.json(self.said, self.status)


@dataclass(frozen=True, slots=True)
class Result:
    """What a method gives: some JSON, or rows that may lie under a name."""

    data: Any = None
    rows: Sequence[bytes] | None = None
    under: str = ""
    total: int | None = None
    next: int | None = None

    @property
    def json(self) -> bytes:
        """What stands under `result`."""
        if self.rows is None:
            return orjson.dumps(self.data)
        rows = b"[" + b",".join(self.rows) + b"]"
        return b'{"%s":%s}' % (self.under.encode(), rows) if self.under else rows

    def at(self, path: Sequence[str]) -> str:
        """What a reference into it means; an empty text where there is nothing."""
        found: Any = self.data
        if self.rows is not None:
            rest = path[1:] if self.under and path[:1] == [self.under] else path
            place = int(rest[0]) if rest and rest[0].isdecimal() else len(self.rows)
            if place >= len(self.rows):
                return ""
            found, path = orjson.loads(self.rows[place]), rest[1:]
        for step in path:
            found = found.get(step, "") if isinstance(found, dict) else ""
        return str(found)


def envelope(result: bytes, time: dict[str, Any], result_of: Result | None = None) -> Response:
    """A result with the time it took, and where the next page begins."""
    more: dict[str, Any] = {"time": time}
    if result_of is not None and result_of.total is not None:
        more["total"] = result_of.total
    if result_of is not None and result_of.next is not None:
        more["next"] = result_of.next
    return Response(200, b'{"result":%s,%s' % (result, orjson.dumps(more)[1:]), "application/json")


def stamp(seconds: float) -> str:
    """A time as the portal writes it."""
    return datetime.fromtimestamp(int(seconds), ZONE).isoformat()
