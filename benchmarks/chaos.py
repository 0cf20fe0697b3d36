"""Three `serve` processes on one database, and each is killed and started again at any moment.

    .venv/bin/python -m benchmarks.chaos                  5 minutes, 200 schedules
    .venv/bin/python -m benchmarks.chaos --minutes 1
    .venv/bin/python -m benchmarks.chaos --check          ends with 1 when a bar is missed

Each source has a schedule with jitter; its CRM counts time (`chaos_serve`). Processes are killed by
SIGKILL, one at a time, and started again a moment later; two live at least. At the end the
schedules are switched off, what waits is done, and the database is asked (`chaos_report`): every
due tick was fired exactly once and followed by a sync, no job is left, every change in the CRM is
stored exactly once, and no two syncs of a source ran at a time. A tick that finds a sync of its
source waiting is served by it. How late a tick is fired is not judged.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from urllib.error import URLError
from urllib.request import urlopen

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from benchmarks.chaos_report import Line, Stage, judge, missed
from benchmarks.children import CannotMeasure
from benchmarks.fresh_server import fresh_server
from benchmarks.ports import free_ports
from kam_sync.base.db import Database
from kam_sync.base.db.migrate import migrate
from kam_sync.base.secrets import open_cipher
from kam_sync.base.settings import Settings
from kam_sync.intake.model import Access, NewSource
from kam_sync.intake.store import SourceStore
from kam_sync.jobs.model import Plan, Step, name_of
from kam_sync.jobs.store import ScheduleStore

_DICE = Random()
_KEY = "a key for chaos alone"
_ROOT = Path(__file__).parents[1]
_START, _DRAIN = 180.0, 120.0


@dataclass(frozen=True, slots=True)
class Wish:
    """How much chaos there shall be."""

    schedules: int = 200
    every: timedelta = timedelta(seconds=20)
    seconds: float = 300
    processes: int = 3
    kill_every: tuple[float, float] = (4.0, 12.0)
    calm: float = 0
    """Seconds at the end without kills."""


@dataclass
class Troupe:
    """The processes, by their port."""

    start: Callable[[int], subprocess.Popen[bytes]]
    alive: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    kills: dict[int, float] = field(default_factory=dict)

    def kill(self, port: int) -> None:
        """End one as a power cut would."""
        process = self.alive.pop(port)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.kills[process.pid] = time.time()

    def enter(self, port: int) -> None:
        """Start one."""
        self.alive[port] = self.start(port)

    def answers(self, port: int) -> bool:
        """Whether one answers; CannotMeasure when it has ended by itself."""
        if (code := self.alive[port].poll()) is not None:
            raise CannotMeasure(f"the process at {port} ended with {code}: see {port}.out")
        return is_ready(port)

    def leave(self) -> None:
        """End all, politely."""
        for process in self.alive.values():
            process.terminate()
        for process in self.alive.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(60)
            process.kill()
            process.wait()


def play(conninfo: str, folder: Path, wish: Wish) -> tuple[list[Line], int]:
    """Make chaos on a database; every bar with what was found, and how many were killed."""
    with closing(Database(conninfo)) as database:
        migrate(database)
        plans = _set_stage(database, folder, wish)
        log = folder / "log"
        log.mkdir()
        with _troupe(conninfo, folder) as troupe:
            for port in free_ports(wish.processes):
                troupe.enter(port)
            for port in troupe.alive:
                wait_until(partial(troupe.answers, port), _START, "a process did not start")
            began = datetime.now(UTC)
            _rage(troupe, wish)
            stage = Stage(plans, began, datetime.now(UTC), troupe.kills)
            with suppress(TimeoutError):  # what is missing then is told by the judge
                wait_until(lambda: not missed(database, stage), _START, "a tick was not fired")
            _switch_off(database, plans)
            wait_until(lambda: not _waiting(database), _DRAIN, "jobs were left")
        return judge(database, stage, log), len(stage.kills)


def _set_stage(database: Database, folder: Path, wish: Wish) -> dict[str, Plan]:
    """The sources with their schedules."""
    cipher = open_cipher(Settings(data_dir=folder, secret_key=_KEY))
    plan = Plan(every=wish.every, jitter=wish.every)
    plans, now = {}, datetime.now(UTC)
    with database.transaction() as session:
        for number in range(wish.schedules):
            new = NewSource(name=f"s{number}", kind="probe", base_url=f"http://127.0.0.1/{number}")
            access = Access(sealed_token=cipher.lock("none"))
            key = (Step.SYNC, SourceStore(session).add(new, access, now).id)
            ScheduleStore(session).set(key, plan, "chaos", now)
            plans[name_of(*key)] = plan
    return plans


@contextmanager
def _troupe(conninfo: str, folder: Path) -> Iterator[Troupe]:
    surroundings = {
        **{name: value for name, value in os.environ.items() if not name.startswith("KAM_SYNC_")},
        "KAM_SYNC_DATABASE_URL": conninfo, "KAM_SYNC_DATA_DIR": str(folder),
        "KAM_SYNC_SECRET_KEY": _KEY, "KAM_SYNC_CRM_HOSTS": "127.0.0.1",
        "CHAOS_LOG": str(folder / "log"), "CHAOS_BEGAN": str(time.time()), "CHAOS_PERIOD": "1",
        "PYTHONPATH": f"{_ROOT / 'src'}{os.pathsep}{_ROOT}",
    }  # fmt: skip

    def start(port: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "benchmarks.chaos_serve", "serve", "--port", str(port)]
        with (folder / f"{port}.out").open("ab") as out:
            return subprocess.Popen(command, cwd=folder, env=surroundings, stdout=out, stderr=out)

    troupe = Troupe(start)
    try:
        yield troupe
    finally:
        troupe.leave()


def _rage(troupe: Troupe, wish: Wish) -> None:
    """Kill and start again; each in turn, so that all are killed, at moments nobody foresees."""
    ends, ports = time.monotonic() + wish.seconds, list(troupe.alive)
    turn = 0
    while (left := ends - wish.calm - time.monotonic()) > 0:
        time.sleep(min(left, _DICE.uniform(*wish.kill_every)))
        if time.monotonic() >= ends - wish.calm:
            break
        port = ports[turn % len(ports)]
        turn += 1
        troupe.kill(port)
        time.sleep(_DICE.uniform(0, 1))
        troupe.enter(port)
        wait_until(partial(troupe.answers, port), _START, "a process did not start again")
    time.sleep(max(0.0, ends - time.monotonic()))


def _switch_off(database: Database, plans: Mapping[str, Plan]) -> None:
    with database.transaction() as session:
        store = ScheduleStore(session)
        for kept in store.kept():
            if kept.schedule.name in plans:
                off = plans[kept.schedule.name].model_copy(update={"is_on": False})
                store.set(kept.schedule.key, off, "chaos", datetime.now(UTC))


def _waiting(database: Database) -> int:
    with database.transaction() as session:
        query = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
        return int(session.scalar(sa.text(query)) or 0)


def is_ready(port: int) -> bool:
    """Whether a process answers there."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def wait_until(claim: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Until something is so, or TimeoutError."""
    ends = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > ends:
            raise TimeoutError(f"{otherwise} within {seconds:.0f} s")
        time.sleep(0.2)


def show(lines: list[Line], kills: int, wish: Wish) -> None:
    """The report for people."""
    title = f"{wish.processes} processes, {kills} kills, {wish.schedules} schedules"
    table = Table("what", "seen", "wrong", title=title)
    for line in lines:
        table.add_row(line.what, f"{line.seen:,}", f"{line.wrong:,}")
    Console().print(table)


def main() -> None:
    """Play, show, and judge where that was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--schedules", type=int, default=200)
    parser.add_argument("--url", help="the database; an embedded one of its own if left out")
    parser.add_argument("--check", action="store_true", help="end with 1 when a bar is missed")
    asked = parser.parse_args()
    wish = Wish(schedules=asked.schedules, seconds=asked.minutes * 60)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if asked.url:
            lines, kills = play(asked.url, folder, wish)
        else:
            with fresh_server(folder / "server") as server:
                lines, kills = play(server.create("chaos"), folder, wish)
    show(lines, kills, wish)
    if asked.check and (not kills or any(line.wrong or not line.seen for line in lines)):
        sys.exit(1)


if __name__ == "__main__":
    main()
