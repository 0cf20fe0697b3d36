"""First load from each kind of CRM, each from its own sandbox without a limit, beside amoCRM's.

    .venv/bin/python -m benchmarks.each_crm                 some minutes
    .venv/bin/python -m benchmarks.each_crm --kind 1c --small

All sandboxes show the same made-up company; a CRM that has more nouns has more records of it. Each
is a process of its own, and so is each load, through the real command line into an embedded
PostgreSQL that is new and started before. Records a second are counted over the seconds that the
sync itself reports, with what sandbox and database take of the cores; the bar of `--check` is half
of amoCRM's rate in the same run.

Measured in November 2026 on a virtual machine with 2 cores, Linux x86_64, Python 3.11.7, one run
with nothing else at work, 54,000 to 140,000 records each: amoCRM 8,435/s; of that rate 1C 1.27,
Bitrix24 1.54, Kommo 1.08, Megaplan 0.67, SberCRM 1.28.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.children import CannotMeasure, measure, sandbox
from benchmarks.fresh_server import fresh_server
from connectors.sandbox import served

_TIMEOUT = 900.0
_FIRST = "amocrm"
_BAR = 0.5


@dataclass(frozen=True, slots=True)
class Load:
    """The first load of one kind."""

    kind: str
    records: int
    seconds: float
    peak: float
    requests: int

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / self.seconds


def main() -> int:
    """Measure and show; 1 when a bar is missed with --check, 2 when it could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.each_crm")
    kinds = [_FIRST, *(kind for kind in served.found() if kind != _FIRST)]
    parser.add_argument("--kind", action="append", choices=kinds, help="only this; repeatable")
    parser.add_argument("--small", action="store_true", help="a tenth of the data")
    parser.add_argument("--check", action="store_true", help="end with 1 when a bar is missed")
    chosen = parser.parse_args()
    wanted = [kind for kind in kinds if kind == _FIRST or kind in (chosen.kind or kinds)]
    size = 400 if chosen.small else 4_000
    try:
        loads = [_shown(_load(kind, size)) for kind in wanted]
    except CannotMeasure as error:
        sys.stderr.write(f"each_crm: {error}\n")
        return 2
    slow = [load.kind for load in loads if load.rate < loads[0].rate * _BAR]
    for load in loads[1:]:
        print(f"{load.kind}: {load.rate / loads[0].rate:.2f} of {_FIRST}'s rate")
    for kind in slow:
        sys.stderr.write(f"bar missed: {kind} has less than half of {_FIRST}'s rate\n")
    return 1 if slow and chosen.check else 0


def _load(kind: str, size: int) -> Load:
    world = ["--rate", "0", "--size", str(size), "--contacts", str(size * 5 // 2)]
    world += ["--deals", str(size * 10), "--today", "2026-11-01"]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with sandbox(folder, world, kind=kind) as crm, fresh_server(folder / "data") as server:
            env = {"KAM_SYNC_DATA_DIR": str(server.data), "KAM_SYNC_CRM_HOSTS": "127.0.0.1"}
            program = [sys.executable, "-m", "kam_sync"]
            options = dict(crm.options)
            if "profile" not in options:  # which says it itself
                options["per_second"] = "0"
            add = ["source", "add", "sandbox", "--kind", kind, "--base-url", crm.url]
            add += ["--token", crm.token, *_set(options)]
            measure([*program, *add], folder=folder, timeout=_TIMEOUT, env=env)
            sync = [*program, "sync", "--json"]
            ran = measure(sync, folder=folder, timeout=_TIMEOUT, env=env)
    nouns = json.loads(ran.said)["sources"][0]["nouns"].values()
    return Load(
        kind=kind,
        records=sum(noun["read"] for noun in nouns),
        seconds=sum(noun["seconds"] for noun in nouns),
        peak=ran.peak,
        requests=sum(noun["requests"] for noun in nouns),
    )


def _set(options: dict[str, str]) -> Sequence[str]:
    return [word for name, value in options.items() for word in ("--set", f"{name}={value}")]


def _shown(load: Load) -> Load:
    print(
        f"{load.kind}: {load.records:,} records in {load.seconds:.1f} s, {load.rate:,.0f}/s, "
        f"{load.requests:,} requests, {load.peak:.0f} MB",
        flush=True,
    )
    return load


if __name__ == "__main__":
    sys.exit(main())
