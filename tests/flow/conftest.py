"""A sandbox shop that is connected, and a kit that never really waits."""

from collections.abc import Iterator
from datetime import date

import pytest

from connectors.kit import pace as kit_pace
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from kam_sync.intake.model import Source
from kam_sync.wiring import Services
from tests.fakes.connecting import connect


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the kit would have waited."""
    waited: list[float] = []
    monkeypatch.setattr(kit_pace, "sleep", waited.append)
    return waited


@pytest.fixture
def box() -> Iterator[AmoSandbox]:
    """A small shop: 5 companies, 12 contacts, 60 old deals and those of the running month."""
    world = MadeUpWorld(size=5, deals=60, contacts=12, today=date(2026, 11, 1))
    with AmoSandbox(world, rate=0) as opened:
        yield opened


@pytest.fixture
def source(services: Services, box: AmoSandbox) -> Source:
    """The shop, connected and not yet synced; its log is read from the beginning."""
    return connect(services, box, event_days="3650")
