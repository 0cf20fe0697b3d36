"""A small sandbox that a grant by OAuth opens."""

from collections.abc import Iterator
from datetime import date

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from kam_sync.intake.model import Source
from kam_sync.wiring import Services
from tests.fakes.connecting import connect_by_oauth


@pytest.fixture
def box() -> Iterator[AmoSandbox]:
    world = MadeUpWorld(size=2, deals=5, contacts=2, today=date(2026, 11, 1))
    with AmoSandbox(world, rate=0) as opened:
        yield opened


@pytest.fixture
def source(services: Services, box: AmoSandbox) -> Source:
    return connect_by_oauth(services, box)
