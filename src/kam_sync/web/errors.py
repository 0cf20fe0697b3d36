"""Errors become answers here and nowhere else.

Programs (paths under /api) get RFC 9457 problem documents, people get a page. What nobody foresaw
is answered with an id alone; the log has the same id beside the stack trace.
"""

import errno
from collections.abc import Sequence
from http import HTTPMethod, HTTPStatus
from typing import Any
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from connectors import wrongs
from kam_sync.base.errors import (
    Busy,
    CrmTrouble,
    DatabaseTrouble,
    KamSyncError,
    NotAllowed,
    NotHere,
    NotReady,
    Outdated,
    WrongUse,
)
from kam_sync.importing import OtherBody
from kam_sync.web.gate import Unknown
from kam_sync.web.guard import HEADERS
from kam_sync.web.live import PATH as LIVE
from kam_sync.web.metrics import route_of
from kam_sync.web.render import pages
from kam_sync.web.tracked import HEADER, request_id

_log = structlog.get_logger("kam_sync.web")

_FOR_PROGRAMS = ("/api/", "/openapi.json", "/metrics")
PROBLEM = "application/problem+json"
_LISTED = {what: f"; all there are: /api/v1/{what}s" for what in ("account", "alert", "source")}
_STATUS: dict[type[KamSyncError], int] = {
    NotHere: 404,
    NotAllowed: 403,
    WrongUse: 400,
    Outdated: 409,
    OtherBody: 422,
    Busy: 409,
    NotReady: 503,
    CrmTrouble: 502,
    DatabaseTrouble: 503,
}
_OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


def handle_errors(app: FastAPI) -> None:
    """Tell the application how to answer errors."""
    for kind, status in _STATUS.items():
        app.add_exception_handler(kind, _of_the_house(status))
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(OSError, _of_the_disk)
    app.add_exception_handler(Exception, _unforeseen)


def refuse(request: Request, status: int, detail: str) -> Response:
    """The answer to a request that is not let in at all; what it brings is not read."""
    response = _answer(request, status, detail)
    response.headers["Connection"] = "close"
    return response


def _of_the_house(status: int) -> Any:
    def answer(request: Request, error: Exception) -> Response:
        # where the database is and who asks it is not for everybody
        said = "the database is away" if isinstance(error, DatabaseTrouble) else str(error)
        if isinstance(error, NotHere) and _is_api(request):
            said += _LISTED.get(said.split()[0], "")
        return _answer(request, status, said, is_role=isinstance(error, NotAllowed))

    return answer


def _of_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise TypeError(error)
    if isinstance(error, Unknown) and _is_read_by_people(request):
        return RedirectResponse(error.way, status_code=303)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        error.headers = {"Allow": _allowed(request)}
    said = str(error.detail)
    if said == HTTPStatus(error.status_code).phrase:
        said = _unspoken(request, error)
    response = _answer(request, error.status_code, said)
    response.headers.update(error.headers or {})
    return response


def _allowed(request: Request) -> str:
    """All methods of a path: each has a route of its own, and the framework names one route's."""
    return ", ".join(
        method
        for method in HTTPMethod
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    )


def _unspoken(request: Request, error: HTTPException) -> str:
    """What the framework leaves unsaid."""
    path = request.url.path
    if not _is_api(request):
        return ""  # people are told by the page
    if error.status_code == HTTPStatus.NOT_FOUND:
        return f"{path}: there is no such path; all there are: /openapi.json"
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "another")
        return f"{path}: {request.method} is not for this path, but {allowed}"
    return ""


def _is_api(request: Request) -> bool:
    return request.url.path.startswith(_FOR_PROGRAMS)


def _is_read_by_people(request: Request) -> bool:
    """Whether a page is asked for, and not a part of one, for which another page is no answer."""
    is_part = "hx-request" in request.headers or request.url.path == LIVE
    return not is_part and not _is_api(request)


def _of_validation(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise TypeError(error)
    wrong = [
        {"where": ".".join(str(part) for part in one["loc"]), "what": wrongs.plain(one["msg"])}
        for one in error.errors()
    ]
    said = "; ".join(f"{one['where']}: {one['what']}" for one in wrong)
    return _answer(request, 422, said, errors=wrong)


def _of_the_disk(request: Request, error: Exception) -> Response:
    """A disk that is full, or may not be written, is a matter of this machine and passes."""
    if not isinstance(error, OSError) or error.errno not in _OF_THE_DISK:
        return _unforeseen(request, error)
    _log.error(
        "the data folder cannot be written", route=route_of(request.scope), reason=error.strerror
    )
    return _answer(request, 503, f"not kept: {error.strerror}; see kam-sync doctor")


def _unforeseen(request: Request, error: Exception) -> Response:
    error_id = uuid4().hex
    # not the path: keys of sources and links that are good once stand in it
    _log.error("request failed", error_id=error_id, route=route_of(request.scope), exc_info=error)
    response = _answer(request, 500, "", error_id=error_id)
    # this answer is made outside of the guard, and of what gives requests their ids
    response.headers.update({**HEADERS, "Cache-Control": "no-store", HEADER: request_id()})
    return response


def _answer(
    request: Request,
    status: int,
    detail: str,
    *,
    errors: Sequence[dict[str, str]] = (),
    error_id: str = "",
    is_role: bool = False,
) -> Response:
    if not _is_api(request):
        place = request.url.path.split("/")[1]
        found = {
            "status": status, "detail": detail, "error_id": error_id, "place": place,
            "is_role": is_role,
        }  # fmt: skip
        return pages(request).render(request, "error.html", status=status, error=found)
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "instance": request.url.path,
    }
    extra = {
        "request_id": request_id(),
        "detail": detail,
        "errors": list(errors),
        "error_id": error_id,
    }
    problem.update({name: value for name, value in extra.items() if value})
    return JSONResponse(problem, status_code=status, media_type=PROBLEM)
