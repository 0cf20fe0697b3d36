"""The envelopes of amoCRM: HAL around what was found, a problem document for the rest."""

import math
from collections.abc import Sequence
from typing import Any

import orjson

from connectors.sandbox import http
from connectors.sandbox.amocrm.account import HOST
from connectors.sandbox.amocrm.asked import Asked, with_page
from connectors.sandbox.amocrm.blank import kind
from connectors.sandbox.amocrm.switches import Switches
from connectors.sandbox.http import Request, Response

HAL = "application/hal+json"
NOTHING = Response(204)
"""For an empty list and for an id that does not exist."""
_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
}


def hal(data: Any) -> Response:
    """One object."""
    return http.json(data, content_type=HAL)


def page(
    request: Request, what: Asked, bodies: Sequence[bytes], total: int | None, switches: Switches
) -> Response:
    """One page; it names a next one whenever it is full, even if that will be empty."""
    if not bodies and switches.empty_page == "204":
        return NOTHING
    # on the host that was asked, so that a client that follows links stays with this account
    address = f"http://{request.headers.get('host', '')}{request.path}"
    query = request.query
    links = {"self": {"href": f"{address}?{with_page(query, what.page)}"}}
    is_full = len(bodies) == what.limit and switches.next_link == "full"
    if is_full or switches.next_link == "always":
        links["next"] = {"href": f"{address}?{with_page(query, what.page + 1)}"}
    head: dict[str, Any] = {"_page": what.page, "_links": links}
    if total is not None:
        head |= {"_total_items": total, "_page_count": math.ceil(total / what.limit)}
    return _around(head, kind(what.cut.noun), bodies)


def whole(request: Request, name: str, bodies: Sequence[bytes]) -> Response:
    """A list that has no pages."""
    if not bodies:
        return NOTHING
    links = {"self": {"href": f"{HOST}{request.path}"}}
    return _around({"_total_items": len(bodies), "_links": links}, name, bodies)


def problem(
    status: int,
    detail: str,
    *,
    content_type: str = "application/problem+json",
    retry_after: int | None = None,
) -> Response:
    """What went wrong."""
    body: dict[str, Any] = {
        "title": _TITLES[status],
        "type": f"https://httpstatus.es/{status}",
        "status": status,
        "detail": detail,
    }
    if retry_after is not None:
        body["retry_after"] = retry_after
    return http.json(body, status, content_type)


def unknown(request: Request) -> Response:
    """An address that does not exist."""
    return problem(404, f"Cannot {request.method} {request.path}")


def _around(head: dict[str, Any], name: str, bodies: Sequence[bytes]) -> Response:
    start = orjson.dumps(head)[:-1]
    body = b'%b,"_embedded":{"%b":[%b]}}' % (start, name.encode(), b",".join(bodies))
    return Response(200, body, HAL)
