"""Measures all pages with 10,000 accounts and 1,000,000 deals: how long the server takes, how soon
something is seen in a browser, and what a page weighs.

    .venv/bin/python -m benchmarks.page_speed --check
    .venv/bin/python -m benchmarks.page_speed --role kam    as a manager, who sees own accounts

The world is that of alert_speed. `--data FOLDER` keeps it there, or takes what an earlier run left
there. All is asked by somebody who has logged in, an admin if nothing else is said.

Server time: a page is asked for again and again on one connection of loopback, pages of accounts
each time of another account; from the request to the last byte of the answer, compressed. Browser:
first contentful paint and bytes over the wire of a window that has nothing kept. `--check` ends
with 1 when a bar is missed: p95 150 ms, paint 1 s, 600 kB.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import httpx
from playwright.sync_api import Browser, sync_playwright

from benchmarks.fresh_server import fresh_server
from benchmarks.kpi_speed import fill
from benchmarks.matching_speed import opened
from kam_sync import flow
from kam_sync.access import entering, members
from kam_sync.access.members import Change
from kam_sync.access.model import Actor, Role
from kam_sync.accounts.store import KeeperStore
from kam_sync.base.clock import utc_now
from kam_sync.base.db.migrate import migrate
from kam_sync.wiring import Services
from pictures.served import served
from pictures.shot import settle
from pictures.tour import tour

_BARS = {"p95_ms": 150.0, "paint_ms": 1000.0, "kb": 600.0}
_WARM = 3
_PAINTS = 3
_PAINT = "performance.getEntriesByName('first-contentful-paint')"


@dataclass(frozen=True, slots=True)
class Measured:
    """What one page took."""

    name: str
    p50_ms: float
    p95_ms: float
    paint_ms: float
    kb: float

    @property
    def is_over(self) -> bool:
        """Whether it misses a bar."""
        return any(getattr(self, key) > bar for key, bar in _BARS.items())


def main() -> None:
    """Fill if need be, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--deals", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--data", type=Path, help="keep the world there, or take the one there")
    parser.add_argument("--role", type=Role, default=Role.ADMIN, help="as whom: admin, head or kam")
    parser.add_argument("--only", help="pages whose name begins so")
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = asked.data or Path(folder) / "data"
        if not data.exists():
            _fill(data, asked.accounts, asked.deals)
        with served(Path(folder), "web", KAM_SYNC_DATA_DIR=str(data)) as address:
            services = Services(*opened(data))
            who = {"kam_sync": _let_in(services, asked.role)}
            services.database.close()
            found = list(_measured(address, who, asked.rounds, asked.only or ""))
    print(f"{'page':28} {'p50 ms':>8} {'p95 ms':>8} {'paint ms':>9} {'kB':>6}")
    for one in found:
        over = "  over" if one.is_over else ""
        print(
            f"{one.name:28} {one.p50_ms:8.0f} {one.p95_ms:8.0f} {one.paint_ms:9.0f} "
            f"{one.kb:6.0f}{over}"
        )
    if asked.check and any(one.is_over for one in found):
        sys.exit(1)


def _fill(data: Path, accounts: int, deals: int) -> None:
    print("filling", file=sys.stderr)
    with fresh_server(data):
        services = Services(*opened(data))
        migrate(services.database)
        fill(services, accounts, deals)
        flow.kpi(services)
        flow.detect(services)
        services.database.close()


def _let_in(services: Services, role: Role) -> str:
    """The token of a new log-in."""
    now = utc_now()
    with services.database.transaction() as session:
        keepers = [one.key for one in KeeperStore(session).all()[:1]]
        for wanted in dict.fromkeys((Role.ADMIN, role)):  # the first one is always an admin
            email = f"{uuid4().hex}@example.org"
            change = Change(role=wanted, keeper_keys=keepers if wanted is Role.KAM else ())
            member, _ = members.invite(session, email, change, Actor("page_speed"), now)
        return entering.begin(session, member, entering.Browser("page_speed", ""), now).token


def _measured(address: str, who: dict[str, str], rounds: int, only: str) -> Iterator[Measured]:
    with (
        httpx.Client(base_url=address, timeout=60, cookies=who) as client, _browser() as browser,
    ):  # fmt: skip
        answer = client.get("/api/v1/accounts", params={"limit": rounds + _WARM})
        accounts = [one["id"] for one in answer.json()["items"]]
        for name, path in tour(client).items():
            if not name.startswith(only):
                continue
            print(f"\r{name:40}", end="", file=sys.stderr)
            times = sorted(_timed(client, path, accounts)[_WARM:])
            paints, weights = zip(
                *(_seen(browser, who, address, path) for _ in range(_PAINTS)), strict=True
            )
            yield Measured(
                name=name,
                p50_ms=statistics.median(times),
                p95_ms=times[int(len(times) * 0.95)],
                paint_ms=statistics.median(paints),
                kb=max(weights),
            )
        print(file=sys.stderr)


def _timed(client: httpx.Client, path: str, accounts: list[str]) -> list[float]:
    """Milliseconds of each request."""
    found = []
    for account in accounts:
        asked = _of(path, account)
        began = time.perf_counter()
        answer = client.get(asked)
        found.append((time.perf_counter() - began) * 1000)
        if not answer.is_success:
            raise RuntimeError(f"{asked}: {answer.status_code}")
    return found


def _of(path: str, account: str) -> str:
    """The same page of another account, where it is a page of one."""
    parts = path.split("/")
    if parts[1] == "accounts" and len(parts) > 2:
        other, rest, query = parts[2].partition("?")
        parts[2] = str(UUID(account)) + rest + query if UUID(other) else other
    return "/".join(parts)


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def _seen(browser: Browser, who: dict[str, str], address: str, path: str) -> tuple[float, float]:
    """Milliseconds to the first contentful paint, and kB of all that was loaded."""
    context = browser.new_context(
        viewport={"width": 1200, "height": 900}, bypass_csp=True
    )  # what is waited for is read by eval
    cookies = ({"name": name, "value": token} for name, token in who.items())
    context.add_cookies([{**one, "url": address} for one in cookies])
    page = context.new_page()
    sizes: list[float] = []
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda one: sizes.append(one["encodedDataLength"]))
    page.goto(address + path)
    settle(page)
    page.wait_for_function(f"{_PAINT}.length")
    paint = page.evaluate(f"{_PAINT}[0].startTime")
    context.close()
    return float(paint), sum(sizes) / 1000


if __name__ == "__main__":
    main()
