"""A CRM in which somebody has typed an attack into every field that takes a text."""

from dataclasses import replace
from typing import Any

import orjson

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.http import Request, Response

PAYLOAD = (
    '=HYPERLINK("http://evil.example")"\'><img src=x onerror=window.hit=1><script>window.hit=1'
    "</script>{{7*7}}${7*7}[link=file:///x]a[/link]\x1b]0;owned\x07\r\nhit: 1\u202e;@all"
)
"""A formula, markup, code, a template, a command to a terminal, another line, writing backwards."""
_TEXTS = frozenset({
    "name", "first_name", "last_name", "text", "title", "service", "result", "value", "login",
    "address", "position",
})  # fmt: skip
_KEPT = ("https://", "http://", "+7", "#")


class HostileSandbox(AmoSandbox):
    """An amoCRM whose every answer is full of it."""

    def answer(self, request: Request) -> Response:
        """What the true one says, with the payload before each text."""
        true = super().answer(request)
        if request.method != "GET" or not true.body.startswith(b"{"):
            return true
        return replace(true, body=orjson.dumps(_poisoned(orjson.loads(true.body))))


def _poisoned(said: Any, key: str = "") -> Any:
    if isinstance(said, dict):
        return {name: _poisoned(value, name) for name, value in said.items()}
    if isinstance(said, list):
        return [_poisoned(one, key) for one in said]
    is_text = isinstance(said, str) and key in _TEXTS and not said.startswith(_KEPT)
    return f"{PAYLOAD} {said}" if is_text and not _is_number(said) else said


def _is_number(said: str) -> bool:
    return said.replace(".", "").replace("-", "").isdigit()
