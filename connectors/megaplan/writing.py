"""Writing into Megaplan: tasks, comments, and that a task is done.

A repeated POST makes a second one, and nothing tells them apart but the mark at the end of their
text. Whether a new task takes its deals is not documented: what is refused by its name is left out.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from html import escape

from connectors.kit.errors import BadRecord, NoRights, Refused
from connectors.kit.finishing import commented, finished, gone, was_done
from connectors.kit.http import CrmHttp
from connectors.kit.marks import mark
from connectors.kit.records import Noun
from connectors.kit.writes import (
    DoneTask,
    Ending,
    NewNote,
    NewTask,
    NotWritten,
    Ref,
    Write,
    Written,
)
from connectors.megaplan.answers import Row, complaint, the_row
from connectors.megaplan.comments import COMMENTS
from connectors.megaplan.lists import LISTS
from connectors.megaplan.mapping import OVER
from connectors.megaplan.reading import ROOT, Reader
from connectors.megaplan.values import as_day, moment

_TASKS = LISTS[Noun.TASK][0]
_MARGIN = timedelta(minutes=10)
_LONGEST_NAME = 200
_NO_ID = "it was taken, and its number was not told"
_TIMES = ("activity", "timeUpdated", "timeCreated")
_MAY_BE_REFUSED = {
    "responsible": "the CRM does not take this user as responsible",
    "deals": "the CRM did not link the task with the deal",
    "contractor": "the CRM did not link the task with the customer",
}


class Writer:
    """Writes into one account."""

    def __init__(self, http: CrmHttp, reader: Reader) -> None:
        self._http = http
        self._reader = reader

    def write(self, batch: Sequence[Write]) -> Iterator[Written | NotWritten]:
        """Send all, one by one, telling of each as soon as it is known."""
        for write in batch:
            try:
                yield self._written(write)
            except NoRights as error:
                said = complaint(error.data) if isinstance(error, Refused) else ""
                yield NotWritten(write.key, f"{error}{f': {said}' if said else ''}")

    def find_written(self, write: Write, sent_ago: timedelta | None = None) -> Written | None:
        """Look for a new task or comment by its mark; a task that is done is done."""
        match write:
            case NewTask():
                return self._among(write, self._late_tasks(sent_ago), "statement")
            case NewNote():
                path = f"{self._path(write.about)}/comments"
                return self._among(write, self._reader.belonging(COMMENTS, path), "content")
            case DoneTask():
                return self._found_over(write)
            case _:
                return None

    def _written(self, write: Write) -> Written | NotWritten:
        match write:
            case NewTask():
                return self._new_task(write, self._task(write))
            case NewNote():
                return self._comment(write)
            case DoneTask():
                return self._finish(write)
            case _:
                return NotWritten(write.key, "into Megaplan only tasks and comments are written")

    def _comment(self, write: NewNote) -> Written:
        comment = {"contentType": "Comment", "content": _html(write)}
        body = {"contentType": "CommentCreateActionRequest", "comment": comment}
        return self._post(write, f"{self._path(write.about)}/comments", body)

    def _finish(self, write: DoneTask) -> Written:
        """Say what came of it in a comment, and then that it is done.

        Who gave a task may not say that it is done where another has it, and whether the text of an
        action is shown is not documented: the comment stands in both cases.
        """
        path = f"{ROOT}task/{_number(write.external_id)}/doAction"
        over = self._over(write)
        if over is not None:
            return over
        note = _note(write)
        if note is not None and self.find_written(note) is None:
            self._comment(note)
        done = {"contentType": "TaskActionRequest", "action": "act_done", "text": ""}
        try:
            row = the_row(self._http.send("POST", path, done).data)
        except NoRights as error:
            over = self._over(write)
            if over is None and note is None:
                raise
            said = complaint(error.data) if isinstance(error, Refused) else ""
            return over or commented(write, said or str(error))
        return finished(write, _changed_at(row))

    def _found_over(self, write: DoneTask) -> Written | None:
        """How one stands that may have been finished by us; None where it is open."""
        over, note = self._over(write), _note(write)
        if over is None or over.ending is Ending.GONE:
            return over
        return over if note is not None and self.find_written(note) is None else finished(write)

    def _over(self, write: DoneTask) -> Written | None:
        """That it is done or gone; None where it is open."""
        row = self._reader.card(_TASKS, write.external_id)
        if row is None:
            return gone(write)
        return was_done(write) if row.get("status") in OVER else None

    def _new_task(self, write: NewTask, body: Row, remark: str = "") -> Written:
        try:
            return self._post(write, "task", body, remark)
        except Refused as error:
            said = complaint(error.data)
            named = [name for name in _MAY_BE_REFUSED if name in body and name in said]
            if not named:
                raise
        rest = {name: value for name, value in body.items() if name not in named}
        left_out = [remark, *(_MAY_BE_REFUSED[name] for name in named)]
        return self._new_task(write, rest, "; ".join(filter(None, left_out)))

    def _task(self, write: NewTask) -> Row:
        body: Row = {
            "contentType": "Task",
            "name": write.text.strip().partition("\n")[0][:_LONGEST_NAME],
            "statement": _html(write),
            "isUrgent": False,
            "isTemplate": False,
        }
        if write.owner_external_id:
            body["responsible"] = {"contentType": "Employee", "id": write.owner_external_id}
        if write.due_at is not None:
            body["deadline"] = {"contentType": "DateTime", "value": write.due_at.isoformat()}
        elif write.due_on is not None:
            body["deadline"] = as_day(write.due_on)
        about = {"contentType": self._kind(write.about), "id": write.about.external_id}
        is_deal = write.about.noun is Noun.DEAL
        return body | ({"deals": [about]} if is_deal else {"contractor": about})

    def _post(self, write: Write, path: str, body: Row, remark: str = "") -> Written:
        row = the_row(self._http.send("POST", f"{ROOT}{path}", body).data)
        id_ = str(row.get("id") or "")
        if not id_:
            return Written(write.key, "", remark=_NO_ID)
        return Written(write.key, id_, _changed_at(row), remark)

    def _late_tasks(self, sent_ago: timedelta | None) -> Iterator[Row]:
        """Tasks by their last change, down to some time before it was sent."""
        since = None if sent_ago is None else self._reader.now() - sent_ago - _MARGIN
        after = None
        while True:
            sheet = self._reader.sheet(_TASKS, after, by=_TASKS.changed, desc=True)
            yield from sheet.rows
            times = [at for row in sheet.rows if (at := _changed_at(row))]
            if not sheet.has_more or not sheet.last or (since and times and times[-1] < since):
                return
            after = sheet.last[0]

    def _among(self, write: Write, rows: Iterator[Row], field: str) -> Written | None:
        for row in rows:
            if mark(write.key) in str(row.get(field)):
                return Written(write.key, str(row.get("id")), _changed_at(row))
        return None

    def _kind(self, about: Ref) -> str:
        """What a record is in Megaplan: a company of ours may be a person there."""
        _number(about.external_id)
        lists = LISTS.get(about.noun, ())
        if not lists or about.noun is Noun.INVOICE or lists[0].is_short:
            raise NoRights(f"{about.noun}: Megaplan takes nothing about such a record")
        *_, last = lists
        for listing in lists[:-1]:
            if self._reader.card(listing, about.external_id):
                return listing.kind
        return last.kind

    def _path(self, about: Ref) -> str:
        kind = self._kind(about)
        return f"{kind[0].lower()}{kind[1:]}/{about.external_id}"


def _html(write: NewTask | NewNote) -> str:
    """The text, the link, and last the mark by which we know it again, as a page shows them."""
    parts = (*write.text.strip().splitlines(), write.link, mark(write.key))
    return f"<p>{'<br>'.join(escape(part) for part in parts if part)}</p>"


def _note(write: DoneTask) -> NewNote | None:
    """What came of it, as a comment on the task."""
    return NewNote(write.key, write.about, write.result) if write.result else None


def _changed_at(row: Row) -> datetime | None:
    try:
        return next((at for name in _TIMES if (at := moment(row, name))), None)
    except BadRecord:
        return None


def _number(external_id: str) -> str:
    if not external_id.isalnum():
        raise NoRights(f"{external_id}: this is no id of Megaplan's")
    return external_id
