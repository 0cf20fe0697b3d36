"""`batch`: up to fifty commands in one request, each of which may fail by itself."""

from typing import Any, Protocol

import orjson

from connectors.sandbox.bitrix24.answers import Result, Trouble
from connectors.sandbox.bitrix24.asked import Asked, command

_MOST = 50


class Calls(Protocol):
    """Who knows the methods."""

    def call(self, method: str, asked: Asked, *, is_app: bool) -> tuple[Result, dict[str, Any]]:
        """One method."""

    def time(self, told: dict[str, Any]) -> dict[str, Any]:
        """When it worked."""


def run(calls: Calls, asked: Asked, *, is_app: bool) -> bytes:
    """The results by the names of the commands. What is empty comes as `[]`, as PHP has it.

    After an error with `halt` the rest is not tried, and does not show.
    """
    results: dict[str, Result] = {}
    errors: dict[str, Any] = {}
    times: dict[str, Any] = {}
    halts = str(asked.get("halt") or 0) not in {"0", "false", "False"}
    commands = asked.get("cmd")
    for place, (key, said) in enumerate((commands if isinstance(commands, dict) else {}).items()):
        try:
            method, what = _allowed(place, *command(str(said), results))
            results[key], told = calls.call(method, what, is_app=is_app)
            times[key] = calls.time(told)
        except Trouble as trouble:
            errors[key] = trouble.said
            if halts:
                break
    given = b",".join(b"%s:%s" % (orjson.dumps(k), one.json) for k, one in results.items())
    totals = {key: one.total for key, one in results.items() if one.total is not None}
    nexts = {key: one.next for key, one in results.items() if one.next is not None}
    rest: dict[str, Any] = {
        "result_error": errors or [], "result_total": totals or [], "result_next": nexts or [],
        "result_time": times or [],
    }  # fmt: skip
    shown = b"{%s}" % given if given else b"[]"
    return b'{"result":%s,%s' % (shown, orjson.dumps(rest)[1:])


def _allowed(place: int, method: str, what: Asked) -> tuple[str, Asked]:
    if place >= _MOST:
        raise Trouble(400, "ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
    if method == "batch":
        raise Trouble(405, "ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed")
    return method, what
