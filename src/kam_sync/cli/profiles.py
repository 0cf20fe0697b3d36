"""Profiles on the command line: given as a file, printed to start from, and tried step by step."""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from connectors import Spoken
from kam_sync.base.command import command
from kam_sync.base.errors import WrongUse
from kam_sync.base.settings import read_settings
from kam_sync.cli import consents
from kam_sync.cli.texts import read_text

File = Annotated[
    Path | None,
    typer.Option("--profile", help="How the CRM is read, a file in YAML (kinds sbercrm, generic)."),
]
Secrets = Annotated[
    list[str] | None,
    typer.Option(
        "--secret",
        metavar="NAME=VALUE",
        help="A secret that the profile names; repeatable, - reads a line of standard input.",
    ),
]
_SIGNS = {True: "ok", False: "FAILED"}


def text_of(file: Path | None) -> dict[str, str]:
    """The option that a profile in a file is."""
    if file is None:
        return {}
    text = read_text(file)
    if not text.strip():
        way = command("source profile --kind generic")
        raise WrongUse(
            Spoken(
                f"--profile {file}: the file is empty; to start from one that is shipped: {way}",
                f"--profile {file}: файл пуст; начать можно с готового: {way}",
            )
        )
    return {"profile": text}


def joined(token: str | None, secrets: Iterable[str]) -> str | None:
    """The token, and the secrets beside it where there are several; None when there are none."""
    given = {} if token is None else {"token": token}
    for pair in secrets:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise WrongUse("--secret: write it as name=value, or name=- for standard input")
        given[name.strip()] = consents.read_secret(value, "--secret", name)
    return orjson.dumps(given).decode() if set(given) - {"token"} else token


def profile(
    name: Annotated[str | None, typer.Argument(help="The source's name.")] = None,
    *,
    kind: Annotated[str | None, typer.Option(help="Print the one that comes with a kind.")] = None,
) -> None:
    """Print the profile that a source is read by, or the one that comes with a kind.

    Example: kam-sync source profile --kind sbercrm > sbercrm.yaml
    """
    from kam_sync.intake.store import SourceStore
    from kam_sync.wiring import open_services, shipped_profile

    if (name is None) == (kind is None):
        raise WrongUse("give the name of a source, or --kind and a kind")
    if name is None:
        typer.echo(shipped_profile(kind or ""), nl=False)
        return
    with (
        open_services(read_settings()) as services,
        services.database.transaction() as session,
    ):
        source = SourceStore(session).by_name(name)
        text = SourceStore(session).access(source.id).options.get("profile")
        typer.echo(text or shipped_profile(source.kind), nl=False)


def drop(
    name: Annotated[str, typer.Argument(help="The source's name.")],
    files: Annotated[list[Path], typer.Argument(help="Exports: CSV, XLSX, Parquet.")],
) -> None:
    """Give exports to a source whose profile reads files; the next sync reads them.

    Example: kam-sync source drop sber deals.xlsx companies.xlsx
    """
    from kam_sync import dropping
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        for path in files:
            try:
                with path.open("rb") as content:
                    dropping.drop(services, name, path.name, content)
            except OSError as error:
                raise WrongUse(f"{path}: it cannot be read: {error.strerror}") from error
            typer.echo(f"{name}: {path.name} waits for the next sync", err=True)


def probe(  # noqa: PLR0913 - each is an option of the command
    name: Annotated[str | None, typer.Argument(help="The source's name.")] = None,
    *,
    file: File = None,
    kind: Annotated[str, typer.Option(help="sbercrm or generic.")] = "generic",
    base_url: Annotated[str | None, typer.Option(help="The CRM's address.")] = None,
    token: Annotated[str | None, typer.Option(help="- reads standard input.")] = None,
    secrets: Secrets = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Try a profile step by step, and say what each step found; nothing is kept or changed.

    Example: kam-sync source probe --profile my.yaml --base-url https://crm.example.com --token -
    """
    from kam_sync import asking
    from kam_sync.cli import show
    from kam_sync.wiring import open_services

    if (name is None) == (file is None or base_url is None):
        raise WrongUse("give the name of a source, or --profile and --base-url")
    given = None if token is None else consents.read_secret(token, "--token", "Token")
    with open_services(read_settings()) as services:
        if name is None:
            secret = joined(given, secrets or []) or ""
            probing = asking.probing(services, kind, base_url or "", secret, text_of(file))
        else:
            probing = asking.probing_source(services, name)
        with closing(probing) as opened:
            steps: list[dict[str, Any]] = opened.probe()
    if json:
        show.as_json({"steps": steps, "is_fine": all(step["is_fine"] for step in steps)})
    else:
        _print(steps)
    if not all(step["is_fine"] for step in steps):
        raise typer.Exit(1)


def _print(steps: list[dict[str, Any]]) -> None:
    from kam_sync.cli import show

    rows = [(_SIGNS[step["is_fine"]], step["step"], step["found"]) for step in steps]
    show.table("Steps", ("", "step", "what it found"), rows)
    for step in steps:
        if step["attributes"]:
            found = [
                (one["name"], one["type"], f"{one['empty_percent']} %", one["proposed"])
                for one in step["attributes"]
            ]
            show.table(step["step"], ("attribute", "type", "empty", "could be"), found)
