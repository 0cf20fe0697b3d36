"""`kam-sync match export` and `match import`: companies to Splink, and what it says of them."""

from pathlib import Path
from typing import Annotated

import typer

from kam_sync.base.command import command
from kam_sync.base.errors import WrongUse
from kam_sync.base.settings import read_settings

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the files go.")],
    *,
    json: Json = False,
) -> None:
    """Write all companies as Splink reads them: Parquet, one row each, with blocking keys."""
    from kam_sync.cli import show
    from kam_sync.matching import splinking
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        count = splinking.export(session, folder)
    into = folder / splinking.FOLDER
    if json:
        show.as_json({"folder": str(into), "companies": count})
        return
    typer.echo(f"{count} companies are in {into}", err=True)


def import_(
    file: Annotated[
        Path,
        typer.Argument(
            help="Parquet or CSV with unique_id_l, unique_id_r, match_weight or match_probability."
        ),
    ],
    *,
    json: Json = False,
) -> None:
    """Keep what Splink says of pairs as evidence, instead of what it said before."""
    from connectors import sheets
    from kam_sync.cli import show
    from kam_sync.matching import splinking
    from kam_sync.wiring import open_services

    if not file.is_file():
        raise WrongUse(f"{file}: no such file")
    with open_services(read_settings()) as services, services.database.transaction() as session:
        try:
            read, kept = splinking.import_(session, file)
        except sheets.BadSheet as error:
            raise WrongUse(f"{file}: {error}") from error
    if json:
        show.as_json({"read": read, "kept": kept})
        return
    typer.echo(f"{kept} pairs are kept; {read - kept} are about companies not here", err=True)
    typer.echo(f"they are weighed by the next matching: {command('match')}", err=True)
