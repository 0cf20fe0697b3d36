"""An amoCRM sandbox with the given switches, and the connector on it, which never waits."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from typing import Any

import pytest

from connectors.amocrm import AmoCrm
from connectors.kit import pace as kit_pace
from connectors.kit.contract import Credentials
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from tests.fakes import writable as writing

Opened = Callable[..., tuple[AmoSandbox, AmoCrm]]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it would have waited."""
    waited: list[float] = []
    monkeypatch.setattr(kit_pace, "sleep", waited.append)
    return waited


@pytest.fixture
def opened(waits: list[float]) -> Iterator[Opened]:
    """A small sandbox with the given switches, and the connector on it with the given options.

    The world stays in 2026 whatever the day is: its log is read from the beginning.
    """
    with ExitStack() as stack:

        def open_both(
            options: dict[str, str] | None = None, **switches: Any
        ) -> tuple[AmoSandbox, AmoCrm]:
            world = MadeUpWorld(size=5, deals=300, contacts=10, today=date(2026, 11, 1))
            box = stack.enter_context(AmoSandbox(world, **({"rate": 0} | switches)))
            asked = {"per_second": "0", "event_days": "3650"} | (options or {})
            crm = AmoCrm(Credentials(box.url, box.token, asked))
            stack.callback(crm.close)
            return box, crm

        yield open_both


@pytest.fixture
def writable(waits: list[float]) -> Iterator[writing.Opened]:
    """The same to write to, with custom fields that are mapped."""
    with ExitStack() as stack:

        def open_both(**switches: Any) -> tuple[writing.Box, AmoCrm]:
            world = MadeUpWorld(size=5, deals=20, contacts=10, today=date(2026, 11, 1))
            box = stack.enter_context(writing.Box(world, **({"rate": 0} | switches)))
            options = {"per_second": "0", "timezone": "Asia/Yekaterinburg"}
            crm = AmoCrm(Credentials(box.url, box.token, options, writing.FIELDS))
            stack.callback(crm.close)
            return box, crm

        yield open_both
