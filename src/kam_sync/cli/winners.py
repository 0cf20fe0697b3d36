"""`kam-sync winners ...`: which source is believed of which field of accounts."""

from getpass import getuser
from typing import Annotated, Any

import typer

from kam_sync.cli.opened import opened

app = typer.Typer(no_args_is_help=True, help="Which source is believed where CRMs differ.")

_MOST = 100

Field = Annotated[str, typer.Argument(help="The field, as `winners list` shows it.")]
Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SOURCE]...", help="The first one first; none: by default."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command("list")
def list_(*, json: Json = False) -> None:
    """Show which sources are believed of each field, and who changed that."""
    from kam_sync.accounts.merge import FIELDS, Choice
    from kam_sync.accounts.store import WinnerStore
    from kam_sync.cli import show
    from kam_sync.intake.store import SourceStore

    with opened() as services, services.database.transaction() as session:
        names, store = SourceStore(session).names(), WinnerStore(session)

        def document(row: Choice) -> dict[str, Any]:
            sources = [names[one] for one in row.source_ids if one in names]
            return {"field": row.field, "sources": sources, "by": row.by, "at": row.at}

        nobody: dict[str, Any] = {"sources": [], "by": None, "at": None}
        chosen = {row.field: document(row) for row in store.latest()}
        fields = [chosen.get(name, {"field": name, **nobody}) for name in FIELDS]
        history = [document(row) for row in store.history(limit=_MOST)]
    if json:
        show.as_json({"fields": fields, "history": history})
        return
    rows = [
        (
            one["field"], ", ".join(one["sources"]) or "by default", one["by"],
            show.moment(one["at"], services.zone),
        )
        for one in fields
    ]  # fmt: skip
    show.table("Which source is believed", ("field", "sources", "set by", "at"), rows)


@app.command("set")
def set_(field: Field, sources: Names = None) -> None:
    """Say which sources are believed of a field; others come after them.

    Example: kam-sync winners set name onec sales
    """
    from kam_sync.intake.store import SourceStore
    from kam_sync.jobs import joining

    with opened() as services:
        with services.database.transaction() as session:
            ids = [SourceStore(session).by_name(name).id for name in sources or []]
        is_new = joining.believe(services, {field: ids}, by=getuser())
    said = ", ".join(sources or []) or "by default"
    after = "accounts follow with the next matching" if is_new else "as before"
    typer.echo(f"{field}: {said}; {after}", err=True)
