"""Half an hour of everything at once: does it stay as large as it is, and say nothing wrong?

    .venv/bin/python -m benchmarks.soak                   30 minutes
    .venv/bin/python -m benchmarks.soak --minutes 5
    .venv/bin/python -m benchmarks.soak --check           ends with 1 when a bar is missed

One `kam-sync serve` with a PostgreSQL of its own pulls 20 sandbox CRMs of all kinds every minute;
each of them changes about once a second and calls us where its kind can. Programs read the API,
people read pages and keep some open, a KAM answers alerts and has notes written into the CRMs, and
webhooks and messages go to a receiver. Every ten seconds memory, threads, files and connections are
looked at, every minute all tables.

Bars: memory of our process, of the database's processes and of both together is in the last third
at most 5 % over the middle third; no table has more rows at the end than after the first third,
unless it is one that new facts fill, or one that is emptied by age (`GROWS` says which and how);
no warning or error in the log but alerts, which are the product's own message; no 5xx.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path

from benchmarks.chaos import is_ready, wait_until
from benchmarks.fresh_server import FreshServer, fresh_server
from benchmarks.ports import free_port
from benchmarks.soak_readers import Readers
from benchmarks.soak_report import judge, show
from benchmarks.soak_samples import Sample, Scales, Table, complaints
from benchmarks.soak_world import Company, company, connect
from kam_sync import channelling, targeting
from kam_sync.base.settings import Settings
from kam_sync.intake.store import SourceStore
from kam_sync.jobs.model import Plan, Step
from kam_sync.jobs.store import ScheduleStore
from kam_sync.wiring import Services, open_services

_KEY = "a key for a soak alone"
_SAMPLE, _COUNT = 10.0, 60.0
_EVERY = timedelta(minutes=1)
_START = 300.0


@dataclass
class Soaked:
    """What was seen."""

    samples: list[Sample] = field(default_factory=list)
    tables: list[tuple[float, dict[str, Table]]] = field(default_factory=list)
    log: Mapping[tuple[str, str], int] = field(default_factory=dict)
    wrong: Mapping[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


def soak(folder: Path, seconds: float) -> Soaked:
    """Let it all run, and look."""
    with fresh_server(folder / "server") as server, company() as crms:
        url = server.create("soak")
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        given = {
            "KAM_SYNC_DATABASE_URL": url, "KAM_SYNC_DATA_DIR": str(folder),
            "KAM_SYNC_SECRET_KEY": _KEY, "KAM_SYNC_CRM_HOSTS": "127.0.0.1",
            "KAM_SYNC_ALLOWED_TARGETS": "127.0.0.1", "KAM_SYNC_PUBLIC_URL": address,
            "KAM_SYNC_QUIET_HOURS": "none", "KAM_SYNC_LOG_FORMAT": "json",
        }  # fmt: skip
        _set_up(given, crms)
        log = folder / "serve.log"
        with _serving(given, port, log) as process:
            return _watch(process.pid, server, url, address, crms, seconds, log)


def _set_up(given: Mapping[str, str], crms: Company) -> None:
    names = {name.removeprefix("KAM_SYNC_").lower(): value for name, value in given.items()}
    with open_services(Settings.model_validate(names)) as services:
        connect(services, crms)
        targeting.add(services, "bridge", f"http://{crms.ears.url}/hooks", [])
        channelling.add(services, "team", f"json://{crms.ears.url}/messages")
        _plan(services)


def _plan(services: Services) -> None:
    with services.database.transaction() as session:
        store, now = ScheduleStore(session), services.now()
        for source in SourceStore(session).all():
            store.set((Step.SYNC, source.id), Plan(every=_EVERY, jitter=_EVERY), "soak", now)


@contextmanager
def _serving(given: Mapping[str, str], port: int, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    ours = {key: value for key, value in os.environ.items() if not key.startswith("KAM_SYNC_")}
    command = [sys.executable, "-m", "kam_sync", "serve", "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env={**ours, **given}, stdout=out, stderr=out)
    try:
        wait_until(lambda: is_ready(port), _START, "serve did not start")
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(60)
        process.kill()
        process.wait()


def _watch(  # noqa: PLR0913, PLR0917 - what was started, and for how long
    pid: int, server: FreshServer, url: str, address: str, crms: Company, seconds: float, log: Path
) -> Soaked:
    scales, readers, found = Scales(pid, server.postmaster(), url), Readers(address), Soaked()
    began = time.monotonic()
    with crms.changing(), readers.reading():
        next_count = 0.0
        while (now := time.monotonic() - began) < seconds:
            found.samples.append(scales.sample(now))
            if now >= next_count:
                found.tables.append((now, scales.tables()))
                next_count += _COUNT
                _say(found)
            time.sleep(_SAMPLE)
    found.tables.append((seconds, scales.tables()))
    scales.close()
    found.log, found.wrong = complaints(log), readers.wrong
    found.counts = {
        "changes in CRMs": crms.changes, "requests": sum(readers.statuses.values()),
        "webhooks and messages sent": crms.ears.heard,
    }  # fmt: skip
    return found


def _say(found: Soaked) -> None:
    one = found.samples[-1]
    rows = sum(table.rows for table in found.tables[-1][1].values())
    sys.stderr.write(
        f"soak: {one.at / 60:.0f} min, serve {one.serve:.0f} MB, postgres {one.postgres:.0f}"
        f" + {one.shared:.0f} MB shared, {one.threads} threads, {one.files} files,"
        f" {one.connections} connections, {rows:,} rows\n"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Soak, show; 1 when a bar is missed with --check."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--keep", type=Path, help="write what was seen there, as JSON")
    parser.add_argument("--check", action="store_true", help="end with 1 when a bar is missed")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        found = soak(Path(name), asked.minutes * 60)
        if asked.keep:
            plain = asdict(found) | {"log": [[*one, n] for one, n in found.log.items()]}
            asked.keep.write_text(json.dumps(plain))
            (asked.keep.with_suffix(".log")).write_bytes((Path(name) / "serve.log").read_bytes())
    bars = judge(found.samples, found.tables, found.log, found.wrong)
    show(found.samples, found.tables, found.counts, bars)
    return 1 if asked.check and any(bar.wrong for bar in bars) else 0


if __name__ == "__main__":
    sys.exit(main())
