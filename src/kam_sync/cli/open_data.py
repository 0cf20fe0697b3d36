"""`kam-sync open ...`: what analysts may read, and the roles of the database that read it."""

import re
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kam_sync.base.errors import NotHere, WrongUse
from kam_sync.cli.opened import opened

if TYPE_CHECKING:
    from kam_sync.wiring import Services

app = typer.Typer(no_args_is_help=True, help="Open data: views for BI, and who may read them.")
role = typer.Typer(no_args_is_help=True, help="Roles of the database that read open data alone.")
app.add_typer(role, name="role")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="What the role is called: bi_reader.")]
_NAME = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,62}")
_LEAST = 12
_FROM_INPUT = "-"


@app.command("list")
def list_views(*, json: Json = False) -> None:
    """List the views with what each is."""
    from kam_sync.cli import show
    from kam_sync.open_data.store import VIEWS

    if json:
        show.as_json([
            {
                "view": view.full_name, "says": view.says, "key": view.key, "month": view.month,
                "columns": [{"name": c.name, "type": c.type, "says": c.says} for c in view.columns],
            }
            for view in VIEWS
        ])  # fmt: skip
        return
    columns = ("view", show.Column("columns", is_number=True), "what")
    show.table("Open data", columns, [(v.full_name, len(v.columns), v.says) for v in VIEWS])


@app.command()
def document(
    page: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="docs/open-data.md.")],
) -> None:
    """Write the views with their columns into a page, below its mark."""
    from kam_sync.open_data.describing import document as described
    from kam_sync.open_data.store import VIEWS

    page.write_text(described(page.read_text(encoding="utf-8"), VIEWS), encoding="utf-8")


@role.command()
def create(
    name: Name,
    *,
    password: Annotated[
        str | None, typer.Option(help="- reads it from standard input; else one is made up.")
    ] = None,
    with_personal_data: Annotated[
        bool, typer.Option("--with-personal-data", help="It sees who contacts are, too.")
    ] = False,
    json: Json = False,
) -> None:
    """Make a role that logs in, reads the schema `open` and may do nothing else.

    Example: kam-sync open role create bi_reader
    """
    from kam_sync.cli import show
    from kam_sync.open_data.store import NoRight, ReaderStore

    if not _NAME.fullmatch(name):
        raise WrongUse(f"role {name}: use a-z, 0-9 and _; it may not begin with pg_ or a digit")
    secret = secrets.token_urlsafe(24) if password is None else _given(password)
    with opened() as services:
        try:
            with services.database.transaction() as session:
                store = ReaderStore(session)
                if store.is_there(name):
                    raise WrongUse(f"role {name}: the server has one of that name already")
                store.create(name, secret, is_personal=with_personal_data)
        except NoRight as error:
            _for_an_administrator(services, name, str(error), is_personal=with_personal_data)
        place = services.database.url
    said = {"role": name, "host": place.host or place.query.get("host"), "port": place.port or 5432,
            "database": place.database}  # fmt: skip
    if password is None:
        said["password"] = secret
    if json:
        show.as_json(said)
        return
    shown = {name: str(one or "") for name, one in said.items()}  # a port is no number to read
    show.table("Made; the password is shown once", ("", ""), shown.items())


@role.command("list")
def list_roles(*, json: Json = False) -> None:
    """List the roles that may read open data."""
    from dataclasses import asdict

    from kam_sync.cli import show
    from kam_sync.open_data.store import ReaderStore

    with opened() as services, services.database.transaction() as session:
        found = ReaderStore(session).readers()
    if json:
        show.as_json([asdict(one) for one in found])
        return
    rows = [
        (one.name, "yes" if one.is_personal else "no", "here" if one.is_ours else "elsewhere",
         one.sessions)
        for one in found
    ]  # fmt: skip
    columns = ("role", "personal data", "made", show.Column("sessions", is_number=True))
    show.table("Who may read open data", columns, rows)


@role.command()
def revoke(name: Name) -> None:
    """Drop a role that was made here, and end what it reads.

    Example: kam-sync open role revoke bi_reader
    """
    from kam_sync.open_data.store import NoRight, ReaderStore

    with opened() as services:
        with services.database.transaction() as session:
            ours = {one.name for one in ReaderStore(session).readers() if one.is_ours}
        if name not in ours:
            raise NotHere(f"role {name}: none that was made here; see: kam-sync open role list")
        try:
            with services.database.transaction() as session:
                ReaderStore(session).shut_out(name)
            with services.database.transaction() as session:
                store = ReaderStore(session)
                has_ended = store.end_sessions(name)
                store.revoke(name)
        except NoRight as error:
            raise WrongUse(f"role {name}: {error}; an administrator has to drop it") from error
    typer.echo(f"{name}: dropped", err=True)
    if not has_ended:
        typer.echo("its open sessions could not be ended; they end by themselves", err=True)


def _given(password: str) -> str:
    if password != _FROM_INPUT:  # others of the machine could read it among the processes
        raise WrongUse("--password: say - and type it, or leave it out")
    said = sys.stdin.readline().rstrip("\n")
    if len(said) < _LEAST:
        raise WrongUse(f"--password: at least {_LEAST} characters are needed")
    return said


def _for_an_administrator(services: "Services", name: str, why: str, *, is_personal: bool) -> None:
    """Print what an administrator of the server types, and end."""
    from kam_sync.open_data.store import ReaderStore

    with services.database.transaction() as session:
        said = ReaderStore(session).statements(name, "choose a password", is_personal=is_personal)
    typer.echo("\n".join(f"{line};" for line in said))
    typer.echo(f"not made: {why}. An administrator of the database runs the above.", err=True)
    raise typer.Exit(1)
