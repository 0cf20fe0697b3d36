"""The application over a small world."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import uvicorn
from fastapi import FastAPI

import connectors as gate
from connectors import Noun
from connectors.kit import pace as kit_pace
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from kam_sync.accounts.match import own_account
from kam_sync.web.app import create_app
from kam_sync.wiring import Services
from tests.fakes.waiting import wait_until
from tests.web.shop import APP
from tests.web.world import World

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would rather have httpx2, which we do not use
    from fastapi.testclient import TestClient


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pace of a real CRM is not kept."""
    monkeypatch.setattr(kit_pace, "sleep", lambda _: None)


@pytest.fixture
def world(services: Services) -> World:
    """An empty store."""
    return World(services)


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    """The application, with a queue."""
    app = create_app(
        world.services, defer_sync=world.deferred.append, defer_write=world.defer_write
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def box() -> Iterator[AmoSandbox]:
    """A made-up amoCRM account that gives access by OAuth."""
    world = MadeUpWorld(size=2, deals=5, contacts=2, today=date(2026, 11, 1))
    with AmoSandbox(world, rate=0, oauth=APP) as running:
        yield running


@pytest.fixture
def fallen(world: World) -> UUID:
    """An account that bought for 2.9 million a month, and since August 2026 for 1.2 million."""
    source_id = world.add_source()
    user = gate.User("7", "Анна Смирнова")
    world.save(source_id, Noun.USER, user)
    company = gate.Company("1", "ООО «Ромашка»", "7707083893", "770701001", owner_external_id="7")
    world.save(source_id, Noun.COMPANY, company)
    usual = [2_900_000 + 100_000 * (month % 3 - 1) for month in range(21)]
    world.add_months(source_id, "1", *usual, 1_200_000, 1_200_000, 1_200_000)
    world.measure()
    return own_account(source_id, "1")


@pytest.fixture
def address(world: World) -> Iterator[str]:
    """The application behind a real port."""
    with served(create_app(world.services)) as address:
        yield address


@contextmanager
def served(app: FastAPI, **how: Any) -> Iterator[str]:
    """An application behind a real port."""
    config = uvicorn.Config(app, port=0, log_config=None, ws="none", **how)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
