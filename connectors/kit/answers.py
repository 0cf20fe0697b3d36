"""What each answer of a CRM means: the data in it, or an error that names the remedy."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

import httpx
import orjson

from connectors.kit.errors import (
    ConnectorError,
    ErrorKind,
    NeedsPerson,
    NeedsReauth,
    NoRights,
    Refused,
    RetryLater,
)

_HALF_LETTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
"""One half of a surrogate pair without the other: some CRMs cut texts in the middle of an emoji."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a CRM answered: the decoded JSON, None for nothing, and its own idea of the time."""

    status: int
    data: Any
    at: datetime


Special = Callable[[int, Any], ConnectorError | None]
"""Given the status of an answer and the JSON in it, the error that it means in one CRM, if any."""


def read(
    where: str,
    response: httpx.Response,
    *,
    may_be_absent: bool = False,
    special: Special | None = None,
) -> Answer:
    """The data of a usable answer, or the error that the caller can act on."""
    at, code = server_time(response), response.status_code
    if special is not None and code not in {200, 201, 202}:
        _tell(where, special(code, _refusal(response)))
    if code == 204 or (code == 404 and may_be_absent):
        return Answer(code, None, at)
    if code == 202 and not response.content.startswith((b"{", b"[")):
        return Answer(code, None, at)  # accepted, in whatever words
    if code not in {200, 201, 202}:
        raise _trouble(where, code, response)
    data = _decoded(where, response)
    if special is not None:
        _tell(where, special(code, data))
    return Answer(code, data, at)


def is_ban(response: httpx.Response) -> bool:
    """Whether the gateway before the CRM has shut us out: a 403 that is a page."""
    return response.status_code == 403 and "json" not in response.headers.get("content-type", "")


def server_time(response: httpx.Response) -> datetime:
    """What time the CRM had when it answered."""
    try:
        return parsedate_to_datetime(response.headers["date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return datetime.now(UTC)  # noqa: TID251 - the CRM did not say what time it has


def _tell(where: str, error: ConnectorError | None) -> None:
    """Raise what a CRM means, with the host that said so."""
    if error is not None:
        error.args = (f"{where}: {error}",)
        raise error


def _trouble(where: str, code: int, response: httpx.Response) -> NeedsPerson | RetryLater:
    if code in {400, 422}:
        said = f"{where}: the CRM refuses what was asked ({code})"
        return Refused(said, data=_refusal(response), status=code)
    if code in {408, 429, 499} or code >= 500:
        return _passing(where, code, _asked_wait(response))
    return _lasting(where, code, response)


def _passing(where: str, code: int, wait: timedelta | None) -> RetryLater:
    if code == 429:
        said, kind = f"{where}: too many requests (429)", ErrorKind.TOO_MANY_REQUESTS
    else:
        said, kind = f"{where}: the CRM fails ({code})", ErrorKind.CRM_FAILS
    return RetryLater(said, wait=wait, is_away=code == 429, status=code, kind=kind)


def _lasting(where: str, code: int, response: httpx.Response) -> NeedsPerson | RetryLater:
    match code:
        case 401:
            said = f"{where}: the token is refused (401); give a valid one"
            return NeedsReauth(said, kind=ErrorKind.TOKEN_REFUSED)
        case 402:
            said = f"{where}: the CRM account is not paid for this (402)"
            return NeedsPerson(said, status=code, kind=ErrorKind.NOT_PAID)
        case 403:
            return _forbidden(where, response)
        case 404:
            said = f"{where}: there is no such list (404); is the base URL right?"
            return NoRights(said, kind=ErrorKind.NOT_THERE)
        case _:
            said = f"{where}: answered {code}; is the base URL right?"
            return RetryLater(said, status=code, kind=ErrorKind.UNREADABLE)


def _refusal(response: httpx.Response) -> Any:
    with suppress(orjson.JSONDecodeError):
        return orjson.loads(response.content)
    return None


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
            said = f"{where}: answered a web page instead of JSON; is the base URL right?"
        else:
            said = f"{where}: the JSON is broken or cut short"
        raise RetryLater(said, kind=ErrorKind.UNREADABLE) from error


def _forbidden(where: str, response: httpx.Response) -> NeedsPerson:
    if not is_ban(response):
        said = f"{where}: the token has no rights for this (403); use an administrator's"
        return NoRights(said, kind=ErrorKind.NO_RIGHTS)
    return NeedsPerson(
        f"{where}: the CRM has banned this address or account (403); stop other programs that "
        "hammer it and ask the CRM's support to lift the ban",
        kind=ErrorKind.BANNED,
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
    return parsedate_to_datetime(header) - server_time(response)


def _in_body(response: httpx.Response, _header: str) -> timedelta:
    return timedelta(seconds=float(orjson.loads(response.content)["retry_after"]))
