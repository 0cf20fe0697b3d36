"""`kam-sync target ...`: where webhooks about accounts, deals and alerts are sent."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kam_sync.base.command import command
from kam_sync.base.settings import read_settings
from kam_sync.cli.since import read_since

if TYPE_CHECKING:
    from kam_sync.notify.model import Listed, Target, Waiting

app = typer.Typer(no_args_is_help=True, help="Where webhooks to integrators are sent.")

Name = Annotated[str, typer.Argument(help="The target's name.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
_SHOWN_ONCE = "the secret that it verifies signatures with, shown this once:"


@app.command()
def add(
    name: Name,
    *,
    url: Annotated[str, typer.Option(help="Where it takes posts, by https.")],
    event: Annotated[
        list[str] | None,
        typer.Option(help='A type or a pattern such as "deal.*"; again for more; all if left out.'),
    ] = None,
    json: Json = False,
) -> None:
    """Send webhooks to an address from now on, and print the secret that signs them."""
    from kam_sync import targeting
    from kam_sync.cli import show
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        target, secret = targeting.add(services, name, url, event or [])
    if json:
        show.as_json({**_document(target), "secret": secret})
        return
    typer.echo(f"target {name}: {_SHOWN_ONCE}", err=True)
    typer.echo(secret)
    typer.echo(f"try it: {command(f'target test {name}')}", err=True)


@app.command("list")
def list_(*, json: Json = False) -> None:
    """Show all targets and how it goes with them."""
    from kam_sync import targeting
    from kam_sync.cli import show
    from kam_sync.notify.store import DeliveryStore, TargetStore
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        waiting = DeliveryStore(session).waiting()
        found = TargetStore(session).all()
        documents = [_document(one, waiting.get(one.id)) for one in found]
        zone = services.zone
    if json:
        show.as_json({"targets": documents})
        return
    if not documents:
        typer.echo(f"no target yet; make one: {command('target add --help')}", err=True)
        return
    columns = (
        "name", "state", show.Column("waiting", is_number=True), show.Column("events", rank=2),
        show.Column("url", rank=3), show.Column("last success", rank=1), "last error",
    )  # fmt: skip
    rows = [
        (d["name"], d["state"], d["waiting"], " ".join(d["events"]), d["url"],
         show.moment(d["last_success_at"], zone), d["last_error"])
        for d in documents
    ]  # fmt: skip
    show.table("Targets", columns, rows)
    for document in documents:
        if document["state"] == "stopped":
            said = f"it took nothing; {targeting.way_back(document['name'])}"
            typer.echo(f"{document['name']}: what happens is kept; {said}")
        elif document["state"] == "paused":
            way = command(f"target resume {document['name']}")
            typer.echo(f"{document['name']}: what happens is kept; go on: {way}")


@app.command("set")
def set_(
    name: Name,
    *,
    url: Annotated[str | None, typer.Option(help="Another address.")] = None,
    event: Annotated[
        list[str] | None, typer.Option(help="What it wants from now on; again for more.")
    ] = None,
) -> None:
    """Change the address of a target, or what it wants; the secret stays, encrypted anew."""
    from kam_sync import targeting
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        target = targeting.change(services, name, url=url, events=event)
    typer.echo(f"target {name}: {target.url}, {' '.join(target.events)}", err=True)


@app.command()
def pause(name: Name) -> None:
    """Send it nothing; what happens meanwhile is kept for it."""
    from kam_sync import targeting
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        targeting.pause(session, name)
    typer.echo(f"target {name}: paused", err=True)


@app.command()
def resume(name: Name) -> None:
    """Go on with it, and send what waits."""
    from kam_sync import targeting
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        targeting.resume(session, name, services.now())
    typer.echo(f"target {name}: active", err=True)


@app.command()
def rotate(name: Name, *, json: Json = False) -> None:
    """Print a new secret; for 24 hours the one before signs beside it."""
    from kam_sync import targeting
    from kam_sync.cli import show
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        target, secret = targeting.rotate(services, name)
    if json:
        show.as_json({**_document(target), "secret": secret})
        return
    typer.echo(f"target {name}: {_SHOWN_ONCE}", err=True)
    typer.echo(secret)


@app.command()
def remove(
    name: Name,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget a target, and what waits for it."""
    from kam_sync import targeting
    from kam_sync.notify.store import TargetStore
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        with services.database.transaction() as session:
            TargetStore(session).by_name(name)  # before anybody is asked about it
        if not yes:
            typer.confirm(f"Delete target {name} and all that waits for it?", abort=True)
        with services.database.transaction() as session:
            targeting.remove(session, name, services.now())
    typer.echo(f"target {name}: removed", err=True)


@app.command("test")
def ping(name: Name, *, json: Json = False) -> None:
    """Send a ping now and show what is answered; exit code 1 when it was not taken."""
    from kam_sync import targeting
    from kam_sync.cli import show
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        tested = targeting.ping(services, name)
    answer = tested.answer
    if json:
        show.as_json(
            {"is_taken": answer.is_good, "message_id": tested.message_id, "status": answer.status,
             "error": answer.error, "body": answer.body}
        )  # fmt: skip
    else:
        said = "taken" if answer.is_good else f"not taken: {answer.error}"
        typer.echo(f"target {name}: {tested.message_id} was {said}")
        if answer.body:
            typer.echo(f"answer: {show.harmless(answer.body)}")
    if not answer.is_good:
        raise typer.Exit(1)


@app.command()
def deliveries(
    name: Name,
    *,
    failed: Annotated[
        bool, typer.Option("--failed", help="Only those whose last try was not taken.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The newest so many.")] = 20,
    json: Json = False,
) -> None:
    """Show what was sent to a target, or waits for it, and what it answered."""
    from kam_sync.cli import show
    from kam_sync.notify.store import DeliveryStore, TargetStore
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        target = TargetStore(session).by_name(name)
        found = DeliveryStore(session).latest(target.id, is_failed=failed, limit=limit)
        documents = [_delivery(one) for one in found]
        zone = services.zone
    if json:
        show.as_json({"deliveries": documents})
        return
    if not documents:
        typer.echo("no failed delivery" if failed else "no delivery yet", err=True)
        return
    columns = (
        "id", "event", "state",
        show.Column("tries", is_number=True, rank=1), show.Column("made", rank=2),
        show.Column("next try", rank=3), show.Column("status", is_number=True, rank=4), "error",
    )  # fmt: skip
    rows = [
        (d["message_id"], d["type"], d["state"], d["attempts"], show.moment(d["made_at"], zone),
         show.moment(d["due_at"], zone) if d["state"] == "waiting" else "", d["status"], d["error"])
        for d in documents
    ]  # fmt: skip
    show.table(f"Deliveries to {name}", columns, rows)


@app.command()
def replay(
    name: Name,
    delivery_ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="msg_..., as `target deliveries` shows them."),
    ] = None,
    *,
    since: Annotated[
        datetime | None,
        typer.Option(
            metavar="TIME",
            parser=read_since,
            help="All news made since then, a day or a moment; no pings.",
        ),
    ] = None,
) -> None:
    """Send messages once more, with the ids they had."""
    from kam_sync import targeting
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        moment = since and since.replace(tzinfo=since.tzinfo or services.zone)
        number = targeting.replay(
            session, name, services.now(), ids=delivery_ids or (), since=moment
        )
    typer.echo(f"{number} to be sent again", err=True)


def _document(target: "Target", waiting: "Waiting | None" = None) -> dict[str, Any]:
    plain = target.model_dump(exclude={"id"})
    return {
        "id": str(target.id),
        **plain,
        "waiting": waiting.count if waiting else 0,
        "oldest_waiting_at": waiting.oldest_at if waiting else None,
    }


def _delivery(listed: "Listed") -> dict[str, Any]:
    plain = listed.delivery.model_dump(exclude={"id", "event_id", "target_id"})
    return {
        "id": str(listed.delivery.id),
        "message_id": listed.message_id,
        "type": listed.type.value,
        **plain,
    }
