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
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from kam_sync.base.errors import (
    Busy,
    CrmTrouble,
    DatabaseTrouble,
    KamSyncError,
    NotHere,
    Outdated,
    WrongUse,
)
from kam_sync.importing import OtherBody
from kam_sync.web.guard import HEADERS
from kam_sync.web.render import pages

_log = structlog.get_logger("kam_sync.web")

PROBLEM = "application/problem+json"
_LISTED = {what: f"; all there are: /api/v1/{what}s" for what in ("account", "alert", "source")}
_STATUS: dict[type[KamSyncError], int] = {
    NotHere: 404,
    WrongUse: 400,
    Outdated: 409,
    OtherBody: 422,
    Busy: 409,
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


def _of_the_house(status: int) -> Any:
    def answer(request: Request, error: Exception) -> Response:
        # where the database is and who asks it is not for everybody
        said = "the database is away" if isinstance(error, DatabaseTrouble) else str(error)
        if isinstance(error, NotHere) and _is_api(request):
            said += _LISTED.get(said.split()[0], "")
        return _answer(request, status, said)

    return answer


def _of_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise TypeError(error)
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
    return request.url.path.startswith("/api/")


def _of_validation(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise TypeError(error)
    wrong = [
        {"where": ".".join(str(part) for part in one["loc"]), "what": one["msg"]}
        for one in error.errors()
    ]
    said = "; ".join(f"{one['where']}: {one['what']}" for one in wrong)
    return _answer(request, 422, said, errors=wrong)


def _of_the_disk(request: Request, error: Exception) -> Response:
    """A disk that is full, or may not be written, is a matter of this machine and passes."""
    if not isinstance(error, OSError) or error.errno not in _OF_THE_DISK:
        return _unforeseen(request, error)
    _log.error("the data folder cannot be written", path=_shown(request), reason=error.strerror)
    return _answer(request, 503, f"not kept: {error.strerror}; see kam-sync doctor")


def _unforeseen(request: Request, error: Exception) -> Response:
    error_id = uuid4().hex
    _log.error("request failed", error_id=error_id, path=_shown(request), exc_info=error)
    response = _answer(request, 500, "", error_id=error_id)
    response.headers.update(HEADERS)  # this answer is made outside of the guard
    return response


def _shown(request: Request) -> str:
    """The path for the log: the key of a source is nobody's business."""
    path = request.url.path
    return "/hooks/..." if path.startswith("/hooks/") else path


def _answer(
    request: Request,
    status: int,
    detail: str,
    *,
    errors: Sequence[dict[str, str]] = (),
    error_id: str = "",
) -> Response:
    if not _is_api(request):
        place = request.url.path.split("/")[1]
        found = {"status": status, "detail": detail, "error_id": error_id, "place": place}
        return pages(request).render(request, "error.html", status=status, error=found)
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "instance": request.url.path,
    }
    extra = {"detail": detail, "errors": list(errors), "error_id": error_id}
    problem.update({name: value for name, value in extra.items() if value})
    return JSONResponse(problem, status_code=status, media_type=PROBLEM)
