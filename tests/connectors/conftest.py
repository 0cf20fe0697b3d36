"""A sandbox to write to, with the connector on it."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from typing import Any

import pytest

from connectors.amocrm import AmoCrm
from connectors.kit import pace as kit_pace
from connectors.kit.contract import Credentials
from connectors.sandbox.world import MadeUpWorld
from tests.fakes.writable import FIELDS, Box, Opened


@pytest.fixture
def writable(monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    """A small sandbox with the given switches, and the connector on it, which never waits."""
    monkeypatch.setattr(kit_pace, "sleep", lambda _seconds: None)
    with ExitStack() as stack:

        def open_both(**switches: Any) -> tuple[Box, AmoCrm]:
            world = MadeUpWorld(size=5, deals=20, contacts=10, today=date(2026, 11, 1))
            box = stack.enter_context(Box(world, **({"rate": 0} | switches)))
            options = {"per_second": "0", "timezone": "Asia/Yekaterinburg"}
            crm = AmoCrm(Credentials(box.url, box.token, options, FIELDS))
            stack.callback(crm.close)
            return box, crm

        yield open_both
