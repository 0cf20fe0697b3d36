"""How many webhooks are taken in while a full sync runs on the same cores.

    .venv/bin/python -m benchmarks.hook_intake            about two minutes
    .venv/bin/python -m benchmarks.hook_intake --check    ends with 1 when a bar is missed

The CRM is the sandbox amoCRM without a rate limit, a process of its own; the database an embedded
PostgreSQL, new for each way of serving. `kam-sync serve` in one process, then `kam-sync web` and
`kam-sync worker`, begin the first load; as soon as it runs, webhooks of 1.5 kB are posted at a
steady rate over 64 connections by another process. Their time counts from the moment when they
were due. Afterwards every webhook that was answered with 200 is looked for in the table.

Bars: at least 500 accepted a second, 99 of 100 within 200 ms, each of them in the table, and the
full sync ran all the while.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from os import getloadavg
from pathlib import Path

import httpx
import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks.children import CannotMeasure, Crm, measure, sandbox, surroundings
from benchmarks.fresh_server import FreshServer, fresh_server
from benchmarks.ports import free_port
from kam_sync import subscribing
from kam_sync.base.settings import Settings
from kam_sync.wiring import open_services

_SIZE = ("--rate", "0", "--size", "20000", "--contacts", "50000", "--deals", "100000")
_CONNECTIONS = 64
_LEAST_A_SECOND = 500
_MOST_MS = 200
_PATIENCE = 60.0
_WAYS = {"serve": (["serve"],), "web + worker": (["web"], ["worker"])}
_RUNNING = "SELECT count(*) FROM run WHERE step = 'sync' AND noun = '' AND state = 'running'"

Bar = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one load."""

    way: str
    offered: float
    accepted: float
    """A second, both."""
    refused: dict[str, int]
    p50: float
    p95: float
    p99: float
    most: float
    """Milliseconds."""
    lost: int
    """Answered with 200 and not in the table."""
    synced_throughout: bool
    records: int
    """Raw records stored at the end of the load."""
    load_average: float

    @property
    def bars(self) -> list[Bar]:
        """What is asked for, what was found, and whether that is enough."""
        ran = "it ran" if self.synced_throughout else "it ended before"
        return [
            (f"at least {_LEAST_A_SECOND} accepted a second", f"{self.accepted:.0f}",
             self.accepted >= _LEAST_A_SECOND),
            (f"99 of 100 in less than {_MOST_MS} ms", f"{self.p99:.0f} ms", self.p99 < _MOST_MS),
            ("every accepted one in the table", f"{self.lost} lost", self.lost == 0),
            ("a full sync all the while", ran, self.synced_throughout),
        ]  # fmt: skip

    @property
    def missed(self) -> list[str]:
        """The bars that it does not reach."""
        return [f"{self.way}: {bar}: {found}" for bar, found, is_met in self.bars if not is_met]


def main() -> int:
    """Measure and show; 1 when a bar is missed with --check, 2 when it could not be measured."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.hook_intake",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--rate", type=float, default=600, help="webhooks a second (default %(default)s)")
    add("--seconds", type=float, default=10, help="for how long (default %(default)s)")
    add("--way", choices=_WAYS, action="append", help="only this way of serving")
    add("--json", action="store_true", help="print one JSON document")
    add("--check", action="store_true", help="end with 1 when a bar is missed")
    chosen = parser.parse_args()
    try:
        found = [_measure(way, chosen.rate, chosen.seconds) for way in chosen.way or _WAYS]
    except CannotMeasure as error:
        sys.stderr.write(f"hook_intake: {error}\n")
        return 2
    if chosen.json:
        print(json.dumps([asdict(one) for one in found], indent=2))
    else:
        _show(found)
    missed = [line for one in found for line in one.missed]
    for line in missed:
        sys.stderr.write(f"hook_intake: bar missed: {line}\n")
    return 1 if chosen.check and missed else 0


def _measure(way: str, rate: float, seconds: float) -> Taken:
    sys.stderr.write(f"hook_intake: {way}\n")
    with tempfile.TemporaryDirectory() as made, ExitStack() as stack:
        folder = Path(made)
        crm = stack.enter_context(sandbox(folder, _SIZE))
        server = stack.enter_context(fresh_server(folder / "data"))
        path = _connect(crm, server, folder)
        port = free_port()
        for command in _WAYS[way]:
            where = [] if command == ["worker"] else ["--port", str(port)]
            stack.enter_context(_serving([*command, *where], server, folder))
        _wait(lambda: _answers(port) and _ask(server, _RUNNING) == 1)
        url = f"http://127.0.0.1:{port}{path}"
        ran = measure(
            [sys.executable, "-m", "benchmarks.hook_load", url, str(rate), str(seconds),
             str(_CONNECTIONS)],
            folder=folder, timeout=seconds + 120, env={"PYTHONPATH": str(Path.cwd())},
        )  # fmt: skip
        told = json.loads(ran.said)
        return Taken(
            way=way,
            offered=rate,
            accepted=len(told["accepted"]) / told["took"],
            refused={key: n for key, n in told["statuses"].items() if key != "200"},
            **_times(told["seconds"]),
            lost=len(set(told["accepted"]) - _kept(server)),
            synced_throughout=_ask(server, _RUNNING) == 1,
            records=_ask(server, "SELECT count(*) FROM raw_record"),
            load_average=getloadavg()[0],
        )


def _connect(crm: Crm, server: FreshServer, folder: Path) -> str:
    add = ["source", "add", "sandbox", "--kind", "amocrm", "--base-url", crm.url]
    add += ["--token", crm.token, "--set", "per_second=0"]
    measure([sys.executable, "-m", "kam_sync", *add], folder=folder, timeout=60, env=_env(server))
    settings = Settings(data_dir=server.data, database_url=None)
    with open_services(settings, migrated=False) as services:
        return f"/hooks/{subscribing.hook_key(services, 'sandbox')}"


@contextmanager
def _serving(arguments: Sequence[str], server: FreshServer, folder: Path) -> Iterator[None]:
    with (folder / f"{arguments[0]}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "kam_sync", *arguments],
            env=surroundings(_env(server)), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield
        finally:
            process.kill()  # the load is over, nobody waits for the rest of the sync
            process.wait()


def _env(server: FreshServer) -> dict[str, str]:
    return {"KAM_SYNC_DATA_DIR": str(server.data), "KAM_SYNC_CRM_HOSTS": "127.0.0.1"}


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    except httpx.HTTPError:
        return False


def _wait(claim: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not claim():
        if time.monotonic() > deadline:
            raise CannotMeasure(f"no sync was running after {_PATIENCE:.0f} s")
        time.sleep(0.1)


def _ask(server: FreshServer, query: str) -> int:
    with psycopg.connect(server.database.conninfo) as connection:
        row = connection.execute(query.encode()).fetchone()
    return int(row[0]) if row else 0


def _kept(server: FreshServer) -> set[int]:
    query = "SELECT substring(convert_from(body, 'UTF8') FROM 'hook-([0-9]+)')::int FROM hook"
    with psycopg.connect(server.database.conninfo) as connection:
        return {number for (number,) in connection.execute(query)}


def _times(seconds: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles((1_000 * one for one in seconds), n=100, method="inclusive")
    return {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "most": 1_000 * max(seconds)}


def _show(found: Sequence[Taken]) -> None:
    for one in found:
        print(
            f"{one.way}: {one.accepted:.0f} of {one.offered:.0f} a second accepted; "
            f"p50 {one.p50:.0f}, p95 {one.p95:.0f}, p99 {one.p99:.0f}, longest {one.most:.0f} ms; "
            f"refused {one.refused or 'none'}; lost {one.lost}; {one.records} records synced "
            f"meanwhile; load average {one.load_average:.1f}"
        )
        table = Table("bar", "found", "", title=one.way)
        for bar, found_here, is_met in one.bars:
            table.add_row(bar, found_here, "met" if is_met else "MISSED")
        Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
