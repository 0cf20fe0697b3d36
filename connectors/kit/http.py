"""HTTP to a CRM: paced, patient, counted; every failure becomes an error that names its remedy."""

import random
import re
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

import httpx
import orjson

from connectors.kit.errors import NeedsPerson, NoRights, RetryLater

Params = Iterable[tuple[str, str]]

_HALF_LETTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
"""One half of a surrogate pair without the other: some CRMs cut texts in the middle of an emoji."""
_FINAL = {
    401: "the token is refused (401); give a valid one",
    402: "the CRM account is not paid for this (402)",
}
"""What no retry mends, in words for a person."""
_NOT_THIS = {
    400: "the CRM refuses what was asked (400)",
    404: "there is no such list (404); is the base URL right?",
    422: "the CRM refuses what was asked (422)",
}
"""What speaks of one path only."""
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_LONGEST_WAIT = 60.0  # a longer wait is the scheduler's: the run stops and keeps its cursor
_TRIES = 5


class Pace:
    """Spreads requests evenly so that a second never holds more of them than the limit."""

    def __init__(self, per_second: float | None) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Wait for our turn."""
        if not self._gap:
            return
        with self._lock:
            now = time.monotonic()
            turn = max(self._next, now)
            self._next = turn + self._gap
        if turn > now:
            _sleep(turn - now)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a CRM answered: the decoded JSON, None for 204, and its own idea of the time."""

    status: int
    data: Any
    at: datetime


class CrmHttp:
    """One CRM account over HTTP."""

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str],
        per_second: float | None,
        tries: int = _TRIES,
    ) -> None:
        self._client = _client(base_url, headers)
        self._pace = Pace(per_second)
        self._tries = tries
        self._heard: tuple[datetime, float] | None = None
        self.requests = 0

    def get(self, path: str, params: Params = ()) -> Answer:
        """GET a path, trying again where that is safe and helps.

        Raises:
            RetryLater: no usable answer after several tries, or the CRM asks for a long pause.
            NeedsPerson: access refused, not paid, banned, or no such address.
        """
        trouble = RetryLater(f"{path}: not tried")
        for attempt in range(self._tries):
            if attempt:
                _sleep(_wait_before(attempt, trouble))
            try:
                return self._once(path, params)
            except RetryLater as error:
                trouble = error
                if error.wait is not None and error.wait.total_seconds() > _LONGEST_WAIT:
                    break
        raise trouble

    def server_time(self) -> datetime | None:
        """What time the CRM has now, by its last answer; None before the first one."""
        if self._heard is None:
            return None
        at, when = self._heard
        return at + timedelta(seconds=time.monotonic() - when)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _once(self, path: str, params: Params) -> Answer:
        self._pace.wait()
        self.requests += 1
        try:
            response = self._client.get(path, params=list(params))
        except httpx.TimeoutException as error:
            raise RetryLater(f"{self._at(path)}: no answer in time", is_away=True) from error
        except httpx.TransportError as error:
            said = f"{self._at(path)}: cannot connect, or the answer broke off ({error})"
            raise RetryLater(said, is_away=True) from error
        except httpx.RequestError as error:
            raise RetryLater(f"{self._at(path)}: the answer cannot be read ({error})") from error
        self._heard = (_server_time(response), time.monotonic())
        return self._read(path, response)

    def _read(self, path: str, response: httpx.Response) -> Answer:
        where = self._at(path)
        match response.status_code:
            case 200:
                return Answer(200, _decoded(where, response), _server_time(response))
            case 204:
                return Answer(204, None, _server_time(response))
            case 403:
                raise _forbidden(where, response)
            case 429:
                said = f"{where}: too many requests (429)"
                raise RetryLater(said, wait=_asked_wait(response), is_away=True)
            case code if code >= 500 or code in {408, 499}:
                raise RetryLater(f"{where}: the CRM fails ({code})", wait=_asked_wait(response))
            case code if code in _FINAL:
                raise NeedsPerson(f"{where}: {_FINAL[code]}")
            case code if code in _NOT_THIS:
                raise NoRights(f"{where}: {_NOT_THIS[code]}")
            case code:
                raise RetryLater(f"{where}: answered {code}; is the base URL right?")

    def _at(self, path: str) -> str:
        return f"{self._client.base_url.netloc.decode()}{path}"


def _client(base_url: str, headers: Mapping[str, str]) -> httpx.Client:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host:
        shown = repr(base_url) if "@" not in base_url else "this"  # it may hold a password
        raise NeedsPerson(f"base URL: {shown} is not an http(s) address")
    if url.userinfo or url.query or url.path not in {"", "/"}:
        raise NeedsPerson("base URL: give the address alone, such as https://example.amocrm.ru")
    return httpx.Client(
        base_url=base_url, headers=dict(headers), timeout=_TIMEOUT, follow_redirects=False
    )


def _decoded(where: str, response: httpx.Response) -> Any:
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError:
        pass
    try:  # half a letter in one name must not cost the whole page
        return orjson.loads(
            _HALF_LETTER.sub(r"\\ufffd", response.content.decode("utf-8", "replace"))
        )
    except orjson.JSONDecodeError as error:
        kind = response.headers.get("content-type", "")
        if "html" in kind or response.content.lstrip()[:1] == b"<":
            raise RetryLater(
                f"{where}: answered a web page instead of JSON; is the base URL right?"
            ) from error
        raise RetryLater(f"{where}: the JSON is broken or cut short") from error


def _forbidden(where: str, response: httpx.Response) -> NeedsPerson:
    if "json" in response.headers.get("content-type", ""):
        return NoRights(f"{where}: the token has no rights for this (403); use an administrator's")
    return NeedsPerson(
        f"{where}: the CRM has banned this address or account (403); stop other programs that "
        "hammer it and ask the CRM's support to lift the ban"
    )


def _asked_wait(response: httpx.Response) -> timedelta | None:
    """How long the CRM asks us to wait: in the header, as seconds or a date, or in the body."""
    header = response.headers.get("retry-after", "")
    for read in (_seconds, partial(_until, response), partial(_in_body, response)):
        with suppress(ArithmeticError, KeyError, TypeError, ValueError):
            return max(read(header), timedelta())
    return None


def _seconds(header: str) -> timedelta:
    return timedelta(seconds=int(header))


def _until(response: httpx.Response, header: str) -> timedelta:
    return parsedate_to_datetime(header) - _server_time(response)


def _in_body(response: httpx.Response, _header: str) -> timedelta:
    return timedelta(seconds=float(orjson.loads(response.content)["retry_after"]))


def _server_time(response: httpx.Response) -> datetime:
    try:
        return parsedate_to_datetime(response.headers["date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return datetime.now(UTC)  # noqa: TID251 - the CRM did not say what time it has


def _wait_before(attempt: int, trouble: RetryLater) -> float:
    if trouble.wait is not None:
        return trouble.wait.total_seconds()
    return min(2.0 ** (attempt - 1), 30.0) * random.uniform(0.75, 1.25)  # noqa: S311 - jitter


def _sleep(seconds: float) -> None:
    time.sleep(seconds)  # noqa: TID251 - the one place that waits for a CRM
