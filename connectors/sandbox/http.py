"""Requests, answers and the log of both, in no CRM's words."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson

_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as it came in; names of headers in small letters."""

    method: str
    path: str
    raw_query: str
    headers: Mapping[str, str]
    body: bytes = b""

    @classmethod
    def from_target(
        cls, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> "Request":
        """Read the target of a request line."""
        path, _, query = target.partition("?")
        return cls(method, unquote(path), query, headers, body)

    @property
    def query(self) -> list[tuple[str, str]]:
        """Parameters in their order, decoded."""
        return parse_qsl(self.raw_query, keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class Response:
    """One answer; `body` may be empty, as with 204."""

    status: int
    body: bytes = b""
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def with_header(self, name: str, value: str) -> "Response":
        """The same answer with one header more."""
        return replace(self, headers=(*self.headers, (name, value)))


LOST = Response(0)
"""No answer: the request was obeyed, but the connection closes before anything is said."""


def json(data: Any, status: int = 200, content_type: str = "application/json") -> Response:
    """An answer that carries `data`."""
    return Response(status, orjson.dumps(data), content_type)


def html(status: int, title: str) -> Response:
    """The kind of page that a gateway puts before a CRM."""
    page = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
    return Response(status, page.encode(), "text/html; charset=utf-8")


@dataclass(frozen=True, slots=True)
class Seen:
    """One line of the log; `status` is 0 when the connection was closed without an answer."""

    method: str
    path: str
    query: str
    status: int


class RequestLog:
    """The latest requests, and how many there were in all."""

    def __init__(self) -> None:
        self._seen: deque[Seen] = deque(maxlen=_KEPT)
        self._lock = Lock()
        self.total = 0

    def note(self, seen: Seen) -> None:
        """Add one line."""
        with self._lock:
            self._seen.append(seen)
            self.total += 1

    def clear(self) -> None:
        """Forget the lines and begin to count anew."""
        with self._lock:
            self._seen.clear()
            self.total = 0

    def __iter__(self) -> Iterator[Seen]:
        with self._lock:
            return iter(list(self._seen))

    def __len__(self) -> int:
        return len(self._seen)

    def __getitem__(self, place: int) -> Seen:
        return self._seen[place]


class RateLimit:
    """So many requests in any one second; refused ones do not count."""

    def __init__(self, per_second: float) -> None:
        self._limit = per_second
        # half a request a second is one request in two seconds
        self._count = max(int(per_second), 1)
        self._window = self._count / per_second if per_second else 0.0
        self._times: deque[float] = deque()
        self._lock = Lock()

    def wait(self) -> float:
        """Zero when a request may pass now, else how many seconds it is too early."""
        if not self._limit:
            return 0.0
        with self._lock:
            now = monotonic()
            while self._times and self._times[0] <= now - self._window:
                self._times.popleft()
            if len(self._times) < self._count:
                self._times.append(now)
                return 0.0
            return self._times[0] + self._window - now
