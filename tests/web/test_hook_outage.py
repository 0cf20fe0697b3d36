"""A database that dies under load: what was answered with 200 is there, all else was refused."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx
import pytest

from connectors.sandbox.amocrm import AmoSandbox
from kam_sync import connecting, subscribing
from kam_sync.base.db.migrate import migrate
from kam_sync.base.secrets import open_cipher
from kam_sync.base.settings import Settings
from kam_sync.intake.model import NewSource
from kam_sync.jobs.queue import defer_reading
from kam_sync.jobs.tasks import Work
from kam_sync.web.app import create_app
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.dying_server import dying_server
from tests.fakes.waiting import wait_until
from tests.jobs.conftest import working
from tests.web.conftest import served

CALLERS = 8
FORM = {"content-type": "application/x-www-form-urlencoded"}
KEPT = "SELECT substring(convert_from(body, 'UTF8') FROM '([0-9]+)$')::int FROM hook"


@dataclass
class Callers:
    """They post one numbered webhook after the other, until they are told to stop."""

    url: str
    accepted: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    """The statuses."""
    is_over: threading.Event = field(default_factory=threading.Event)
    numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def calling(self) -> Iterator[None]:
        with ThreadPoolExecutor(CALLERS) as threads:
            calls = [threads.submit(self._call) for _ in range(CALLERS)]
            try:
                yield
            finally:
                self.is_over.set()
        for call in calls:
            call.result()

    def wait_for_more(self, *, accepted: int = 0, refused: int = 0) -> None:
        """Until so many more than now."""
        accepted, refused = accepted + len(self.accepted), refused + len(self.refused)
        wait_until(lambda: len(self.accepted) >= accepted and len(self.refused) >= refused)

    def _call(self) -> None:
        with httpx.Client(timeout=30) as http:
            while not self.is_over.is_set():
                number = next(self.numbers)
                body = f"leads[update][0][id]={number % 50 + 1}&leads[update][0][name]={number}"
                status = http.post(self.url, content=body, headers=FORM).status_code
                self.accepted.append(number) if status == 200 else self.refused.append(status)


@pytest.mark.heavy
@pytest.mark.slow
def test_webhooks_survive_a_database_that_is_killed_and_all_goes_on_without_a_restart(
    tmp_path: Path, box: AmoSandbox
) -> None:
    settings = Settings.model_validate({"data_dir": tmp_path, "crm_hosts": "127.0.0.1"})
    with dying_server(tmp_path) as server:
        migrate(server.database)
        services = Services(settings, server.database, open_cipher(settings))
        new = NewSource(name="shop", kind="amocrm", base_url=box.url)
        connecting.add(services, new, box.token, {"per_second": "0"})
        path = f"/hooks/{subscribing.hook_key(services, 'shop')}"
        app = create_app(services, defer_reading=defer_reading)
        with served(app) as address, working(services, Work()):
            callers = Callers(f"{address}{path}")
            with callers.calling():
                callers.wait_for_more(accepted=100)
                server.kill()
                callers.wait_for_more(refused=20)
                server.start()
                callers.wait_for_more(accepted=100)
            kept = {number for (number,) in ask(services, KEPT)}
            assert set(callers.accepted) - kept == set()
            assert set(callers.refused) <= {429, 500, 502, 503}
            wait_until(lambda: all_are_read(services))


def all_are_read(services: Services) -> bool:
    """Whether the worker, which was not restarted either, has read all that was kept."""
    return ask(services, "SELECT DISTINCT state FROM hook") == [("read",)]
