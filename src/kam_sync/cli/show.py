"""How commands speak: JSON alone on standard output, everything else on standard error."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from connectors import Noun
from kam_sync.cli.table import Column, harmless, print_table
from kam_sync.flow import LedgerWatch, Matched, SyncResult, Watch
from kam_sync.intake.model import NounEnd
from kam_sync.matching.model import Phase

__all__ = [
    "Column", "as_json", "block", "err", "export_progress", "harmless", "ledger_progress",
    "match_progress", "matching_at", "moment", "out", "sync_document", "sync_progress", "table",
]  # fmt: skip

out = Console()
err = Console(stderr=True)


def as_json(document: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(orjson.dumps(document, default=_plain, option=orjson.OPT_INDENT_2).decode())
    sys.stdout.write("\n")


def table(
    title: str,
    columns: Sequence[str | Column],
    rows: Iterable[Sequence[object]],
    *,
    to: Console = out,
) -> None:
    """A table for people; what looks like markup in a name stays text."""
    print_table(title, columns, rows, to=to)


def block(title: str, said: Iterable[str], commands: Iterable[str] = ()) -> None:
    """A heading, sentences below it, and commands that are not broken into lines."""
    out.print(Text(harmless(title), style="bold"))
    for line in said:
        out.print(Padding(Text(harmless(line)), (0, 0, 0, 2), expand=False))
    for line in commands:
        out.print(Text(f"  {harmless(line)}"), soft_wrap=True)


def moment(at: datetime | None, zone: ZoneInfo) -> str:
    """A time as people here read it: 2026-11-28 14:05 MSK."""
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"


@contextmanager
def sync_progress() -> Iterator[Watch]:
    """A line of progress for each source, which says what is being pulled, on standard error."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        tasks: dict[str, Any] = {}

        def watch(source: Any, noun: Any, counts: Any) -> None:
            if source.name not in tasks:
                tasks[source.name] = progress.add_task("")
            fresh = counts.created + counts.updated
            said = f"{source.name} {noun.value}: {counts.read:,} read, {fresh:,} new or changed"
            progress.update(tasks[source.name], description=said)

        yield watch


@contextmanager
def ledger_progress(nouns: int) -> Iterator[LedgerWatch]:
    """A bar over the nouns that are compared, with how many records of one came so far."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("comparing", total=nouns)
        seen: list[Noun] = []

        def watch(noun: Noun, came: int) -> None:
            if noun not in seen:
                seen.append(noun)
            said = f"comparing {noun.value}: {came:,} read"
            progress.update(task, description=said, completed=len(seen) - 1)

        yield watch


@contextmanager
def export_progress() -> Iterator[Callable[[str, int], None]]:
    """Which table is exported, and how many rows of it were written, on standard error."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("exporting")
        yield lambda table, rows: progress.update(task, description=f"{table}: {rows:,} rows")


@contextmanager
def match_progress() -> Iterator[Matched]:
    """What matching is at, and how far, on standard error."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("reading companies")
        yield lambda at: progress.update(task, description=matching_at(at.phase, at.done, at.total))


def matching_at(phase: Phase, done: int, total: int) -> str:
    """What matching is at, and how far: "comparing pairs: 10,000 of 25,000"."""
    what = {
        Phase.COMPANIES: "reading companies",
        Phase.PAIRS: "comparing pairs",
        Phase.CONTACTS: "reading and comparing contacts",
    }[phase]
    return f"{what}: {done:,}" + (f" of {total:,}" if total else "")


def sync_document(results: Iterable[SyncResult]) -> dict[str, Any]:
    """The JSON of a sync: each source with its nouns and their counts."""
    return {
        "sources": [
            {
                "source": result.source,
                "state": result.state.value,
                "message": result.message,
                "nouns": {
                    noun.value: {
                        **counts.model_dump(),
                        "seconds": float(counts.seconds),
                        **_end(result.ends.get(noun, NounEnd())),
                    }
                    for noun, counts in result.nouns.items()
                },
            }
            for result in results
        ]
    }


def _end(end: NounEnd) -> dict[str, str]:
    state = "not_offered" if end.is_not_offered else end.state.value
    return {"state": state, "message": end.message}


def _plain(value: Any) -> Any:
    return str(value)
