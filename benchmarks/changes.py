"""What a sync costs when little or nothing has changed, beside the first load of the same account.

    .venv/bin/python -m benchmarks.changes            about a minute
    .venv/bin/python -m benchmarks.changes --check    ends with 1 when a bar is missed

The CRM is the sandbox amoCRM without a rate limit, in a thread of the same process, once with its
paid filter and once without; the database is an embedded PostgreSQL, new for each. 50,000 deals,
20,000 contacts and 5,000 companies are loaded; then nothing changes and a sync runs; then 1 % of
deals, contacts and companies change and a sync runs. The connector counts requests, the sync
seconds.

Bars, where the filter is on: with nothing changed at most 2 requests a noun; with 1 % changed at
most 5 % of the first load's seconds and requests.
"""

import argparse
import json
import platform
import sys
import tempfile
from dataclasses import asdict, dataclass
from datetime import date
from os import cpu_count
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from kam_sync import connecting, flow
from kam_sync.base.settings import Settings
from kam_sync.intake.model import NewSource
from kam_sync.wiring import Services, open_services

_NOUNS = {"leads": 50_000, "contacts": 20_000, "companies": 5_000}
_MOST_SHARE = 0.05
_MOST_REQUESTS = 2


@dataclass(frozen=True, slots=True)
class Cost:
    """What one sync took."""

    what: str
    read: int
    written: int
    seconds: float
    requests: int
    busiest: str
    """The noun with the most requests, and how many."""


def main() -> int:
    """Measure and show; 1 when a bar is missed with --check."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.changes",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--check", action="store_true", help="end with 1 when a bar is missed")
    chosen = parser.parse_args()
    found = {mode: _measure(mode) for mode in ("on", "ignored")}
    missed = _missed(found["on"])
    if chosen.json:
        document = {mode: [asdict(cost) for cost in costs] for mode, costs in found.items()}
        print(json.dumps({**document, "missed": missed}, indent=2))
    else:
        _show(found)
    for line in missed:
        sys.stderr.write(f"changes: bar missed: {line}\n")
    return 1 if chosen.check and missed else 0


def _measure(mode: str) -> list[Cost]:
    sys.stderr.write(f"changes: the filter is {mode}\n")
    world = MadeUpWorld(
        size=_NOUNS["companies"], deals=_NOUNS["leads"], contacts=_NOUNS["contacts"],
        today=date(2026, 11, 1),
    )  # fmt: skip
    settings = {"data_dir": Path(tempfile.mkdtemp()), "crm_hosts": "127.0.0.1"}
    with (
        AmoSandbox(world, rate=0, api_filter=mode) as box,
        open_services(Settings.model_validate(settings)) as services,
    ):
        new = NewSource(name="shop", kind="amocrm", base_url=box.url)
        source, _ = connecting.add(services, new, box.token, {"per_second": "0"})
        costs = [_sync(services, source.id, "first load")]
        costs.append(_sync(services, source.id, "nothing changed"))
        dice = Random(7)
        for noun, count in _NOUNS.items():
            for id_ in dice.sample(box.ids(noun), count // 100):
                box.change(noun, id_, name=f"Другое имя {id_}")
        costs.append(_sync(services, source.id, "1 % changed"))
    return costs


def _sync(services: Services, source_id: int, what: str) -> Cost:
    result = flow.sync(services, source_id)
    nouns = result.nouns
    busiest = max(nouns, key=lambda noun: nouns[noun].requests)
    return Cost(
        what=what,
        read=sum(counts.read for counts in nouns.values()),
        written=sum(counts.created + counts.updated for counts in nouns.values()),
        seconds=float(sum(counts.seconds for counts in nouns.values())),
        requests=sum(counts.requests for counts in nouns.values()),
        busiest=f"{busiest.value} {nouns[busiest].requests}",
    )


def _missed(costs: list[Cost]) -> list[str]:
    first, idle, changed = costs
    found = []
    if int(idle.busiest.rpartition(" ")[2]) > _MOST_REQUESTS:
        found.append(f"nothing changed: {idle.busiest} requests, {_MOST_REQUESTS} are allowed")
    for name in ("seconds", "requests"):
        share = getattr(changed, name) / getattr(first, name)
        if share > _MOST_SHARE:
            found.append(f"1 % changed: {share:.1%} of the first load's {name}")
    return found


def _show(found: dict[str, list[Cost]]) -> None:
    table = Table(
        title=f"{platform.machine()}, {cpu_count()} cores, Python {platform.python_version()}"
    )
    for name in ("filter", "sync", "read", "written", "seconds", "requests", "most requests"):
        table.add_column(name, justify="left" if name in {"filter", "sync"} else "right")
    for mode, costs in found.items():
        for cost in costs:
            shown = (
                f"{cost.read:,}",
                f"{cost.written:,}",
                f"{cost.seconds:.2f}",
                str(cost.requests),
            )
            table.add_row(mode, cost.what, *shown, cost.busiest)
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
