"""A burst of webhooks ends in one fetch of each record that they name.

    .venv/bin/python -m benchmarks.hook_burst            100,000 webhooks about 2,000 deals
    .venv/bin/python -m benchmarks.hook_burst --check    ends with 1 when a bar is missed

In a sandbox amoCRM every deal is changed 25 times. Each change is told twice, in any order, to the
door that `kam-sync serve` takes webhooks by, while a worker reads them. What the door does not take
is sent again, as a CRM does. When nothing waits any more, the requests that the sandbox has seen
are counted by the ids that they ask for, and every deal is compared with the sandbox.

Bars: no more fetches than deals and a tenth; every deal is here as it is in the CRM.
"""

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from urllib.parse import parse_qsl, urlencode

import httpx
import sqlalchemy as sa

from benchmarks.fresh_server import fresh_server
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.amocrm.account import ACCOUNT
from connectors.sandbox.world import MadeUpWorld
from kam_sync import connecting, flow, subscribing
from kam_sync.base.db.migrate import migrate
from kam_sync.base.secrets import open_cipher
from kam_sync.base.settings import Settings
from kam_sync.intake.model import NewSource
from kam_sync.jobs.queue import READ, defer_reading
from kam_sync.jobs.runner import Worker
from kam_sync.web.app import create_app
from kam_sync.wiring import Services

_CHANGES = 25
_CONNECTIONS = 64
_APART = 2
"""Seconds between two changes of a deal."""
_OVER = 6
"""Seconds since the last ones: what is fetched then shows all that happened in that second."""
_PAGE = 250
"""So many deals a request for no ids brings."""
_PATIENCE = 300.0
_FORM = {"content-type": "application/x-www-form-urlencoded"}
_ONE = re.compile(r"/api/v4/leads/(\d+)")
_UNREAD = sa.text("SELECT count(*) FROM hook WHERE state = 'new'")
_BUSY = sa.text(
    "SELECT count(*) FROM procrastinate_jobs WHERE task_name = :read AND status IN ('todo','doing')"
)
_AMOUNTS = sa.text("SELECT external_id, amount::bigint AS amount FROM deal WHERE source_id = :id")
_OTHERS = sa.text("SELECT count(*) FROM hook WHERE state <> 'read'")


@dataclass(frozen=True, slots=True)
class Burst:
    """What came of it."""

    deals: int
    hooks: int
    fetched: int
    """Ids that the CRM was asked for."""
    requests: int
    wrong: int
    """Deals that are here in another state than in the CRM."""
    unread: int
    """Webhooks that were not read, or not understood."""
    seconds: float

    @property
    def missed(self) -> list[str]:
        """The bars that it does not reach."""
        bars = {
            f"{self.fetched} fetches of {self.deals} deals": self.fetched <= self.deals * 1.1,
            f"{self.wrong} deals are not as in the CRM": self.wrong == 0,
            f"{self.unread} webhooks were not read": self.unread == 0,
        }
        return [what for what, is_met in bars.items() if not is_met]


def play(services: Services, deals: int) -> Burst:
    """Let a burst come in through the door of a database, with a worker that reads it."""
    own = services.settings.model_copy(update={"hooks_per_second": 1_000_000})
    services = replace(services, settings=own)
    world = MadeUpWorld(size=max(deals // 50, 1), deals=deals, contacts=5, today=date(2026, 11, 1))
    with AmoSandbox(world, rate=0) as box:
        source_id, path = _connect(services, box)
        flow.sync(services, source_id)
        chosen = box.ids("leads")[:deals]
        bodies = _change(box, chosen)
        box.requests.clear()
        began = time.monotonic()
        with _working(services):
            asyncio.run(_post_all(services, path, bodies))
            _wait(services)
        seconds = time.monotonic() - began
        asked = _asked(box)
        with services.database.transaction() as session:
            found = session.execute(_AMOUNTS, {"id": source_id})
            here = {row.external_id: row.amount for row in found}
            unread = session.scalar(_OTHERS) or 0
        wrong = sum(here.get(str(id_)) != box.row("leads", id_)["price"] for id_ in chosen)
        return Burst(
            deals, len(bodies), len(asked), len(list(box.requests)), wrong, unread, seconds
        )


def _connect(services: Services, box: AmoSandbox) -> tuple[int, str]:
    new = NewSource(name="burst", kind="amocrm", base_url=box.url)
    source, _ = connecting.add(services, new, box.token, {"per_second": "0"})
    return source.id, f"/hooks/{subscribing.hook_key(services, source.name)}"


def _change(box: AmoSandbox, chosen: list[int]) -> list[bytes]:
    """Change every deal many times; what is told of it, twice and in any order."""
    last = int(time.time()) - _OVER
    bodies = []
    for number in range(_CHANGES):
        at = last - (_CHANGES - 1 - number) * _APART
        for id_ in chosen:
            price = 1_000 * (number + 1) + id_ % 1_000
            box.change("leads", id_, silent=True, price=price, updated_at=at)
            told = {"id": id_, "price": price, "updated_at": at, "last_modified": at}
            fields = {f"leads[update][0][{name}]": value for name, value in told.items()}
            bodies += [urlencode(fields | {"account[id]": ACCOUNT}).encode()] * 2
    Random(7).shuffle(bodies)
    return bodies


@contextmanager
def _working(services: Services) -> Iterator[None]:
    worker = Worker(services)
    worker.start()
    try:
        yield
    finally:
        worker.stop(timedelta(seconds=30))


async def _post_all(services: Services, path: str, bodies: list[bytes]) -> None:
    app = create_app(services, defer_reading=defer_reading)
    left = iter(bodies)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as http:

        async def send() -> None:
            for body in left:
                while (await http.post(path, content=body, headers=_FORM)).status_code != 200:
                    await asyncio.sleep(0.1)

        await asyncio.gather(*(send() for _ in range(_CONNECTIONS)))


def _wait(services: Services) -> None:
    """Until all is read and asked about."""
    ends = time.monotonic() + _PATIENCE
    while time.monotonic() < ends:
        with services.database.transaction() as session:
            if not session.scalar(_UNREAD) and not session.scalar(_BUSY, {"read": READ}):
                return
        time.sleep(0.1)
    raise TimeoutError(f"webhooks wait to be read after {_PATIENCE:.0f} s")


def _asked(box: AmoSandbox) -> list[str]:
    """The ids of deals that were asked for, each as often as it was."""
    asked = []
    for seen in box.requests:
        if seen.path == "/api/v4/leads":
            ids = [value for name, value in parse_qsl(seen.query) if name.startswith("filter[id]")]
            asked += ids or ["a page"] * _PAGE
        elif one := _ONE.fullmatch(seen.path):
            asked.append(one[1])
    return asked


def main() -> int:
    """Play, show, and judge where that was asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.hook_burst",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--deals", type=int, default=2_000, help="50 webhooks each (default %(default)s)")
    add("--json", action="store_true", help="print one JSON document")
    add("--check", action="store_true", help="end with 1 when a bar is missed")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as made, fresh_server(Path(made)) as server:
        settings = Settings(data_dir=server.data, database_url=None, crm_hosts="127.0.0.1")
        migrate(server.database)
        found = play(Services(settings, server.database, open_cipher(settings)), chosen.deals)
    print(json.dumps(asdict(found), indent=2) if chosen.json else _said(found))
    for line in found.missed:
        sys.stderr.write(f"hook_burst: bar missed: {line}\n")
    return 1 if chosen.check and found.missed else 0


def _said(found: Burst) -> str:
    return (
        f"{found.hooks:,} webhooks about {found.deals:,} deals in {found.seconds:.0f} s: "
        f"{found.fetched:,} fetches (at most {found.deals * 1.1:,.0f}) in {found.requests} "
        f"requests, {found.wrong} deals wrong, {found.unread} webhooks unread"
    )


if __name__ == "__main__":
    sys.exit(main())
