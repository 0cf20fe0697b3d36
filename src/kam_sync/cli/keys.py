"""`kam-sync key ...`: what programs show to be let in."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kam_sync.access.model import COMMAND, Role
from kam_sync.base.command import command
from kam_sync.cli.opened import opened

if TYPE_CHECKING:
    from kam_sync.access.model import Key

app = typer.Typer(
    no_args_is_help=True,
    help=f"""API keys: what programs show to be let in, as `Authorization: Bearer kam_...`.

    For Prometheus: `{command("key create prometheus --role integrator --area ops:see")}`.
    For a wall board: `{command("key create board --role viewer --area alerts:see")}`.""",
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Which program it is for.")],
    *,
    role: Annotated[Role, typer.Option(help="What it may; docs/access.md says what each may.")],
    area: Annotated[
        list[str] | None,
        typer.Option(help="Narrow it, such as alerts:see; again for more; else all of the role."),
    ] = None,
    expires: Annotated[str, typer.Option(help="Such as 90d, or never.")] = "365d",
    keeper: Annotated[
        list[str] | None,
        typer.Option(help="Of the role kam: whose accounts it sees, an e-mail or source/id."),
    ] = None,
    json: Json = False,
) -> None:
    """Make a key, printed this once."""
    from kam_sync.access import keys
    from kam_sync.access.keys import KeyWish
    from kam_sync.cli import show

    wish = KeyWish(name, role, area or (), expires, keeper or ())
    with opened() as services, services.database.transaction() as session:
        key, text = keys.make(session, wish, COMMAND, services.now())
        document, zone = _document(key), services.zone
        path = keys.example_path(key.areas)
        public = services.settings.public_url
    if json:
        show.as_json({**document, "key": text})
        return
    until = show.moment(document["expires_at"], zone) if document["expires_at"] else "for ever"
    typer.echo(f"key {name}: role {role.value}, good until {until}, shown this once:", err=True)
    typer.echo(text)
    base = "http://127.0.0.1:8000" if public is None else str(public).rstrip("/")
    typer.echo(f'try it: curl -H "Authorization: Bearer $KEY" {base}{path}', err=True)


@app.command("list")
def list_(*, json: Json = False) -> None:
    """Show all keys, what they may and when they were used last."""
    from kam_sync.access.store import KeyStore
    from kam_sync.cli import show

    with opened() as services, services.database.transaction() as session:
        documents = [_document(one) for one in KeyStore(session).all()]
        zone = services.zone
    if json:
        show.as_json({"keys": documents})
        return
    if not documents:
        typer.echo(f"no key yet; make one: {command('key create --help')}", err=True)
        return
    rows = [
        (d["name"], d["prefix"] + "...", d["role"], " ".join(d["areas"]) or "all of the role",
         show.moment(d["expires_at"], zone) if d["expires_at"] else "never",
         show.moment(d["used_at"], zone))
        for d in documents
    ]  # fmt: skip
    columns = ("name", show.Column("begins", rank=3), "role", show.Column("areas", rank=2),
               "expires", show.Column("last used", rank=1))  # fmt: skip
    show.table("Keys", columns, rows)


@app.command()
def revoke(name: Annotated[str, typer.Argument(help="The key's name.")]) -> None:
    """Let nobody in by a key any more; from the next request on."""
    from kam_sync.access import keys

    with opened() as services, services.database.transaction() as session:
        keys.revoke(session, name, COMMAND, services.now())
    typer.echo(f"key {name}: revoked", err=True)


def _document(key: "Key") -> dict[str, Any]:
    return {"id": str(key.id), **key.model_dump(exclude={"id", "digest"})}
