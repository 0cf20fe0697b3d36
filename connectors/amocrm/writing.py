"""Writing into amoCRM: in batches that are taken apart when they are refused.

`request_id` is echoed and no more: who repeats a POST makes a second task. So every text ends with
a mark, and is looked for before it is sent again. One wrong item gets its whole batch refused;
whether the others were done all the same is not documented, and what is done may show minutes
later. So nothing is told of new ones in a refused batch: the caller looks for them in a while.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from connectors.amocrm.composing import ROOT, Body, Composer, entity, place, request_id, rows
from connectors.amocrm.finishing import Finishing
from connectors.kit import pick
from connectors.kit.answers import Answer
from connectors.kit.composing import CHANGED_SINCE, CannotSet
from connectors.kit.errors import NoRights, Refused
from connectors.kit.finishing import finished, gone
from connectors.kit.http import CrmHttp, Params
from connectors.kit.marks import mark
from connectors.kit.pages import forwards
from connectors.kit.writes import (
    DoneTask,
    NewNote,
    NewTask,
    NotWritten,
    SetField,
    Write,
    Written,
)

_MOST = 50
"""Items in one request: 250 is the limit, 50 the advice."""
_OWNER = "responsible_user_id"
_WITHOUT_OWNER = (
    "the CRM does not take this user as responsible, so it fell to the owner of our access"
)
_LIMIT = 250
_JUST_NOW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Item:
    """A write and what is sent for it."""

    write: Write
    body: Body
    remark: str = ""


@dataclass(frozen=True, slots=True)
class _Complaint:
    """What amoCRM says of one item of a batch."""

    request_id: str
    path: str
    code: str


class Writer:
    """Writes into one account."""

    def __init__(self, http: CrmHttp, composer: Composer, finishing: Finishing) -> None:
        self._http = http
        self._composer = composer
        self._finishing = finishing

    def write(self, batch: Sequence[Write]) -> Iterator[Written | NotWritten]:
        """Send all, telling of each as soon as it is known."""
        places: dict[tuple[str, str], list[Write]] = {}
        for write in batch:
            try:
                places.setdefault(place(write), []).append(write)
            except CannotSet as error:
                yield NotWritten(write.key, str(error))
        for (method, path), writes in places.items():
            for chunk in _chunks(writes, one_a_record=method == "PATCH"):
                items: list[_Item] = []
                rest = yield from self._finishing.open_ones(chunk)
                yield from self._compose(rest, items)
                yield from self._send(method, path, items)

    def find_written(self, write: Write, sent_ago: timedelta | None = None) -> Written | None:
        """Look for a new task or note by its mark, and for later changes of a record."""
        match write:
            case NewTask():
                about = [
                    ("filter[entity_type]", entity(write.about)),
                    ("filter[entity_id]", write.about.external_id),
                ]
                return self._find(write, "tasks", about)
            case NewNote():
                return self._find(write, f"{entity(write.about)}/{write.about.external_id}/notes")
            case DoneTask():
                over = self._finishing.found(write)
                return over or self._changed_since(write, "tasks", sent_ago)
            case SetField():
                return self._changed_since(write, entity(write.about), sent_ago)
            case _:
                return None

    def _changed_since(
        self, write: DoneTask | SetField, path: str, sent_ago: timedelta | None
    ) -> Written | None:
        if sent_ago is None:
            return None
        id_ = write.about.external_id
        answer = self._http.get(f"{ROOT}{path}/{id_}", may_be_absent=True)
        row, sent_at = answer.data, answer.at - sent_ago
        changed_at = pick.moment(row, "updated_at") if isinstance(row, dict) else None
        if changed_at is None or changed_at <= sent_at:
            return None
        return Written(write.key, id_, remark=CHANGED_SINCE)

    def _find(self, write: NewTask | NewNote, path: str, params: Params = ()) -> Written | None:
        def fetch(page: int) -> list[Any]:
            more = [("order[id]", "desc"), ("limit", str(_LIMIT)), ("page", str(page))]
            answer = self._http.get(f"{ROOT}{path}", [*params, *more], may_be_absent=True)
            return rows(answer.data, path.rpartition("/")[2])

        for page in forwards(fetch, what=f"amocrm {path}"):
            for row in page:
                said = pick.one(row, "params").get("text") or row.get("text")
                if mark(write.key) in str(said):
                    return Written(write.key, pick.external_id(row), pick.moment(row, "created_at"))
        return None

    def _compose(
        self, chunk: Sequence[Write], items: list[_Item]
    ) -> Iterator[Written | NotWritten]:
        """Put what is to be sent into `items`, and tell of what is not."""
        for write in chunk:
            try:
                body = self._composer.body(write)
            except CannotSet as error:
                yield NotWritten(write.key, str(error))
                continue
            if body is None:
                yield Written(write.key, write.about.external_id, remark="it was there already")
            else:
                items.append(_Item(write, body))

    def _send(
        self, method: str, path: str, items: Sequence[_Item]
    ) -> Iterator[Written | NotWritten]:
        if not items:
            return
        try:
            answer = self._http.send(method, f"{ROOT}{path}", [item.body for item in items])
        except Refused as error:
            complaints = _complaints(error.data)
            if len(items) == 1:
                yield from self._alone(method, path, items[0], complaints, error)
                return
            blamed = {complaint.request_id for complaint in complaints}
            for part in _apart(items, blamed, is_new=method == "POST"):
                yield from self._send(method, path, part)
        except NoRights as error:
            yield from (NotWritten(item.write.key, str(error)) for item in items)
        else:
            yield from _told(items, answer, path.rpartition("/")[2])

    def _alone(
        self,
        method: str,
        path: str,
        item: _Item,
        complaints: Sequence[_Complaint],
        error: Refused,
    ) -> Iterator[Written | NotWritten]:
        """One item that is refused by itself: without its owner, when it is he who is refused."""
        if _OWNER in item.body and any(complaint.path == _OWNER for complaint in complaints):
            body = {key: value for key, value in item.body.items() if key != _OWNER}
            yield from self._send(method, path, [replace(item, body=body, remark=_WITHOUT_OWNER)])
            return
        if isinstance(item.write, DoneTask) and any(one.path == "id" for one in complaints):
            yield gone(item.write)  # it went while we looked
            return
        said = ", ".join(f"{complaint.path}: {complaint.code}" for complaint in complaints)
        yield NotWritten(item.write.key, f"{error}{f': {said}' if said else ''}")


def _chunks(writes: Sequence[Write], *, one_a_record: bool) -> Iterator[Sequence[Write]]:
    """In parts of at most fifty; a record is changed once in a request."""
    rest = list(writes)
    while rest:
        chunk: list[Write] = []
        later, seen = [], set()
        for write in rest:
            if len(chunk) == _MOST or (one_a_record and write.about in seen):
                later.append(write)
            else:
                chunk.append(write)
            seen.add(write.about)
        yield chunk
        rest = later


def _apart(items: Sequence[_Item], blamed: set[str], *, is_new: bool) -> Iterator[Sequence[_Item]]:
    """Who is blamed each by himself and the others together; halves when nobody is blamed.

    What is new and not blamed is left out: it may have been done.
    """
    accused = [item for item in items if request_id(item.write) in blamed]
    others = [item for item in items if request_id(item.write) not in blamed]
    if is_new:
        yield from ([item] for item in accused)
    elif accused and len(accused) < len(items):
        yield others
        yield from ([item] for item in accused)
    else:
        middle = len(items) // 2
        yield from (items[:middle], items[middle:])


def _told(items: Sequence[_Item], answer: Answer, name: str) -> Iterator[Written]:
    """What an answer says was done, by our ids and never by the order of its rows."""
    found = rows(answer.data, name)
    by_request = {str(row.get("request_id")): row for row in found}
    by_id = {row.get("id"): row for row in found}  # a changed record is in a request but once
    for item in items:
        row = by_request.get(request_id(item.write)) or by_id.get(item.body.get("id", ""))
        if row is not None:
            at = pick.moment(row, "updated_at") or answer.at
            is_moved = at > answer.at - _JUST_NOW  # some changes leave `updated_at` as it was
            echo = at if is_moved else None
            if isinstance(item.write, DoneTask):
                yield finished(item.write, echo)
            else:
                yield Written(item.write.key, pick.external_id(row), echo, item.remark)


def _complaints(data: Any) -> list[_Complaint]:
    listed = data.get("validation-errors") if isinstance(data, dict) else None
    return [
        _Complaint(str(item.get("request_id")), str(error.get("path")), str(error.get("code")))
        for item in listed or []
        if isinstance(item, dict)
        for error in item.get("errors") or []
        if isinstance(error, dict)
    ]
