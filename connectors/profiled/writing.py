"""Writes tasks and notes where the profile says; what is unsure is not repeated."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from connectors.kit import values
from connectors.kit.errors import BadRecord, Refused, RetryLater
from connectors.kit.http import CrmHttp
from connectors.kit.marks import mark
from connectors.kit.readers import found
from connectors.kit.writes import NewNote, NewTask, NotWritten, Write, Written
from connectors.profiled.parts import Writes, Writing
from connectors.profiled.placeholders import fill, unlock

_TITLE = 100
_UNSURE = "no answer came, and it may have been written all the same; look there before you retry"


class Writer:
    """Sends to one CRM account."""

    def __init__(
        self,
        writes: Writes,
        secrets: Mapping[str, str],
        base_url: str,
        reach: Callable[[str | None], CrmHttp],
    ) -> None:
        self._writes = writes
        self._secrets = secrets
        self._host = urlsplit(base_url).netloc.lower()
        self._reach = reach

    def write(self, batch: Sequence[Write]) -> Iterator[Written | NotWritten]:
        """One after the other."""
        for write in batch:
            way = self._way(write)
            if way is None:
                what = type(write).__name__
                yield NotWritten(write.key, f"the profile does not say how a {what} is written")
                continue
            yield self._send(write, way)

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
            answer = http.send("POST", path, body)
        except Refused as error:
            return NotWritten(write.key, _why(error))
        except RetryLater as error:
            if not error.is_unsure:
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


def _why(error: Refused) -> str:
    """What the CRM says of it, in its own words where they are to be found."""
    said = error.data.get("message") if isinstance(error.data, Mapping) else None
    return str(said)[:200] if said else str(error)


def _id(data: Any, place: str | None) -> str:
    try:
        return (place and values.reference(found(data, place))) or ""
    except BadRecord:
        return ""
