"""A shop that is subscribed for hours, and an ear at our address."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from kam_sync import flow
from kam_sync.intake.model import Source
from kam_sync.wiring import Services
from tests.fakes.listener import Listener
from tests.fakes.passing import pass_time
from tests.fakes.posting import post
from tests.fakes.subscribed import at

HOUR = timedelta(hours=1)


@pytest.fixture
def ear() -> Iterator[Listener]:
    """What stands at our public address."""
    with Listener() as opened:
        yield opened


@pytest.fixture
def services(services: Services, ear: Listener) -> Services:
    return at(services, ear.url)


@pytest.fixture
def source(services: Services, box: AmoSandbox, source: Source) -> Source:
    """The shop, synced, subscribed hours ago, and a webhook of it has come."""
    box.webhooks.automatic = False
    flow.sync(services, source.id)
    flow.look_after_hooks(services, source.id)
    pass_time(services, 3 * HOUR)
    return source


@pytest.fixture
def hear(services: Services, box: AmoSandbox, source: Source, ear: Listener) -> Callable[[], int]:
    """Lets webhooks come, and reads them; how many there were."""

    def deliver() -> int:
        box.webhooks.deliver()
        posts, ear.posts = ear.posts, []
        post(services, source, *(one.body for one in posts))
        return flow.hear(services, source.id, go_on=lambda: None).hooks

    return deliver
