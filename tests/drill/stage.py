"""An installation with a CRM, a receiver and a database that can all be broken."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any

import httpx

from benchmarks.chaos import is_ready
from benchmarks.children import surroundings
from benchmarks.ports import free_port
from connectors.sandbox.amocrm import AmoSandbox
from kam_sync import channelling, connecting, flow
from kam_sync.base.db import Database, open_database
from kam_sync.base.db.migrate import migrate
from kam_sync.base.errors import KamSyncError
from kam_sync.base.secrets import open_cipher
from kam_sync.base.settings import Settings
from kam_sync.intake.model import NewSource, Source
from kam_sync.intake.store import SourceStore
from kam_sync.wiring import Services
from tests.fakes.connecting import ask, connect
from tests.fakes.contents import differences, living
from tests.fakes.dying_server import DyingServer
from tests.fakes.listener import Listener

_KEY = "a key for a drill alone"
_QUIET = 1.0
_LOOKS, _UNSURE = 10.0, 660.0
_JOBS = (
    "SELECT count(*) FROM procrastinate_jobs"
    " WHERE status IN ('todo', 'doing') AND coalesce(scheduled_at, '-infinity') < now()"
)
_WRITES = "SELECT count(*) FROM crm_write WHERE state IN ('waiting', 'sending')"
_UNSURE_WRITES = "SELECT count(*) FROM crm_write WHERE state = 'sending'"
_HOOKS = "SELECT count(*) FROM hook WHERE state = 'new'"


def pause(seconds: float) -> None:
    """Let the processes work for a moment."""
    Event().wait(seconds)


class TooSlow(Exception):
    """It did not recover in the time that is promised."""


@dataclass
class Stage:
    """One installation; faults come one after the other, and each is judged."""

    folder: Path
    server: DyingServer
    box: AmoSandbox
    ear: Listener
    services: Services
    source: Source
    calm: tuple[Services, Source]
    """The same CRM in a database of its own, which nobody else is at."""
    processes: dict[int, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    asked: int = 0
    """How many tasks were asked for so far; each is to be once in the CRM."""
    passed: float = 0
    """Seconds that the clock of the processes was put on for good."""

    @property
    def address(self) -> str:
        """Where the first living process answers."""
        return f"http://127.0.0.1:{next(iter(self.processes))}"

    def serve(self) -> int:
        """Start a process, and wait until it answers; its port."""
        port = free_port()
        command = [sys.executable, "-m", "tests.drill.serve", "serve", "--port", str(port)]
        with (self.folder / "serve.log").open("ab") as log:
            process = subprocess.Popen(command, env=self._env(port), stdout=log, stderr=log)
        self.processes[port] = process
        self.until(lambda: is_ready(port), 180)
        return port

    def kill(self, port: int) -> None:
        """End a process as a power cut would."""
        process = self.processes.pop(port)
        process.kill()
        process.wait()

    def revive(self) -> None:
        """What systemd does: who is dead is started again."""
        for port, process in list(self.processes.items()):
            if process.poll() is not None:
                del self.processes[port]
                self.serve()

    def work(self, *, tasks: int = 5) -> None:
        """Users change deals, of which the CRM calls us; a program has tasks written."""
        for id_ in self.box.ids("leads")[:20]:
            self.box.change("leads", id_, price=(self.box.row("leads", id_)["price"] or 0) + 1)
        with suppress(httpx.HTTPError):  # a program tries again; see `settle`
            self._ask_for_tasks(tasks)
        with suppress(httpx.HTTPError):
            self.sync()

    def sync(self) -> None:
        """Ask for a sync."""
        httpx.post(f"{self.address}/api/v1/sources/shop/sync", timeout=20)

    def settle(self, seconds: float) -> float:
        """Until all work is done; how long that took. The program asks once more for its tasks."""
        began = time.monotonic()
        while True:
            with suppress(httpx.HTTPError):
                self._ask_for_tasks(0)
                self.sync()
                break
            self._wait(began, seconds)
        self._finish(began, seconds)
        taken = time.monotonic() - began
        self.sync()  # what was written by us is in the CRM's log, too
        self._finish(began, 2 * seconds)
        return taken

    def _finish(self, began: float, seconds: float) -> None:
        looked = time.monotonic()
        while not self._is_done():
            self._wait(began, seconds)
            if time.monotonic() - looked > _LOOKS and self._count(_UNSURE_WRITES):
                looked = time.monotonic()
                self._pass_time(_UNSURE)
                with suppress(httpx.HTTPError):
                    self.sync()

    def doctor(self) -> list[str]:
        """What the doctor finds wrong, or waits for, in its words."""
        command = [sys.executable, "-m", "tests.drill.serve", "doctor", "--json"]
        done = subprocess.run(
            command, env=self._env(0), capture_output=True, text=True, check=False, timeout=120
        )
        with suppress(ValueError, KeyError):
            checks = json.loads(done.stdout)["checks"]
            told = [c for c in checks if c["advice"] or "tried again" in c["found"]]
            return [": ".join(filter(None, (c["what"], c["found"], c["advice"]))) for c in told]
        return [done.stderr.strip()[-300:]]

    def wrongs(self) -> list[str]:
        """What was lost or came twice: beside a source that was never disturbed, and the CRM."""
        calm, source = self.calm
        flow.sync(calm, source.id)
        found = differences(living(self.services, self.source), living(calm, source))[:5]
        texts = Counter(str(self.box.row("tasks", one)["text"]) for one in self.box.ids("tasks"))
        ours = {text: n for text, n in texts.items() if text.startswith("drill ")}
        found += [f"task {text!r} {n} times" for text, n in ours.items() if n != 1]
        if len(ours) != self.asked:
            found.append(f"{self.asked} tasks asked for, {len(ours)} in the CRM")
        told = Counter((post.headers.get("webhook-id") or post.body) for post in self.ear.posts)
        return found + [f"told {n} times: {what!r:.80}" for what, n in told.items() if n > 1]

    def until(self, claim: Callable[[], bool], seconds: float) -> None:
        """Until something is so, or TooSlow."""
        began = time.monotonic()
        while not claim():
            self._wait(began, seconds)

    def jump(self, seconds: float) -> None:
        """Let the clock of the processes show another time."""
        (self.folder / "clock").write_text(str(self.passed + seconds))

    def die_at(self, step: str) -> None:
        """Who next ends this step dies before it is committed."""
        (self.folder / "die").write_text(step)

    def is_dead(self) -> bool:
        """Whether a process has ended."""
        return any(process.poll() is not None for process in self.processes.values())

    def leave(self) -> None:
        """End all processes."""
        for process in self.processes.values():
            process.kill()
            process.wait()

    def _pass_time(self, seconds: float) -> None:
        """What was sent into the CRM without an answer is looked at after ten minutes; not here."""
        self.passed += seconds
        self.jump(0)

    def _ask_for_tasks(self, more: int) -> None:
        """Ask for all tasks so far, and some more: the same key again is the same task."""
        self.asked += more
        about = {"noun": "company", "external_id": str(self.box.ids("companies")[0])}
        tasks: Sequence[Any] = [
            {"key": f"drill-{n}", "kind": "task", "text": f"drill {n}", "about": about,
             "due_on": "2036-12-01"}
            for n in range(self.asked)
        ]  # fmt: skip
        for first in range(0, len(tasks), 10):
            url = f"{self.address}/api/v1/sources/shop/writes"
            httpx.post(url, json=tasks[first : first + 10], timeout=20).raise_for_status()

    def _is_done(self) -> bool:
        return all(self._count(query) == 0 for query in (_JOBS, _WRITES, _HOOKS))

    def _count(self, query: str) -> int | None:
        """How many there are; None while the database is away."""
        try:
            return int(ask(self.services, query)[0][0])
        except KamSyncError:
            return None

    def _wait(self, began: float, seconds: float) -> None:
        if time.monotonic() - began > seconds:
            raise TooSlow(f"not within {seconds:.0f} s")
        self.revive()
        pause(_QUIET)

    def _env(self, port: int) -> dict[str, str]:
        return surroundings({
            "KAM_SYNC_DATABASE_URL": self.services.database.conninfo,
            "KAM_SYNC_DATA_DIR": str(self.folder / "data"), "KAM_SYNC_SECRET_KEY": _KEY,
            "KAM_SYNC_CRM_HOSTS": "127.0.0.1", "KAM_SYNC_ALLOWED_TARGETS": "127.0.0.1",
            "KAM_SYNC_PUBLIC_URL": f"http://127.0.0.1:{port}", "KAM_SYNC_QUIET_HOURS": "none",
            "KAM_SYNC_LOG_FORMAT": "json", "DRILL_CLOCK": str(self.folder / "clock"),
            "DRILL_DIE": str(self.folder / "die"),
        })  # fmt: skip


@contextmanager
def staged(folder: Path, box: AmoSandbox) -> Iterator[Stage]:
    """A new installation that has pulled the CRM once, with one process."""
    (folder / "data").mkdir(exist_ok=True)
    given = {"data_dir": folder / "data", "crm_hosts": "127.0.0.1", "secret_key": _KEY,
             "allowed_targets": "127.0.0.1"}  # fmt: skip
    its = Settings.model_validate({"data_dir": folder / "db", "database_url": None})
    server = DyingServer(its)
    with ExitStack() as stack:
        stack.callback(server.database.close)
        database: Database = server.database
        migrate(database)
        settings = Settings.model_validate(given)
        services = Services(settings, database, open_cipher(settings))
        new = NewSource(name="shop", kind="amocrm", base_url=box.url)
        source = connecting.add(services, new, box.token, {"per_second": "0"})[0]
        ear = stack.enter_context(Listener())
        channelling.add(services, "team", f"json://{ear.url.removeprefix('http://')}/messages")
        calm = _calm(stack, its, services, box, source)
        stage = Stage(folder, server, box, ear, services, source, calm)
        stack.callback(stage.leave)
        stage.serve()
        stage.settle(300)
        yield stage


def _calm(
    stack: ExitStack, its: Settings, services: Services, box: AmoSandbox, source: Source
) -> tuple[Services, Source]:
    """An installation beside it that is never disturbed: it only syncs, when it is asked to."""
    database = open_database(its, name="calm")
    stack.callback(database.close)
    migrate(database)
    calm = replace(services, database=database)
    its_source = connect(calm, box, "calm")
    with services.database.transaction() as session:
        chosen = dict(SourceStore(session).access(source.id).field_map)
    with database.transaction() as session:
        SourceStore(session).set_field_map(its_source.id, chosen, is_whole=True)
    return calm, its_source
