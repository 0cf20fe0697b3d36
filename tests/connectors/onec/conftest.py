"""1C sandboxes over a small world, and the connector on them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from typing import Any

import pytest

from connectors.kit import pace as kit_pace
from connectors.kit.contract import Credentials
from connectors.onec import OneC
from connectors.sandbox.onec import OneCSandbox
from connectors.sandbox.world import MadeUpWorld

Opened = Callable[..., tuple[OneCSandbox, OneC]]
Open = Callable[..., OneC]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    """A sandbox with the given switches, and the connector on it with the given options."""
    monkeypatch.setattr(kit_pace, "sleep", lambda _seconds: None)
    with ExitStack() as stack:

        def open_both(options: dict[str, str] | None = None, **switches: Any) -> Any:
            world = MadeUpWorld(size=5, deals=200, contacts=5, today=date(2026, 11, 28))
            box = stack.enter_context(OneCSandbox(world, **switches))
            return box, stack.enter_context(_Opened(box, options or {}))

        yield open_both


@pytest.fixture
def again() -> Iterator[Open]:
    """The connector on a sandbox once more, as for the next sync."""
    with ExitStack() as stack:
        yield lambda box, options=None: stack.enter_context(_Opened(box, options or {}))


class _Opened:
    def __init__(self, box: OneCSandbox, options: dict[str, str]) -> None:
        self._crm = OneC(Credentials(box.url, box.token, {"per_second": "0", **options}))

    def __enter__(self) -> OneC:
        return self._crm

    def __exit__(self, *_: object) -> None:
        self._crm.close()
