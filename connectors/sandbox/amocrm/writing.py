"""What POST and PATCH do: single rows and batches of up to 250."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from connectors.sandbox import http
from connectors.sandbox.amocrm.account import HOST, link
from connectors.sandbox.amocrm.answers import hal, problem, unknown
from connectors.sandbox.amocrm.blank import ENTITIES, Shape, blank, kind
from connectors.sandbox.amocrm.books import Books
from connectors.sandbox.amocrm.checks import Checks, Mistake
from connectors.sandbox.amocrm.switches import Switches
from connectors.sandbox.amocrm.tags import retagged
from connectors.sandbox.amocrm.written import rewritten
from connectors.sandbox.http import Request, Response
from connectors.sandbox.rows import Rows

_MOST = 250
_LIST = re.compile(r"(tasks|leads|contacts|companies|customers)(?:/(\d+))?")
_NOTES = re.compile(r"(leads|contacts|companies|customers)(?:/(\d+))?/notes(?:/(\d+))?")
_COMPUTED = frozenset(
    {
        *("id", "account_id", "_links", "_embedded", "custom_fields_values", "group_id"),
        *("closest_task_at", "is_deleted", "is_unsorted", "score"),
        *("ltv", "purchases_count", "average_check"),
    }
)
"""What a request cannot set, or not by simply giving it."""
_NOT_TIMED = frozenset({"tags_to_add", "tags_to_delete", "_embedded", "id", "request_id"})
"""Parts of an item that alone may leave `updated_at` as it is: those about tags."""


class _Target(NamedTuple):
    """Where a request writes to: a list, one row of it, or the notes of one row."""

    noun: str
    id: int | None
    about: int | None


class BadBody(ValueError):
    """A body that cannot be understood; the message is the detail."""


class Writing:
    """Writes for the user of the token."""

    def __init__(self, rows: Rows, books: Books, switches: Switches, me: int) -> None:
        self._rows = rows
        self._books = books
        self._switches = switches
        self._checks = Checks(rows)
        self._me = me

    def write(self, what: str, request: Request) -> Response:
        """What POST or PATCH of an address under /api/v4/ does."""
        target = _target(what)
        if target is None:
            return unknown(request)
        if request.method not in {"POST", "PATCH"} or (request.method == "POST" and target.id):
            return problem(405, f"Method {request.method} is not allowed here")
        if target.noun.partition("/")[0] == "customers" and self._switches.customers == "unpaid":
            return problem(402, "Payment required")
        try:
            items = _items(request.body, target)
        except BadBody as error:
            return problem(400, str(error))
        if len(items) > _MOST:
            return problem(422, f"Limit {_MOST} per page")
        with self._books.lock:
            return self._write_all(target, items, is_new=request.method == "POST")

    def _write_all(self, target: _Target, items: Sequence[Shape], *, is_new: bool) -> Response:
        noun, written, refused = target.noun, [], []
        checked = [self._checks.mistakes(noun, item, is_new=is_new) for item in items]
        is_whole = self._switches.batch == "partial" or not any(checked)
        for place, (item, mistakes) in enumerate(zip(items, checked, strict=True)):
            request_id = str(item.get("request_id", place))
            if mistakes:
                refused.append(_refusal(request_id, mistakes))
            elif is_whole:
                answer = self._add(noun, item) if is_new else self._change(noun, item)
                written.append(answer | {"request_id": request_id})
        if refused:
            return _invalid(refused)
        if target.id is not None:
            return hal(written[0])
        links = {"self": {"href": f"{HOST}/api/v4/{noun}"}}
        return hal({"_links": links, "_embedded": {kind(noun): written}})

    def _add(self, noun: str, item: Shape) -> Shape:
        values: Shape = {"responsible_user_id": self._me} | _plain(noun, item)
        if noun in ENTITIES:
            values["custom_fields_values"] = rewritten(
                noun, None, item.get("custom_fields_values") or []
            )
            values["_embedded"] = _linked(noun, item) | {
                "tags": retagged(self._rows, noun, [], item)
            }
        id_ = self._books.add(noun, values, by=item.get("created_by", self._me))
        about = {"entity_id": item["entity_id"]} if kind(noun) == "notes" else {}
        return {"id": id_, **about, "_links": link(noun, id_)}

    def _change(self, noun: str, item: Shape) -> Shape:
        before = self._books.row(noun, item["id"])
        values = _plain(noun, item)
        if noun in ENTITIES:
            if "custom_fields_values" in item:
                values["custom_fields_values"] = rewritten(
                    noun, before.get("custom_fields_values"), item["custom_fields_values"] or []
                )
            embedded = before.get("_embedded") or {}
            tags = retagged(self._rows, noun, embedded.get("tags") or [], item)
            values["_embedded"] = embedded | {"tags": tags}
            if item.keys() <= _NOT_TIMED and "tags" not in self._switches.updated_at_moves_on:
                values["updated_at"] = before["updated_at"]
        by = item.get("updated_by", self._me)
        after = self._books.change(noun, item["id"], values, by=by)
        return {
            "id": item["id"],
            "updated_at": after["updated_at"],
            "_links": link(noun, item["id"]),
        }


def _target(what: str) -> _Target | None:
    if match := _LIST.fullmatch(what):
        return _Target(match[1], _whole(match[2]), None)
    if match := _NOTES.fullmatch(what):
        return _Target(f"{match[1]}/notes", _whole(match[3]), _whole(match[2]))
    return None


def _whole(digits: str | None) -> int | None:
    return int(digits) if digits else None


def _items(body: bytes, target: _Target) -> list[Shape]:
    try:
        given = orjson.loads(body) if body else None
    except orjson.JSONDecodeError as error:
        raise BadBody("Request data is not valid JSON") from error
    if not given:
        raise BadBody("Request data can not be empty")
    given = [given] if target.id is not None else given
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise BadBody("This value should be of type array")
    own = {"id": target.id} if target.id is not None else {}
    if target.about is not None:
        own["entity_id"] = target.about
    return [item | own for item in given]


def _plain(noun: str, item: Shape) -> Shape:
    """What is simply set: all that a row of this noun has and amoCRM does not compute."""
    known = blank(noun, 0, 0, 0).keys() - _COMPUTED
    return {key: value for key, value in item.items() if key in known}


def _linked(noun: str, item: Shape) -> Shape:
    """The people and companies that a new row names."""
    found: Shape = {}
    for to_noun in ("contacts", "companies"):
        named = (item.get("_embedded") or {}).get(to_noun)
        if named and to_noun != noun:
            found[to_noun] = [one | {"_links": link(to_noun, one["id"])} for one in named]
    return found


def _refusal(request_id: str, mistakes: Sequence[Mistake]) -> dict[str, Any]:
    return {"request_id": request_id, "errors": [mistake._asdict() for mistake in mistakes]}


def _invalid(refused: Sequence[dict[str, Any]]) -> Response:
    body = {
        "validation-errors": refused,
        "title": "Bad Request",
        "type": "https://httpstatus.es/400",
        "status": 400,
        "detail": "Request validation failed",
    }
    return http.json(body, 400, "application/problem+json")
