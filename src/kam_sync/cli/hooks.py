"""`kam-sync hooks ...`: the webhooks that came in, what became of them, and reading them again."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kam_sync.base.settings import read_settings
from kam_sync.cli import subscriptions
from kam_sync.cli.ids import HookId, HookIds
from kam_sync.cli.since import read_since

if TYPE_CHECKING:
    from kam_sync.intake.inbox import Hook, HookState

app = typer.Typer(
    no_args_is_help=True, help="Webhooks: whether CRMs send them, and those that came in."
)

app.command()(subscriptions.status)
app.command()(subscriptions.on)
app.command()(subscriptions.off)
app.command()(subscriptions.rotate)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
State = Annotated[str | None, typer.Option(help="new, read, unknown, foreign or failed.")]
_MOST_NAMED = 5


@app.command("list")
def list_(
    source: Annotated[str | None, typer.Argument(help="A source's name; all if left out.")] = None,
    *,
    state: State = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The newest so many.")] = 20,
    before: Annotated[
        int | None, typer.Option(metavar="ID", help="Only older ones than this.")
    ] = None,
    json: Json = False,
) -> None:
    """Show the newest webhooks, what they name, and why some were not understood."""
    from kam_sync.cli import show
    from kam_sync.intake.store import InboxStore, SourceStore
    from kam_sync.wiring import open_services

    wanted = _state(state)
    with open_services(read_settings()) as services, services.database.transaction() as session:
        found = InboxStore(session).hooks(
            source_id=None if source is None else SourceStore(session).by_name(source).id,
            state=wanted,
            before=before,
            limit=limit,
        )
        names = {one.id: one.name for one in SourceStore(session).all()}
        documents = [_document(one, names) for one in found]
        zone = services.zone
    if json:
        show.as_json({"hooks": documents})
        return
    if not documents:
        is_all = source is None and state is None and before is None
        typer.echo("no webhook came in yet" if is_all else "no webhook that fits", err=True)
        return
    columns = (
        show.Column("id", is_number=True), "source", show.Column("received", rank=2), "state",
        show.Column("names", rank=3), show.Column("reason", rank=1),
    )  # fmt: skip
    rows = [
        (d["id"], d["source"], show.moment(d["received_at"], zone), d["state"],
         _named(d["named"]), d["reason"])
        for d in documents
    ]  # fmt: skip
    show.table("Webhooks", columns, rows)


@app.command("show")
def show_(
    hook_id: HookId,
    *,
    json: Json = False,
) -> None:
    """Show a webhook as it came in; its body may hold personal data."""
    from kam_sync.cli import show
    from kam_sync.intake.store import InboxStore, SourceStore
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        hook = InboxStore(session).hook(hook_id)
        names = {one.id: one.name for one in SourceStore(session).all()}
        document = _document(hook, names) | {
            "headers": hook.headers,
            "body": hook.body.decode(errors="replace"),
        }
        zone = services.zone
    if json:
        show.as_json(document)
        return
    shown = {**document, "named": _named(document["named"])}
    for name in ("received_at", "read_at", "replayed_at"):
        shown[name] = show.moment(document[name], zone)
    shown |= {"headers": "", **document["headers"], "body": show.harmless(document["body"])}
    show.table("Webhook", ("", " "), [row for row in shown.items() if row[1] != ""])


@app.command()
def replay(
    hook_ids: HookIds = None,
    *,
    source: Annotated[str | None, typer.Option(help="All of this source.")] = None,
    state: State = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            metavar="TIME", parser=read_since, help="Only what came since then, a day or a moment."
        ),
    ] = None,
) -> None:
    """Read webhooks again, by id or all of a source in a state; what they name is fetched."""
    from kam_sync.base.errors import WrongUse
    from kam_sync.intake.store import SourceStore
    from kam_sync.jobs.replaying import Wanted
    from kam_sync.jobs.replaying import replay as again
    from kam_sync.wiring import open_services

    if not hook_ids and (source is None or state is None):
        raise WrongUse("which? give ids, or --source with --state unknown, failed, foreign or read")
    wanted = _state(state)
    with open_services(read_settings()) as services, services.database.transaction() as session:
        source_id = None if source is None else SourceStore(session).by_name(source).id
        moment = since and since.replace(tzinfo=since.tzinfo or services.zone)
        number = again(session, Wanted(tuple(hook_ids or ()), source_id, wanted, moment))
    typer.echo(f"{number} to be read again", err=True)


@app.command()
def url(source: Annotated[str, typer.Argument(help="The source's name.")]) -> None:
    """Print the secret address that the CRM is to post to, for a CRM that is set up by hand."""
    from kam_sync import subscribing
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        said = subscribing.address(services, subscribing.hook_key(services, source))
    typer.echo(said)


def _state(text: str | None) -> "HookState | None":
    from kam_sync.base.errors import WrongUse
    from kam_sync.intake.inbox import HookState

    if text is not None and text not in set(HookState):
        raise WrongUse(f"--state {text}: one of {', '.join(HookState)} is needed")
    return None if text is None else HookState(text)


def _document(hook: "Hook", names: dict[int, str]) -> dict[str, Any]:
    plain = hook.model_dump(exclude={"id", "source_id", "headers", "body"})
    return {"id": str(hook.id), "source": names[hook.source_id], **plain}


def _named(named: dict[str, list[str]]) -> str:
    return "; ".join(
        f"{noun} {', '.join(ids[:_MOST_NAMED])}{' ...' if len(ids) > _MOST_NAMED else ''}"
        for noun, ids in named.items()
    )
