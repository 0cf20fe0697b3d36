"""What first_load.py measured: the figures, their medians, the bars, a table for people."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from os import cpu_count
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.children import Ran

_LEAST_RATE = 8_000
_MOST_MEMORY = 200
_MOST_GROWTH = 0.15
_SHOWN = (
    ("records", "records", ",.0f"),
    ("records/s, process", "rate", ",.0f"),
    ("records/s, own clock", "own_rate", ",.0f"),
    ("seconds, process", "seconds", ".1f"),
    ("CPU s", "cpu", ".1f"),
    ("PostgreSQL CPU s", "database_cpu", ".1f"),
    ("peak MB", "peak_mb", ".0f"),
    ("sandbox peak MB", "sandbox_peak_mb", ".0f"),
)


@dataclass(frozen=True, slots=True)
class Again:
    """A second sync with nothing changed."""

    ran: Ran
    own_seconds: float
    requests: int
    written: int


@dataclass(slots=True)
class Load:
    """One first load by one tool."""

    name: str
    records: int
    own_seconds: float
    ran: Ran
    database_cpu: float
    crm_peak: float
    stored: Mapping[str, int]
    requests: int | None = None
    again: Again | None = None

    @property
    def own_rate(self) -> float:
        """Records a second by the tool's own clock."""
        return self.records / self.own_seconds

    @property
    def rate(self) -> float:
        """Records a second of the whole process, its start and end included."""
        return self.records / self.ran.wall


@dataclass(frozen=True, slots=True)
class Round:
    """All loads of one round; the sizes differ in `tenth` alone."""

    tenth: Load
    ours: Load
    theirs: Mapping[str, Load]


@dataclass(frozen=True, slots=True)
class Result:
    """All rounds, and the load averages of the machine before and after."""

    rounds: Sequence[Round]
    load_before: tuple[float, float, float]
    load_after: tuple[float, float, float]

    @property
    def loads(self) -> dict[str, list[Load]]:
        """The loads of all rounds by what they are called in the table."""
        found = {
            "ours": [round_.ours for round_ in self.rounds],
            "ours, a tenth": [round_.tenth for round_ in self.rounds],
        }
        for name in self.rounds[0].theirs:
            found[name] = [round_.theirs[name] for round_ in self.rounds]
        return found

    @property
    def memory(self) -> float:
        """MB of our sync and the sandbox together, each at its own peak."""
        return median(round_.ours.ran.peak + round_.ours.crm_peak for round_ in self.rounds)

    @property
    def growth(self) -> float:
        """The sync's peak over its peak with a tenth of the data."""
        return median(round_.ours.ran.peak / round_.tenth.ran.peak for round_ in self.rounds)

    def ratios(self, name: str) -> list[tuple[float, float]]:
        """How many times as fast as the other we were in each round: whole process, own clock."""
        return [
            (one.ours.rate / one.theirs[name].rate, one.ours.own_rate / one.theirs[name].own_rate)
            for one in self.rounds
        ]


def missed(result: Result) -> list[str]:
    """The bars that were not reached."""
    rate = median(round_.ours.rate for round_ in result.rounds)
    written = max(_again(round_).written for round_ in result.rounds)
    bars = {
        f"{rate:,.0f} records/s, not {_LEAST_RATE:,}": rate >= _LEAST_RATE,
        f"sync and sandbox held {result.memory:.0f} MB, not {_MOST_MEMORY}": (
            result.memory <= _MOST_MEMORY
        ),
        f"the peak is {result.growth:.2f} times that of a tenth": (
            abs(result.growth - 1) <= _MOST_GROWTH
        ),
        f"a second run wrote {written} records, nothing had changed": written == 0,
    }
    return [told for told, reached in bars.items() if not reached]


def as_document(result: Result) -> dict[str, Any]:
    """Everything, for programs."""
    return {
        "machine": _machine(),
        "load_average": {"before": result.load_before, "after": result.load_after},
        "medians": {name: _medians(loads) for name, loads in result.loads.items()},
        "second_run": _second(result),
        "memory_mb": result.memory,
        "memory_to_a_tenth": result.growth,
        "times_as_fast": {
            name: [{"process": pair[0], "own_clock": pair[1]} for pair in result.ratios(name)]
            for name in result.rounds[0].theirs
        },
        "missed": missed(result),
        "rounds": [asdict(round_) for round_ in result.rounds],
    }


def show(result: Result) -> None:
    """The medians as tables."""
    out = Console(soft_wrap=True, highlight=False)
    before, after = result.load_before[0], result.load_after[0]
    tools = ", ".join(dict.fromkeys(loads[0].name for loads in result.loads.values()))
    out.print(f"{_machine()}; load average {before:.1f} before, {after:.1f} after")
    out.print(f"measured: {tools}")
    out.print(_table(result))
    stored = result.rounds[-1].ours.stored
    out.print("stored: " + ", ".join(f"{count:,} {name}" for name, count in stored.items()))
    again = _second(result)
    out.print(
        f"second run, nothing changed: {again['seconds']:.2f} s, {again['process_seconds']:.2f} s "
        f"with start and end; {again['requests']:.0f} requests, {again['written']} written"
    )
    out.print(
        f"sync and sandbox: {result.memory:.0f} MB; the sync's peak is {result.growth:.2f} times "
        "that with a tenth of the data"
    )
    for name in result.rounds[0].theirs:
        pairs = (f"{whole:.1f} ({own:.1f})" for whole, own in result.ratios(name))
        out.print(f"times as fast as {name}, process (own clock): {', '.join(pairs)}")


def _table(result: Result) -> Table:
    table = Table(title=f"Medians, rounds: {len(result.rounds)}", title_justify="left", box=None)
    table.add_column("")
    columns = []
    for name, loads in result.loads.items():
        table.add_column(name, justify="right")
        columns.append({"records": loads[0].records, **_medians(loads)})
    for what, key, shape in _SHOWN:
        table.add_row(what, *(format(column[key], shape) for column in columns))
    return table


def _medians(loads: Sequence[Load]) -> dict[str, float]:
    rows = [
        {
            "rate": load.rate,
            "own_rate": load.own_rate,
            "seconds": load.ran.wall,
            "own_seconds": load.own_seconds,
            "cpu": load.ran.cpu,
            "database_cpu": load.database_cpu,
            "peak_mb": load.ran.peak,
            "sandbox_peak_mb": load.crm_peak,
        }
        for load in loads
    ]
    return {key: median(row[key] for row in rows) for key in rows[0]}


def _second(result: Result) -> dict[str, float]:
    runs = [_again(round_) for round_ in result.rounds]
    return {
        "seconds": median(run.own_seconds for run in runs),
        "process_seconds": median(run.ran.wall for run in runs),
        "requests": median(run.requests for run in runs),
        "written": max(run.written for run in runs),
    }


def _again(round_: Round) -> Again:
    if round_.ours.again is None:
        raise ValueError("the second run was not measured")
    return round_.ours.again


def _machine() -> str:
    cpu = f"{cpu_count()} cores, {platform.machine()}, {platform.system()}"
    return f"{cpu}, Python {platform.python_version()}"
