"""The whole walk: the made-up company, the application over it, and every call."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
from fastapi import FastAPI

from kam_sync.jobs.queue import defer_reading, defer_write
from kam_sync.jobs.serving import defer_sync
from kam_sync.web.app import create_app
from kam_sync.wiring import Services
from tests.web.conftest import served
from tests.web.tour.asking import Walk
from tests.web.tour.calls import walk_over
from tests.web.tour.ground import Ground, laid_out


def walked(services: Services, folder: Path) -> Walk:
    """Everything asked once, and what was answered."""
    with laid_out(services, folder) as ground, walking(ground) as walk:
        walk_over(walk, ground)
    return walk


@contextmanager
def walking(ground: Ground) -> Iterator[Walk]:
    """A client of the application behind a real port."""
    says = {
        ground.box.url: "https://example.amocrm.ru",
        ground.box.token: "a-long-lived-token",
        ground.ear.url: "https://example.com/hooks",
    }
    with (
        served(application(ground.world.services)) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield Walk(client, says | {address: "https://kam.example.com"})


def application(services: Services) -> FastAPI:
    """The application with a queue that nobody works on."""
    return create_app(
        services, defer_sync=partial(defer_sync, services), defer_write=defer_write,
        defer_reading=defer_reading,
    )  # fmt: skip
