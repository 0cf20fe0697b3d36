"""How commands speak: JSON alone on standard output, everything else on standard error."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from kam_sync.flow import SyncResult, Watch

out = Console()
err = Console(stderr=True)


def as_json(document: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(orjson.dumps(document, default=_plain, option=orjson.OPT_INDENT_2).decode())
    sys.stdout.write("\n")


def table(
    title: str, names: Sequence[str], rows: Iterable[Sequence[object]], *, to: Console = out
) -> None:
    """A table for people; what looks like markup in a name stays text."""
    shown = Table(title=title, title_justify="left", box=None, header_style="bold", padding=(0, 1))
    for name in names:
        shown.add_column(name, overflow="fold")
    for row in rows:
        shown.add_row(*(_text(cell) for cell in row))
    to.print(shown)


@contextmanager
def sync_progress() -> Iterator[Watch]:
    """A line of progress for each noun that is being pulled, on standard error."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        tasks: dict[tuple[str, str], Any] = {}

        def watch(source: Any, noun: Any, counts: Any) -> None:
            key = (source.name, noun.value)
            if key not in tasks:
                tasks[key] = progress.add_task("")
            fresh = counts.created + counts.updated
            said = f"{source.name} {noun.value}: {counts.read:,} read, {fresh:,} new or changed"
            progress.update(tasks[key], description=said)

        yield watch


def sync_document(results: Iterable[SyncResult]) -> dict[str, Any]:
    """The JSON of a sync: each source with its nouns and their counts."""
    return {
        "sources": [
            {
                "source": result.source,
                "state": result.state.value,
                "message": result.message,
                "nouns": {
                    noun.value: {**counts.model_dump(), "seconds": float(counts.seconds)}
                    for noun, counts in result.nouns.items()
                },
            }
            for result in results
        ]
    }


def sync_table(results: Iterable[SyncResult]) -> None:
    """The same for people."""
    names = (
        "source", "noun", "read", "created", "updated", "unchanged", "deleted", "held", "rejected",
        "seconds", "requests",
    )  # fmt: skip
    rows = [
        (result.source, noun.value, *(getattr(counts, name) for name in names[2:]))
        for result in results
        for noun, counts in result.nouns.items()
    ]
    table("Sync", names, rows)
    for result in results:
        if result.message:
            err.print(f"{result.source}: {result.message}", style="yellow", markup=False)
        rejected = sum(counts.rejected for counts in result.nouns.values())
        if rejected:
            err.print(
                f"{result.source}: {rejected} records are set aside; "
                f"see: kam-sync source set-aside {result.source}",
                style="yellow", markup=False,
            )  # fmt: skip


def _plain(value: Any) -> Any:
    return str(value)


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).replace("[", "\\[")
