"""Events: form-encoded calls, each made once and never again, and a queue for who asks for it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

from connectors.sandbox.bitrix24.answers import Trouble, stamp
from connectors.sandbox.bitrix24.asked import Asked, listed

MEMBER = "0123456789abcdef0123456789abcdef"
APP_TOKEN = "51856fefc120afa4b628cc82d3935cce"
_BUDGET = 2.0
_NAMES = {
    "lead": "ONCRMLEAD", "deal": "ONCRMDEAL", "contact": "ONCRMCONTACT", "company": "ONCRMCOMPANY",
    "activity": "ONCRMACTIVITY", "requisite": "ONCRMREQUISITE", "product": "ONCRMPRODUCT",
    "comment": "ONCRMTIMELINECOMMENT", "task": "ONTASK", "invoice": "ONCRMDYNAMICITEM",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Handler:
    """Where an event is told; `token` is how the receiver knows the portal by."""

    event: str
    url: str
    token: str = APP_TOKEN
    offline: int = 0


@dataclass(slots=True)
class _Queued:
    """The last state of one event about one object."""

    number: int
    event: str
    data: dict[str, Any]
    process: str = ""


@dataclass(slots=True)
class Events:
    """Who is told of what. `lost` is a switch: calls get lost on their way, as they may."""

    host: Callable[[], str]
    clock: Callable[[], float]
    lost: bool = False
    handlers: list[Handler] = field(default_factory=list)
    queue: dict[str, _Queued] = field(default_factory=dict)
    _made: int = 0

    def happened(self, noun: str, action: str, id_: int, **more: Any) -> None:
        """Tell all who want to know of a change: ADD, UPDATE, DELETE or MOVETOCATEGORY."""
        name = _NAMES.get(noun)
        if name is None:
            return
        event = f"{name}{action}" + ("_31" if noun == "invoice" else "")
        fields = {"ID": id_, **({"ENTITY_TYPE_ID": 31} if noun == "invoice" else {}), **more}
        data: dict[str, Any] = {"FIELDS": fields}
        if noun == "task":
            before, after = ("undefined" if action == one else id_ for one in ("ADD", "DELETE"))
            data = {"FIELDS_BEFORE": {"ID": before}, "FIELDS_AFTER": {"ID": after}}
        for handler in list(self.handlers):
            if handler.event != event:
                continue
            if handler.offline:
                self._keep(event, id_, data)
            elif not self.lost:
                _post(handler.url, self.body(event, data, handler.token))

    def body(self, event: str, data: dict[str, Any], token: str = APP_TOKEN) -> bytes:
        """An event as it is sent."""
        pairs = [("event", event), ("event_handler_id", "201")]
        pairs += [
            (f"data[{part}][{key}]", str(value))
            for part, fields in data.items()
            for key, value in fields.items()
        ]
        host = self.host()
        pairs += [
            ("ts", str(int(self.clock()))), ("auth[domain]", host),
            ("auth[client_endpoint]", f"https://{host}/rest/"), ("auth[member_id]", MEMBER),
            ("auth[application_token]", token),
        ]  # fmt: skip
        return urlencode(pairs).encode()

    def bind(self, asked: Asked) -> bool:
        """`event.bind`; the same once more is refused."""
        handler = _handler(asked)
        if handler in self.handlers:
            raise Trouble(400, "ERROR_EVENT_BINDING_EXISTS", "Handler already binded")
        self.handlers.append(handler)
        return True

    def unbind(self, asked: Asked) -> dict[str, int]:
        """`event.unbind`."""
        handler = _handler(asked)
        known = len(self.handlers)
        self.handlers = [one for one in self.handlers if one != handler]
        return {"count": known - len(self.handlers)}

    def bound(self, _asked: Asked) -> list[dict[str, Any]]:
        """`event.get`."""
        return [
            {"event": one.event, "handler": one.url, "auth_type": 0, "offline": one.offline}
            for one in self.handlers
        ]

    def offline(self, asked: Asked) -> dict[str, Any]:
        """`event.offline.get`: reserves what it gives, or deletes it, which is the default."""
        free = [one for one in self.queue.values() if not one.process]
        given = free[: int(asked.get("limit") or 50)]
        process = f"process{self._number()}"
        for one in given:
            one.process = process
        if str(asked.get("clear", 1)) == "1":
            self.clear({"process_id": process})
        events = [
            {"ID": str(one.number), "TIMESTAMP_X": stamp(self.clock()), "EVENT_NAME": one.event,
             "EVENT_DATA": one.data, "EVENT_ADDITIONAL": [], "MESSAGE_ID": f"m{one.number}",
             "PROCESS_ID": process, "ERROR": "0"}
            for one in given
        ]  # fmt: skip
        return {"process_id": process if given else None, "events": events}

    def clear(self, asked: Asked) -> bool:
        """`event.offline.clear`."""
        ended = {str(one) for one in listed(asked.get("process_id"))}
        self.queue = {key: one for key, one in self.queue.items() if one.process not in ended}
        return True

    def _keep(self, event: str, id_: int, data: dict[str, Any]) -> None:
        self.queue[f"{event}/{id_}"] = _Queued(self._number(), event, data)

    def _number(self) -> int:
        self._made += 1
        return self._made


def _handler(asked: Asked) -> Handler:
    is_offline = asked.get("event_type") == "offline"
    event, url = str(asked.get("event", "")).upper(), str(asked.get("handler") or "")
    where = urlsplit(url)
    if not is_offline and where.hostname != "127.0.0.1":
        raise Trouble(400, "ERROR_ARGUMENT", "The sandbox tells events to this computer only")
    return Handler(event, url, offline=int(is_offline))


def _post(url: str, body: bytes) -> None:
    where = urlsplit(url)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Bitrix24"}
    connection = HTTPConnection(where.hostname or "", where.port, timeout=_BUDGET)
    try:
        connection.request("POST", where.path, body, headers)
        connection.getresponse()
    except (OSError, HTTPException):
        return  # nobody tries again
    finally:
        connection.close()
