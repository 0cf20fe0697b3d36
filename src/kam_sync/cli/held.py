"""`kam-sync source held|approve|reject`: deletions that wait for a person."""

from decimal import Decimal
from getpass import getuser
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kam_sync.base.command import command
from kam_sync.base.settings import read_settings

if TYPE_CHECKING:
    from kam_sync.deciding import HeldDeletion

Name = Annotated[str, typer.Argument(help="The source's name.")]
Noun = Annotated[str, typer.Argument(help="Whose deletion: company, deal ..., as held shows it.")]
Seen = Annotated[
    str | None, typer.Option(help="The token that held showed: decide about those or nothing.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
_WAYS = (("delete them", "approve"), ("keep them", "reject"))
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def held(
    name: Annotated[str | None, typer.Argument(help="The source's name; all if left out.")] = None,
    *,
    json: Json = False,
) -> None:
    """Show deletions that are held because they are too large, and what each would do."""
    from kam_sync import deciding
    from kam_sync.cli import show
    from kam_sync.intake.store import SourceStore
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        sources = SourceStore(session)
        chosen = sources.all() if name is None else [sources.by_name(name)]
        documents = [
            _document(source.name, one)
            for source in chosen
            for one in deciding.waiting(session, source.id)
        ]
    if json:
        show.as_json({"held": documents})
        return
    if not documents:
        typer.echo("nothing is held", err=True)
        return
    for document in documents:
        _show(document)


def approve(name: Name, noun: Noun, *, seen: Seen = None, yes: Yes = False) -> None:
    """Delete what is held and has not come back since."""
    _decide(name, noun, seen, yes=yes, is_approved=True)


def reject(name: Name, noun: Noun, *, seen: Seen = None, yes: Yes = False) -> None:
    """Keep what is held; it is not held again until the CRM has shown it and it vanishes anew."""
    _decide(name, noun, seen, yes=yes, is_approved=False)


def _decide(name: str, noun: str, seen: str | None, *, yes: bool, is_approved: bool) -> None:
    """Say what would happen, ask, and do that and no more."""
    from kam_sync import deciding
    from kam_sync.intake.store import SourceStore
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        with services.database.transaction() as session:
            source = SourceStore(session).by_name(name)
            held, token = deciding.of_noun(session, source, noun)
            session.expunge_all()
        typer.echo(f"{name}: {noun}: {held.in_words}", err=True)
        if not yes:
            typer.confirm("Delete them?" if is_approved else "Keep them?", abort=True, err=True)
        act = deciding.approve if is_approved else deciding.reject
        number = act(services, source, held.id, seen or token, getuser())
    typer.echo(f"{name}: {number} of {noun} {'deleted' if is_approved else 'kept'}", err=True)


def _document(source: str, one: "HeldDeletion") -> dict[str, Any]:
    plain = one.held.model_dump(include={"noun", "count", "live", "found_at"})
    return {
        "source": source,
        "id": str(one.held.id),
        **plain,
        "token": one.token,
        "percent": one.held.percent,
        "why": one.held.in_words,
        "sample": one.outlook.sample,
        "open_amounts": {unit: str(amount) for unit, amount in one.outlook.open_amounts.items()},
    }


def _show(document: dict[str, Any]) -> None:
    """What would be deleted, some of it by name, and the two commands that decide."""
    from kam_sync.cli import show

    said = [document["why"]]
    amounts = document["open_amounts"].items()
    if amounts:
        said.append(
            "open deals: " + ", ".join(f"{unit} {Decimal(sum_):,.2f}" for unit, sum_ in amounts)
        )
    if document["sample"]:
        said.append("for example:")
        said += [f"  {key}: {name}" if name not in {"", key} else f"  {key}"
                 for key, name in document["sample"].items()]  # fmt: skip
    of = f"{document['source']} {document['noun']} --seen {document['token']}"
    ways = [f"{what}: {command(f'source {do} {of}')}" for what, do in _WAYS]
    show.block(f"{document['source']}: {document['noun']}", said, ways)
