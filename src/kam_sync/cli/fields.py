"""`kam-sync source fields|map`: which custom field of a CRM holds what we want to know."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kam_sync.base.command import command
from kam_sync.base.errors import WrongUse
from kam_sync.base.settings import read_settings

if TYPE_CHECKING:
    from kam_sync.field_map import Shown
    from kam_sync.wiring import Services

Name = Annotated[str, typer.Argument(help="The source's name.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Pairs = Annotated[
    list[str] | None,
    typer.Argument(metavar="TARGET=FIELD...", help="E.g. company.inn=company/9011; empty: none."),
]


def fields(name: Name, *, json: Json = False) -> None:
    """Show which custom field is which, beside all custom fields of the CRM account."""
    from kam_sync import field_map
    from kam_sync.cli import show
    from kam_sync.intake.store import SourceStore
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        source = SourceStore(session).by_name(name)
        shown = field_map.look(session, source.id, with_samples=True)
    if json:
        show.as_json(document(name, shown))
        return
    _show_map(name, shown)
    taken = {entry.external_id: entry.target for entry in shown.entries}
    rows = [
        (f.external_id, f.name, f.kind, f.code, taken.get(f.external_id), _sample(shown, f))
        for f in shown.fields
    ]
    names = (
        "field", "name", show.Column("kind", rank=2), show.Column("code", rank=3), "is",
        show.Column("for example", rank=1),
    )  # fmt: skip
    show.table("Custom fields", names, rows)


def map_(
    name: Name,
    pairs: Pairs = None,
    *,
    guess: Annotated[
        bool, typer.Option("--guess", help="Guess all others anew from codes and names.")
    ] = False,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="The whole map is right, what is guessed included.")
    ] = False,
    json: Json = False,
) -> None:
    """Say which custom field is which. What you set is confirmed; the rest stays as it is.

    Example: kam-sync source map sales company.inn=company/9011 company.segment=
    """
    from kam_sync import field_map
    from kam_sync.cli import show
    from kam_sync.intake.store import SourceStore
    from kam_sync.wiring import open_services

    wanted = _parse(pairs or [])
    is_change = bool(wanted or guess or confirm)
    with open_services(read_settings()) as services:
        with services.database.transaction() as session:
            before = shown = field_map.look(session, SourceStore(session).by_name(name).id)
        if is_change:
            shown = field_map.change(services, name, wanted, anew=guess, whole=confirm)
    if json:
        show.as_json(document(name, shown))
        return
    _show_map(name, shown)
    was, now = ({e.target: e.external_id for e in one.entries} for one in (before, shown))
    for target in sorted(target for target in was if was[target] and target not in wanted):
        if now[target] != was[target]:
            is_now = now[target] or "no field"
            typer.echo(f"{name}: {target} was {was[target]} and is now {is_now}", err=True)
    if was != now:
        typer.echo(f"{name}: what has changed is read anew at the next sync", err=True)
    if not shown.is_confirmed:
        way = command(f"source map {name} --confirm")
        typer.echo(f"{name}: when all of it is right: {way}", err=True)


def offer(services: "Services", name: str) -> None:
    """Show the map that was guessed for a new source, and ask whether it is right."""
    from kam_sync import field_map
    from kam_sync.intake.store import SourceStore

    with services.database.transaction() as session:
        shown = field_map.look(session, SourceStore(session).by_name(name).id)
    if not shown.fields:
        return
    _show_map(name, shown)
    if sys.stdin.isatty() and typer.confirm("Is this right?", default=True, err=True):
        field_map.change(services, name, {}, whole=True)
        return
    see, change = command(f"source fields {name}"), command(f"source map {name} TARGET=FIELD")
    typer.echo(f"{name}: to change it: {see}, then {change}", err=True)


def document(name: str, shown: "Shown") -> dict[str, Any]:
    """The JSON of a field map."""
    return {
        "source": name,
        "is_confirmed": shown.is_confirmed,
        "confirmed": [entry.target for entry in shown.entries if entry.is_confirmed],
        "map": {entry.target: entry.external_id for entry in shown.entries if entry.external_id},
        "warnings": [str(wrong) for wrong in shown.wrongs],
        "offers": {entry.target: entry.offer.external_id for entry in shown.offers if entry.offer},
        "fields": [
            {
                "external_id": field.external_id,
                "name": field.name,
                "kind": field.kind,
                "code": field.code,
                "options": list(field.options),
                "example": shown.samples.get(field.external_id),
            }
            for field in shown.fields
        ],
    }


def _show_map(name: str, shown: "Shown") -> None:
    """The map for people, on standard error: what is asked for may be piped on."""
    from connectors import fieldmap
    from kam_sync.cli import show

    guesses = fieldmap.guess(shown.fields)
    rows = []
    for entry in shown.entries:
        field, guess = entry.field, guesses.get(entry.target)
        note = ""
        if entry.wrong:
            note = entry.wrong.said
        elif entry.offer:
            note = f"may be {entry.offer.external_id} ({entry.offer.name}): {entry.offer.why}"
        elif entry.is_confirmed:
            note = "confirmed"
        elif field:
            is_ours = guess is not None and guess.external_id == field.external_id
            note = f"guessed: {guess.why.value}" if guess and is_ours else "guessed"
        means = fieldmap.TARGETS[entry.target].means if entry.target in fieldmap.TARGETS else ""
        rows.append((
            entry.target, means, entry.external_id or "-", field and field.name,
            field and field.kind, _sample(shown, field), note,
        ))  # fmt: skip
    some = "partly confirmed" if any(e.is_confirmed for e in shown.entries) else "guessed"
    state = "confirmed" if shown.is_confirmed else some
    names = (
        "target", show.Column("what it is", rank=4), "field", show.Column("name", rank=1),
        show.Column("kind", rank=3), show.Column("for example", rank=2), "note",
    )  # fmt: skip
    show.table(f"Field map of {name} ({state})", names, rows, to=show.err)


def _sample(shown: "Shown", field: Any) -> str | None:
    return shown.samples.get(field.external_id) if field else None


def _parse(pairs: list[str]) -> dict[str, str]:
    parsed = {}
    for pair in pairs:
        target, equals, field = pair.partition("=")
        if not equals or not target:
            raise WrongUse(f"{pair}: write it as target=field, e.g. company.inn=company/9011")
        parsed[target.strip()] = field.strip()
    return parsed
