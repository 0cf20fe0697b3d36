"""Writes tasks and notes where the profile says; what is new and unsure is not repeated.

That a task is done may be said twice: it is sent with the id of the task.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from connectors.kit import values
from connectors.kit.errors import BadRecord, NoRights, Refused, RetryLater
from connectors.kit.finishing import commented, finished, gone, was_done
from connectors.kit.http import CrmHttp
from connectors.kit.marks import mark
from connectors.kit.readers import found
from connectors.kit.records import Task
from connectors.kit.writes import DoneTask, Ending, NewNote, NewTask, NotWritten, Write, Written
from connectors.profiled.parts import Writes, Writing
from connectors.profiled.placeholders import fill, unlock

_TITLE = 100
Look = Callable[[str], Task | None]
"""How a task stands, by its id; None where it is not there."""
_NO_NOTE = "the profile does not say how a task is finished"
_UNSURE = "no answer came, and it may have been written all the same; look there before you retry"


class Writer:
    """Sends to one CRM account."""

    def __init__(
        self,
        writes: Writes,
        secrets: Mapping[str, str],
        base_url: str,
        reach: Callable[[str | None], CrmHttp],
        look: Look | None = None,
    ) -> None:
        """Of one CRM account.

        Args:
            look: how tasks are looked at, where the profile says how one is asked for.
        """
        self._look = look
        self._writes = writes
        self._secrets = secrets
        self._host = urlsplit(base_url).netloc.lower()
        self._reach = reach

    def write(self, batch: Sequence[Write]) -> Iterator[Written | NotWritten]:
        """One after the other."""
        for write in batch:
            if isinstance(write, DoneTask):
                yield self._over(write) or self._finish(write)
                continue
            way = self._way(write)
            if way is None:
                what = type(write).__name__
                yield NotWritten(write.key, f"the profile does not say how a {what} is written")
                continue
            yield self._send(write, way)

    def find_written(self, write: Write) -> Written | NotWritten | None:
        """Of what is new nobody can be asked, so that it is never sent again."""
        if isinstance(write, DoneTask) and self._writes.done:
            over = self._over(write)
            return over and (over if over.ending is not Ending.WAS_DONE else finished(write))
        return NotWritten(write.key, "it may have been written; look there", is_unsure=True)

    def _over(self, write: DoneTask) -> Written | None:
        """That a task is done or gone; None where it is open, or nobody can be asked."""
        if self._look is None:
            return None
        task = self._look(write.external_id)
        if task is None:
            return gone(write)
        return was_done(write) if task.is_done else None

    def _finish(self, write: DoneTask) -> Written | NotWritten:
        """Say that it is done; where that cannot be, what came of it becomes a note."""
        outcome: Written | NotWritten = NotWritten(write.key, _NO_NOTE)
        if self._writes.done:
            try:
                outcome = self._send(write, self._writes.done)
            except NoRights as error:
                outcome = NotWritten(write.key, str(error))
        if isinstance(outcome, Written):
            return finished(write)
        if not self._writes.note or not write.on or not write.result or outcome.is_unsure:
            return outcome
        note = self._send(NewNote(write.key, write.on, write.result), self._writes.note)
        return commented(write, outcome.reason) if isinstance(note, Written) else note

    def _way(self, write: Write) -> Writing | None:
        match write:
            case NewTask():
                return self._writes.task
            case NewNote():
                return self._writes.note
            case _:
                return None

    def _send(self, write: Write, way: Writing) -> Written | NotWritten:
        told = _told(write)
        body = fill(way.body, told)
        try:
            http, path = self._address(way, told)
        except ValueError as error:
            return NotWritten(write.key, str(error))
        try:
            answer = http.send(way.method, path, body)
        except Refused as error:
            return NotWritten(write.key, _why(error))
        except RetryLater as error:
            if not error.is_unsure or isinstance(write, DoneTask):
                raise
            return NotWritten(write.key, _UNSURE, is_unsure=True)
        return Written(write.key, _id(answer.data, way.id_at))

    def _address(self, way: Writing, told: Mapping[str, Any]) -> tuple[CrmHttp, str]:
        """The API and a path of it, or a secret address, which no log and no error shows."""
        if way.path is not None:
            parts = {name: part and quote(str(part), safe="") for name, part in told.items()}
            return self._reach(None), fill(way.path, parts)
        url = urlsplit(unlock(way.url, self._secrets))
        if url.netloc.lower() != self._host:
            raise ValueError("the address to write to is at another host than the CRM")
        query = f"?{url.query}" if url.query else ""
        return self._reach(f"{url.path}{query}"), ""


def _told(write: Write) -> dict[str, Any]:
    """What the placeholders stand for."""
    if isinstance(write, DoneTask):
        return _told_of(write)
    text = "\n".join(filter(None, [getattr(write, "text", ""), getattr(write, "link", None)]))
    due_at, due_on = getattr(write, "due_at", None), getattr(write, "due_on", None)
    day = due_on or (due_at.date() if due_at else None)
    return {
        "text": f"{text}\n{mark(write.key)}",
        "title": text.partition("\n")[0][:_TITLE],
        "due": due_at.isoformat() if due_at else (day.isoformat() if day else None),
        "due_on": day.isoformat() if day else None,
        "about": write.about.external_id,
        "about_noun": write.about.noun.value,
        "owner": getattr(write, "owner_external_id", None),
        "link": getattr(write, "link", None),
    }


def _told_of(write: DoneTask) -> dict[str, Any]:
    return {
        "id": write.external_id,
        "text": write.result or None,
        "title": write.task_text.partition("\n")[0][:_TITLE] or None,
        "about": write.on.external_id if write.on else None,
        "about_noun": write.on.noun.value if write.on else None,
    }


def _why(error: Refused) -> str:
    """What the CRM says of it, in its own words where they are to be found."""
    said = error.data.get("message") if isinstance(error.data, Mapping) else None
    return str(said)[:200] if said else str(error)


def _id(data: Any, place: str | None) -> str:
    try:
        return (place and values.reference(found(data, place))) or ""
    except BadRecord:
        return ""
