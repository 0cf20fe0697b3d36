"""`kam-sync export`: the open tables as files, one for each table and month."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from kam_sync.base.errors import WrongUse
from kam_sync.cli.opened import opened
from kam_sync.open_data.files import Format

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def export(  # noqa: PLR0913 - each is an option of the command
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; made when missing.")],
    *,
    as_: Annotated[Format, typer.Option("--format", help="What files are.")] = Format.PARQUET,
    table: Annotated[
        list[str] | None, typer.Option(help="Only this one; may be said several times.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="MONTH", help="Look at no month before: 2026-01.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Also what has not changed.")] = False,
    with_personal_data: Annotated[
        bool, typer.Option("--with-personal-data", help="Names, phones, e-mails of contacts, too.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document and nothing else.")
    ] = False,
) -> None:
    """Export the open tables as Parquet or CSV: whole, or what has changed since the last time.

    Example: kam-sync export bi; docs/open-data.md says what is in the files.
    """
    from kam_sync.cli import show
    from kam_sync.open_data.exporting import Wish, export

    _check(table or [], since, with_personal_data=with_personal_data)
    wish = Wish(
        folder=folder.expanduser().absolute(), format=as_, tables=tuple(table or ()),
        since=since or "", is_full=full, is_personal=with_personal_data,
    )  # fmt: skip
    with opened() as services, show.export_progress() as watch:
        done = export(services.database, wish, services.now(), watch)
    if json:
        show.as_json({"folder": wish.folder, "tables": {k: asdict(v) for k, v in done.items()}})
        return
    numbers = [
        show.Column(name, is_number=True) for name in ("rows", "written", "unchanged", "removed")
    ]
    rows = [
        (name, said.rows, len(said.written), said.unchanged, len(said.removed))
        for name, said in done.items()
        if said.rows or said.removed
    ]
    show.table(f"Exported to {wish.folder}: files by table", ("table", *numbers), rows)


def _check(tables: list[str], since: str | None, *, with_personal_data: bool) -> None:
    from kam_sync.open_data.store import VIEWS

    views = {view.name: view for view in VIEWS}
    for name in tables:
        if name not in views:
            raise WrongUse(f"--table {name}: no such table; there are: {', '.join(views)}")
        if views[name].is_personal and not with_personal_data:
            raise WrongUse(f"--table {name}: say --with-personal-data, too")
    if since is not None and not _MONTH.fullmatch(since):
        raise WrongUse(f"--since {since}: a month such as 2026-01 is needed")
