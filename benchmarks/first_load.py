"""First load of 20,000 companies, 50,000 contacts and 100,000 deals, beside dlt on the same lists.

    .venv/bin/python -m benchmarks.first_load --with-dlt            about two minutes a round
    .venv/bin/python -m benchmarks.first_load --with-dlt --small    a tenth of it, for a quick try

The CRM is the sandbox amoCRM without a rate limit, a process of its own on the same machine; the
database is the embedded PostgreSQL, new for every round and started before anything is measured.
Ours goes through the real command line: `source add`, `sync` (the first load), `sync` once more
with nothing changed, all that in each round for a tenth of the data too. dlt, installed by pip
into a throw-away virtual environment, then loads companies, contacts and leads from the same
sandbox into new databases of the same server: with `max_table_nesting=0`, and as it comes.

Rounds take turns (a tenth, ours, dlt, dlt nested, a tenth, ours, ...) and medians are shown with
the ratio of each pair. Records a second are told twice: by the seconds that the tool itself reports
for the work (a sync's nouns, dlt's run), and by the wall time of its whole process, which the bar
of `--check` is about. They include the share of the cores that sandbox and PostgreSQL take.

Measured in November 2026 on a virtual machine with 2 cores and 23 GB shared with other work (load
average 1 to 4), Linux x86_64, Python 3.11.7, dlt 1.31.0, medians of 3 rounds: 9,876 records/s and
152 MB (sandbox 42 MB), dlt 7,692 and 510 MB with nesting off, 4,293 and 703 MB as it comes.
"""

import argparse
import json
import signal
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from os import getloadavg
from pathlib import Path

from benchmarks.children import CannotMeasure, Crm, measure, sandbox
from benchmarks.first_load_report import Again, Load, Result, Round, as_document, missed, show
from benchmarks.fresh_server import FreshServer, fresh_server

_TIMEOUT = 600.0
_QUIET = {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
_NESTINGS = {"dlt, nesting off": "0", "dlt as it comes": "default"}


@dataclass(frozen=True, slots=True)
class Size:
    """How much data the CRM holds."""

    companies: int
    contacts: int
    deals: int

    def part(self, by: int) -> "Size":
        """A fraction of it."""
        return Size(self.companies // by, self.contacts // by, self.deals // by)

    @property
    def options(self) -> list[str]:
        """For the sandbox."""
        return [
            "--rate", "0", "--size", str(self.companies), "--contacts", str(self.contacts),
            "--deals", str(self.deals), "--today", "2026-11-01",
        ]  # fmt: skip


_WHOLE = Size(20_000, 50_000, 100_000)


def main() -> int:
    """Measure and show; 1 when a bar is missed with --check, 2 when it could not be measured."""
    parser = _parser()
    chosen = parser.parse_args()
    if chosen.rounds < 1 or (chosen.small and chosen.check):
        parser.error("there is at least one round, and the bars are those of the whole data")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that children are ended
    size = _WHOLE.part(10) if chosen.small else _WHOLE
    load_before = getloadavg()
    try:
        with ExitStack() as stack:
            tool = chosen.dlt_python
            if chosen.with_dlt and tool is None:
                _tell("installing dlt into a virtual environment of its own")
                tool = _install(Path(stack.enter_context(tempfile.TemporaryDirectory())))
            rounds = [_round(size, tool, number + 1) for number in range(chosen.rounds)]
    except CannotMeasure as error:
        sys.stderr.write(f"first_load: {error}\n")
        return 2
    result = Result(rounds, load_before, getloadavg())
    if chosen.json:
        print(json.dumps(as_document(result), indent=2))
    else:
        show(result)
    failures = [] if chosen.small else missed(result)
    for failure in failures:
        _tell(f"bar missed: {failure}")
    return 1 if chosen.check and failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.first_load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--rounds", type=int, default=3, help="how many rounds (default %(default)s)")
    add("--small", action="store_true", help="a tenth of the data, for a quick try")
    add("--with-dlt", action="store_true", help="install dlt with pip and measure it as well")
    add("--dlt-python", type=_program, help="a Python that has dlt already; nothing is installed")
    add("--json", action="store_true", help="print one JSON document instead of tables")
    add("--check", action="store_true", help="end with 1 when a bar is missed")
    return parser


def _program(text: str) -> Path:
    # not resolved: behind its link a virtual environment's Python would not know that it is one
    return Path(text).absolute()


def _round(size: Size, tool: Path | None, number: int) -> Round:
    _tell(f"round {number}: a tenth, ours")
    tenth, _ = _loads(size.part(10), None)
    _tell(f"round {number}: ours" + (", then dlt twice" if tool else ""))
    ours, theirs = _loads(size, tool)
    return Round(tenth=tenth, ours=ours, theirs=theirs)


def _loads(size: Size, tool: Path | None) -> tuple[Load, dict[str, Load]]:
    """Ours and, where its Python is given, both of dlt: one sandbox, one new server."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with sandbox(folder, size.options) as crm, fresh_server(folder / "data") as server:
            ours = _ours(crm, server, folder)
            theirs = {
                name: _dlt(tool, crm, server, folder, nesting)
                for name, nesting in _NESTINGS.items()
                if tool is not None
            }
    return ours, theirs


def _ours(crm: Crm, server: FreshServer, folder: Path) -> Load:
    program = [sys.executable, "-m", "kam_sync"]
    env = {"KAM_SYNC_DATA_DIR": str(server.data), "KAM_SYNC_CRM_HOSTS": "127.0.0.1"}
    add = ["source", "add", "sandbox", "--kind", "amocrm", "--base-url", crm.url]
    add += ["--token", crm.token, "--set", "per_second=0"]
    measure([*program, *add], folder=folder, timeout=_TIMEOUT, env=env)

    sync = [*program, "sync", "--json"]
    busy = server.rest()
    ran = measure(sync, folder=folder, timeout=_TIMEOUT, env=env)
    nouns = json.loads(ran.said)["sources"][0]["nouns"].values()
    first = Load(
        name="kam_sync",
        records=sum(noun["read"] for noun in nouns),
        own_seconds=sum(noun["seconds"] for noun in nouns),
        ran=ran,
        database_cpu=server.cpu() - busy,
        crm_peak=crm.peak(),
        stored=server.stored(),
        requests=sum(noun["requests"] for noun in nouns),
    )
    _expect_all(crm, first)
    server.rest()
    ran = measure(sync, folder=folder, timeout=_TIMEOUT, env=env)
    nouns = json.loads(ran.said)["sources"][0]["nouns"].values()
    first.again = Again(
        ran=ran,
        own_seconds=sum(noun["seconds"] for noun in nouns),
        requests=sum(noun["requests"] for noun in nouns),
        written=sum(noun["created"] + noun["updated"] for noun in nouns),
    )
    return first


def _expect_all(crm: Crm, load: Load) -> None:
    """Speed counts for nothing unless every row is there, raw and in our words."""
    for list_, noun in (("companies", "company"), ("contacts", "contact"), ("leads", "deal")):
        for table in (noun, f"raw {noun}"):
            if load.stored[table] != crm.rows[list_]:
                raise CannotMeasure(f"{load.stored[table]} of {crm.rows[list_]} {table} stored")


def _dlt(tool: Path, crm: Crm, server: FreshServer, folder: Path, nesting: str) -> Load:
    script = Path(__file__).with_name("dlt_load.py")
    place, home = f"dlt_{nesting}", folder / f"dlt_{nesting}"
    home.mkdir()
    url = server.create(place)
    busy = server.rest()
    ran = measure(
        [str(tool), str(script), crm.url, crm.token, url, str(home), nesting],
        folder=home, timeout=_TIMEOUT, env=_QUIET,
    )  # fmt: skip
    told = json.loads(ran.said)
    loaded = server.rows(place, [f"amocrm.{noun}" for noun in ("companies", "contacts", "leads")])
    return Load(
        name=f"dlt {told['version']}",
        records=sum(loaded.values()),
        own_seconds=told["seconds"],
        ran=ran,
        database_cpu=server.cpu() - busy,
        crm_peak=crm.peak(),
        stored=loaded,
    )


def _install(folder: Path) -> Path:
    home = folder / "venv"
    measure([sys.executable, "-m", "venv", str(home)], folder=folder, timeout=_TIMEOUT)
    python = home / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "dlt[postgres]"]
    measure(pip, folder=folder, timeout=_TIMEOUT)
    return python


def _tell(what: str) -> None:
    sys.stderr.write(f"{what}\n")


if __name__ == "__main__":
    sys.exit(main())
