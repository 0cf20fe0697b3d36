"""What stands in Megaplan's answers: the row, whether there is more, and errors inside of a 200."""

from collections.abc import Mapping
from typing import Any

from connectors.kit import pick
from connectors.kit.errors import (
    ConnectorError,
    ErrorKind,
    NeedsReauth,
    NoRights,
    Refused,
    RetryLater,
)

Row = dict[str, Any]

_MEANINGS: Mapping[int, tuple[type[ConnectorError], str, ErrorKind]] = {
    401: (
        NeedsReauth,
        "the token is refused (401); give a valid one",
        ErrorKind.TOKEN_REFUSED,
    ),
    403: (NoRights, "the token has no rights for this (403)", ErrorKind.NO_RIGHTS),
    404: (NoRights, "there is no such thing (404)", ErrorKind.NOT_THERE),
    429: (RetryLater, "too many requests (429)", ErrorKind.TOO_MANY_REQUESTS),
}


def meaning(status: int, data: Any) -> ConnectorError | None:
    """The error that an answer carries inside of it, where its status line tells of none."""
    said = _meta(data).get("status")
    if status >= 400 or not isinstance(said, int) or said < 400:
        return None
    if said in _MEANINGS:
        error, told, kind = _MEANINGS[said]
        return error(told, kind=kind)
    if said < 500:
        return Refused(f"the CRM refuses what was asked ({said})", data=data, status=said)
    return RetryLater(f"the CRM fails ({said})", status=said, kind=ErrorKind.CRM_FAILS)


def the_row(data: Any) -> Row:
    """The object of an answer with one; empty when there is none."""
    found = data.get("data") if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def the_rows(data: Any) -> list[Any]:
    """The rows of a page; an answer without a list is no empty one."""
    found = data.get("data") if isinstance(data, dict) else None
    if not isinstance(found, list):
        raise RetryLater("megaplan: the answer holds no list", kind=ErrorKind.UNREADABLE)
    return found


def has_more(data: Any) -> bool:
    """Whether there is another page: it stands in `meta`, and in one sample beside it."""
    places = (_meta(data), data if isinstance(data, dict) else {})
    return any(pick.one(place, "pagination").get("hasMoreNext") is True for place in places)


def complaint(data: Any) -> str:
    """What is wrong with what was asked, in the words of the account."""
    errors = _meta(data).get("errors")
    listed = errors if isinstance(errors, list) else []
    return "; ".join(str(one.get("message")) for one in listed if isinstance(one, dict))


def _meta(data: Any) -> pick.Body:
    return pick.one(data, "meta") if isinstance(data, dict) else {}
