"""`kam-sync import`: rows of a file into facts, or the accounts of an unknown CRM."""

import csv
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connectors import Spoken, behind
from kam_sync.base.command import command
from kam_sync.base.errors import WrongUse
from kam_sync.base.settings import read_settings

if TYPE_CHECKING:
    from connectors import columns
    from kam_sync.cli.choosing import Chosen
    from kam_sync.importing import Counts

_SHOWN = 10
"""So many bad lines are shown; all of them go to the report."""
_NOT_DELETED = Spoken(
    "nothing was deleted, for some lines were rejected: mend them, and import it again",
    "ничего не удалено, ведь часть строк не принята: исправьте их и импортируйте снова",
)
_SAID = ("created", "updated", "unchanged", "rejected", "passed_over", "deleted", "held")

Tell = Callable[[int, str, Spoken], None]


def import_(  # noqa: PLR0913 - each is an option of the command
    file: Annotated[
        Path | None, typer.Argument(help="A CSV, XLSX or Parquet file.", show_default=False)
    ] = None,
    *,
    table: Annotated[
        str,
        typer.Option(
            "--as", metavar="TABLE",
            help="What its rows are: payments, invoices, shipments, sell_out, stock, nps_answers, "
            "plans, budgets, receivables, returns, costs, contracts; accounts, contacts, deals.",
        ),
    ],
    source: Annotated[str, typer.Option(help="Where they come from, in your word.")] = "files",
    sheet: Annotated[str | None, typer.Option(help="Which sheet; else the first one.")] = None,
    map_: Annotated[
        Path | None, typer.Option("--map", help="The mapping, as --show prints it.")
    ] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="FIELD=COLUMN",
            help="Which column holds a field; FIELD==VALUE where it is the same in all rows; also "
            "key=A,B, currency=USD, decimal=., zone=..., period=month. Repeatable.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen.")] = False,
    complete: Annotated[
        bool, typer.Option("--complete", help="All rows are in it: delete those that are not.")
    ] = False,
    weak_key: Annotated[
        bool,
        typer.Option(
            "--weak-key", help="Look for no key and take the rows: a corrected one counts as new."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="The guess is right; do not ask.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write what became of each line into this CSV file.")
    ] = None,
    show_: Annotated[
        bool, typer.Option("--show", help="Print the mapping and end.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document and nothing else.")
    ] = False,
) -> None:  # fmt: skip
    """Import a file of rows. The same file may come again: nothing is created twice.

    Example: kam-sync import оплаты.xlsx --as payments --dry-run
    """
    from connectors import sheets
    from kam_sync import importing
    from kam_sync.cli import show
    from kam_sync.cli.choosing import Mapping, choose
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        about = importing.table_of(table)
        given = Mapping(source, about, map_, tuple(sets or ()), sheet, is_keyless=weak_key)
        try:
            chosen = choose(services, given, file)
            if show_ or file is None:
                _print_map(chosen.map)
                return
            _show(chosen, json=json)
            if not (complete or weak_key):
                chosen.refuse_weak()
            _confirm(chosen, yes=yes or dry_run or json, is_mapped=map_ is not None)
            do = importing.try_rows if dry_run else importing.import_rows
            with _reporting(report) as (tell, bad), _progress() as watch:
                wish = importing.Import(
                    source, chosen.map, is_complete=complete, watch=watch, tell=tell
                )
                counts = do(services, wish, sheets.lines(file, sheet=sheet))
        except sheets.BadSheet as error:
            raise WrongUse(behind(f"{file}: ", error)) from error
    _say(counts, bad, chosen, dry_run=dry_run, json=json)
    if counts.rejected and complete and not dry_run:
        show.err.print(_said(_NOT_DELETED), style="yellow")
    if counts.rejected:
        raise typer.Exit(1)


def _show(chosen: "Chosen", *, json: bool) -> None:
    """Show which column is taken for what."""
    from kam_sync.cli import show

    if json:
        return
    if not chosen.is_known:
        show.table("Columns", ("field", "column", "for example"), chosen.rows(), to=show.err)
    for line in chosen.remarks():
        show.err.print(line, markup=False, soft_wrap=True)


def _confirm(chosen: "Chosen", *, yes: bool, is_mapped: bool) -> None:
    """Ask whether that is right, where it is new and there is somebody to ask."""
    is_asked = not (chosen.is_known or yes)
    if is_asked and sys.stdin.isatty():
        typer.confirm("Go on?", abort=True, err=True)
    elif is_asked and not is_mapped:
        raise WrongUse(
            Spoken(
                "the columns are guessed, and nobody is here to say that this is right; "
                "look at it, then add --yes, or give the mapping by --map FILE",
                "колонки угаданы, и подтвердить некому; посмотрите на них и добавьте --yes или "
                "дайте разметку через --map ФАЙЛ",
            )
        )


@contextmanager
def _reporting(path: Path | None) -> "Iterator[tuple[Tell, list[tuple[int, Spoken]]]]":
    """Collects the first bad lines, and writes what became of all of them into a file."""
    from kam_sync.web.pages.exporting.safe import harmless

    bad: list[tuple[int, Spoken]] = []

    def note(line: int, word: str, why: Spoken) -> None:
        if word == "rejected" and len(bad) < _SHOWN:
            bad.append((line, why))

    if path is None:
        yield note, bad
        return
    try:
        out = path.open("w", encoding="utf-8-sig", newline="")
    except OSError as error:
        raise WrongUse(f"{path}: it cannot be written: {error.strerror}") from error
    with out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow(("line", "what", "why"))

        def tell(line: int, word: str, why: Spoken) -> None:
            note(line, word, why)
            writer.writerow((line, word, harmless(_said(why))))

        yield tell, bad


@contextmanager
def _progress() -> "Iterator[Callable[[Counts], None]]":
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from kam_sync.cli import show

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=show.err, transient=True) as progress:
        task = progress.add_task("reading")

        def watch(counts: "Counts") -> None:
            fresh = counts.created + counts.updated
            said = f"{counts.read:,} rows read, {fresh:,} new or changed"
            said += f", {counts.rejected:,} rejected" if counts.rejected else ""
            progress.update(task, description=said)

        yield watch


def _say(
    counts: "Counts", bad: list[tuple[int, Spoken]], chosen: "Chosen", *, dry_run: bool, json: bool
) -> None:
    from kam_sync.cli import show

    if json:
        numbers = {name: getattr(counts, name) for name in ("read", *_SAID, "equal", "set_aside")}
        show.as_json(
            {
                "source": chosen.source,
                "table": chosen.map.table,
                "dry_run": dry_run,
                "map": chosen.map.as_document(),
                "counts": numbers,
                "rejected": [{"line": line, "reason": why} for line, why in bad],
            }
        )
        return
    title = "What would happen" if dry_run else "Done"
    rows = [(name.replace("_", " "), getattr(counts, name)) for name in _SAID]
    show.table(title, ("rows", show.Column("count", is_number=True)), rows)
    for number, why in bad:
        line = Spoken(f"line {number}: {why}", f"строка {number}: {why.ru}")
        show.err.print(_said(line), style="yellow", markup=False, soft_wrap=True)
    for step in _next_steps(counts, chosen.source, more=counts.rejected - len(bad)):
        show.err.print(_said(step), style="yellow", markup=False, soft_wrap=True)


def _next_steps(counts: "Counts", source: str, *, more: int) -> Iterator[Spoken]:
    if more > 0:
        yield Spoken(
            f"... and {more} more lines; all of them: --report FILE",
            f"... и ещё строк: {more}; все они: --report ФАЙЛ",
        )
    if counts.rejected == counts.read > 0:
        yield Spoken("no line was taken, so nothing is kept: no row, no source and no mapping",
                     "ни одна строка не принята, и ничего не сохранено: ни строк, ни источника, "
                     "ни разметки")  # fmt: skip
    if counts.equal:
        yield Spoken(
            f"{counts.equal} rows are equal to one above them and were passed over; which: "
            "--report FILE",
            f"строк, равных одной из строк выше и потому пропущенных: {counts.equal}; какие: "
            "--report ФАЙЛ",
        )
    if counts.held:
        way = command(f"source held {source}")
        yield Spoken(
            f"{counts.held} deletions are held, for they are many; look and decide: {way}",
            f"удалений отложено, ведь их много: {counts.held}; посмотрите и решите: {way}",
        )
    if counts.set_aside:
        way = command(f"source set-aside {source}")
        yield Spoken(
            f"{counts.set_aside} older rows cannot be read by this mapping; see: {way}",
            f"прежних строк, не читаемых по этой разметке: {counts.set_aside}; какие: {way}",
        )


def _said(text: Spoken) -> str:
    """A text in the language of the installation."""
    return text.ru if read_settings().locale == "ru" else str(text)


def _print_map(map_: "columns.TableMap") -> None:
    import yaml

    document: dict[str, Any] = map_.as_document()
    sys.stdout.write(yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100))
