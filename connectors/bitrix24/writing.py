"""Writing into Bitrix24, one call for each write.

The API has no key that would keep a repeat from making a second one: so each text has a mark, and
is looked for before it is sent again.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.bitrix24.calling import Portal
from connectors.bitrix24.composing import AS_TASK, Composer
from connectors.bitrix24.entities import entity_of
from connectors.bitrix24.lists import TASK, TASKS, TODOS, Listing, items, number, owner_filter
from connectors.bitrix24.walking import Walker
from connectors.kit import custom, pick
from connectors.kit.composing import CHANGED_SINCE, CannotSet
from connectors.kit.errors import NoRights, Refused
from connectors.kit.finishing import commented, finished, gone, was_done
from connectors.kit.marks import mark
from connectors.kit.writes import (
    DoneTask,
    Ending,
    NewNote,
    NewTask,
    NotWritten,
    SetField,
    Write,
    Written,
)

_COMMENTS = Listing("crm.timeline.comment.list")
_NO_RESULT = "Bitrix24 keeps no result with a task that is done"
_DONE = frozenset({"4", "5"})
"""Done, and done but to be approved by who gave it."""
_TEXTS = ("SUBJECT", "title", "COMMENT")


class Writer:
    """Writes into one portal."""

    def __init__(self, portal: Portal, composer: Composer) -> None:
        self._portal = portal
        self._composer = composer
        self._walker = Walker(portal, 1)

    def write(self, batch: Sequence[Write]) -> Iterator[Written | NotWritten]:
        """Send all, telling of each as soon as it is known."""
        for write in batch:
            try:
                yield self._written(write)
            except CannotSet as error:
                yield NotWritten(write.key, str(error))
            except Refused as error:
                yield NotWritten(write.key, f"{error}{_why(error)}")
            except NoRights as error:
                yield NotWritten(write.key, str(error))

    def find_written(self, write: Write, sent_ago: timedelta | None = None) -> Written | None:
        """Look for a new task or note by its mark, and for later changes of a record."""
        match write:
            case NewTask():
                listing = TASKS if write.type_external_id == AS_TASK else TODOS
                return self._find(
                    write, listing, owner_filter(listing, write.about.noun, write.about.external_id)
                )
            case NewNote():
                found = entity_of(write.about.noun, write.about.external_id)
                filters = found and {"ENTITY_ID": found[1], "ENTITY_TYPE": found[0].timeline}
                return self._find(write, _COMMENTS, filters)
            case DoneTask():
                return self._found_over(write)
            case SetField():
                return self._changed_since(write, sent_ago)
            case _:
                return None

    def _find(
        self, write: NewTask | NewNote, listing: Listing, filters: Mapping[str, Any] | None
    ) -> Written | None:
        for rows in self._walker.walk(listing, filters) if filters else ():
            for row in rows:
                if any(mark(write.key) in str(row.get(key)) for key in _TEXTS):
                    return Written(write.key, f"{listing.prefix}{number(row, listing.id_row)}")
        return None

    def _written(self, write: Write) -> Written:
        method, asked = self._composer.call(write)
        if isinstance(write, DoneTask):
            return self._finish(write, method, asked)
        return _told(write, self._portal.do(method, asked))

    def _finish(self, write: DoneTask, method: str, asked: Mapping[str, Any]) -> Written:
        """Tick it off; what came of it stands before that in the timeline of its record."""
        over = self._over(write)
        if over is not None:
            return over
        note = _note(write)
        try:
            if note is not None and self.find_written(note) is None:
                self._portal.do(*self._composer.call(note))
        except (NoRights, CannotSet) as error:
            note, refused = None, f"the comment was refused: {error}"
        else:
            refused = _NO_RESULT if write.result and note is None else ""
        try:
            self._portal.do(method, asked)
        except NoRights as error:
            over = self._over(write)
            if over is None and note is not None:
                return commented(write, str(error))
            if over is None:
                raise
            return over
        return finished(write, remark=refused)

    def _found_over(self, write: DoneTask) -> Written | None:
        """How one stands that may have been finished by us; None where it is open."""
        over, note = self._over(write), _note(write)
        if over is None or over.ending is Ending.GONE:
            return over
        return over if note is not None and self.find_written(note) is None else finished(write)

    def _over(self, write: DoneTask) -> Written | None:
        """That it is done or gone; None where it is open."""
        listing = TASKS if write.external_id.startswith(TASK) else TODOS
        row = self._row(listing, write.external_id.removeprefix(listing.prefix))
        if not row:
            return gone(write)
        is_done = row.get("COMPLETED") == "Y" or str(row.get("status")) in _DONE
        return was_done(write) if is_done else None

    def _changed_since(self, write: SetField, sent_ago: timedelta | None) -> Written | None:
        if sent_ago is None:
            return None
        found = entity_of(write.about.noun, write.about.external_id)
        row = self._row(items(found[0]), found[1]) if found else {}
        changed_at = custom.moment(row.get("updatedTime"), UTC)
        if changed_at is None or changed_at <= self._portal.now() - sent_ago:
            return None
        return Written(write.key, write.about.external_id, remark=CHANGED_SINCE)

    def _row(self, listing: Listing, id_: str) -> Mapping[str, Any]:
        rows = self._walker.some(listing, [int(id_)]) if id_.isdecimal() else ()
        return next((row for page in rows for row in page), {})


def _told(write: Write, result: Any) -> Written:
    """What was written, under our id of it."""
    found = result if isinstance(result, dict) else {}
    match write:
        case NewTask() if write.type_external_id == AS_TASK:
            return Written(write.key, f"{TASK}{pick.one(found, 'task').get('id')}")
        case NewTask():
            return Written(write.key, f"{TODOS.prefix}{found.get('id')}")
        case NewNote():
            return Written(write.key, str(result))
        case _:
            return Written(write.key, write.about.external_id, _moved(found))


def _note(write: DoneTask) -> NewNote | None:
    """What came of it, as a comment on the record that it is about."""
    return NewNote(write.key, write.on, write.result) if write.on and write.result else None


def _moved(result: Mapping[str, Any]) -> datetime | None:
    """When the record says that it changed."""
    return custom.moment(pick.one(result, "item").get("updatedTime"), UTC)


def _why(error: Refused) -> str:
    said = error.data.get("error_description") if isinstance(error.data, dict) else None
    text = pick.clean(said)[:200] if isinstance(said, str) else ""
    return f": {text}" if text and text not in str(error) else ""
