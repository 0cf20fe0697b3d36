"""`kam-sync channel ...`: where people are told of alerts, and who is told of what."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kam_sync.base.command import command
from kam_sync.base.settings import Locale, read_settings

if TYPE_CHECKING:
    from kam_sync.notify.channel import Channel, Owner, Route, Send
    from kam_sync.notify.model import Waiting

app = typer.Typer(no_args_is_help=True, help="Where people are told of alerts.")

Name = Annotated[str, typer.Argument(help="The channel's name.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Url = Annotated[
    str | None,
    typer.Option(
        help="An apprise URL, such as tgram://TOKEN/CHAT or mailtos://USER:PASSWORD@HOST; - reads "
        "it from standard input, and it is asked for if left out: it is a secret."
    ),
]
Language = Annotated[Locale | None, typer.Option(help="In which it is told; that of the house.")]
Zone = Annotated[str, typer.Option(help="In which its times are told; that of the house.")]


@app.command()
def add(
    name: Name, *, url: Url = None, locale: Language = None, zone: Zone = "", json: Json = False
) -> None:
    """Tell people by a messenger or by e-mail from now on; without routes, of everything."""
    from kam_sync import channelling
    from kam_sync.cli import show
    from kam_sync.cli.consents import read_secret
    from kam_sync.wiring import open_services

    secret = read_secret(url, "--url", "apprise URL")
    with open_services(read_settings()) as services:
        channel = channelling.add(services, name, secret, locale=locale, zone=zone)
    if json:
        show.as_json(_document(channel))
        return
    typer.echo(f"channel {name}: {channel.address}", err=True)
    typer.echo(f"try it: {command(f'channel test {name}')}", err=True)


@app.command("list")
def list_(*, json: Json = False) -> None:
    """Show all channels with their routes, and how it goes with them."""
    from kam_sync.cli import show
    from kam_sync.notify.keeping import known_owners
    from kam_sync.notify.store import ChannelStore, SendStore
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        waiting, store = SendStore(session).waiting(), ChannelStore(session)
        owners, of = known_owners(session), store.routes()
        routes = {key: [_route(one, owners) for one in its] for key, its in of.items()}
        documents = [_document(one, routes.get(one.id), waiting.get(one.id)) for one in store.all()]
        zone = services.zone
    if json:
        show.as_json({"channels": documents})
        return
    if not documents:
        typer.echo(f"no channel yet; make one: {command('channel add --help')}", err=True)
        return
    columns = (
        "name", "state", show.Column("waiting", is_number=True), "next goes at",
        show.Column("address", rank=2),
        show.Column("last success", rank=1), "last error",
    )  # fmt: skip
    rows = [
        (d["name"], d["state"], d["waiting"], show.moment(d["next_at"], zone), d["address"],
         show.moment(d["last_success_at"], zone), d["last_error"])
        for d in documents
    ]  # fmt: skip
    show.table("Channels", columns, rows)
    for document in documents:
        for route in document["routes"]:
            typer.echo(f"{document['name']}: {_said(route)}")


@app.command("set")
def set_(
    name: Name,
    *,
    url: Url = None,
    locale: Language = None,
    zone: Annotated[
        str | None, typer.Option(help='Another zone; "" for that of the house.')
    ] = None,
) -> None:
    """Change where a channel leads, its language or its zone; what is left out stays."""
    from kam_sync import channelling
    from kam_sync.cli.consents import read_secret
    from kam_sync.wiring import open_services

    secret = None if url is None else read_secret(url, "--url", "apprise URL")
    with open_services(read_settings()) as services:
        channel = channelling.change(services, name, url=secret, locale=locale, zone=zone)
    typer.echo(f"channel {name}: {channel.address}, {channel.locale.value}", err=True)


@app.command("test")
def try_(name: Name, *, json: Json = False) -> None:
    """Send a trial now; exit code 1 when it was not taken."""
    from kam_sync import channelling
    from kam_sync.cli import show
    from kam_sync.web.wording import letters
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        channel = channelling.named(services, name)
        tried = channelling.test(services, channel, letters.trial(services, channel))
    if json:
        show.as_json({"is_taken": tried.is_good, "error": tried.error})
    else:
        said = "taken: look whether it has come" if tried.is_good else f"failed: {tried.error}"
        typer.echo(f"channel {name}: {said}")
    if not tried.is_good:
        raise typer.Exit(1)


@app.command()
def pause(name: Name) -> None:
    """Tell nothing by it; what is to be told meanwhile is kept."""
    from kam_sync import channelling
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        channelling.pause(session, name)
    typer.echo(f"channel {name}: paused", err=True)


@app.command()
def resume(name: Name) -> None:
    """Go on with it, and tell what waits."""
    from kam_sync import channelling
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        channelling.resume(session, name, services.now())
    typer.echo(f"channel {name}: active", err=True)


@app.command()
def remove(
    name: Name, *, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False
) -> None:
    """Forget a channel, its routes and what waits for it."""
    from kam_sync import channelling
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        channelling.named(services, name)  # before anybody is asked about it
        if not yes:
            typer.confirm(f"Delete channel {name} and all that waits for it?", abort=True)
        with services.database.transaction() as session:
            channelling.remove(session, name, services.now())
    typer.echo(f"channel {name}: removed", err=True)


@app.command()
def route(  # noqa: PLR0913 - each is an option of the command
    name: Name,
    *,
    owner: Annotated[
        str,
        typer.Option(help='Whose accounts: a name, an e-mail, source:id, "nobody"; anybody\'s.'),
    ] = "",
    kpi: Annotated[str, typer.Option(help="The key of a KPI; any.")] = "",
    rule: Annotated[str, typer.Option(help="The key of a rule; any.")] = "",
    severity: Annotated[
        str, typer.Option(help="low, normal or high: the least grave that goes; low.")
    ] = "",
    event: Annotated[
        list[str] | None,
        typer.Option(help="opened, reminded, worsened, resolved, escalated; again for more."),
    ] = None,
    escalates_after_days: Annotated[
        int | None,
        typer.Option("--escalates-after", help="Working days without an answer; escalated alone."),
    ] = None,
) -> None:
    """Say what goes to a channel; from its first route on, nothing else does."""
    from kam_sync import channelling
    from kam_sync.notify.channel import Through
    from kam_sync.notify.keeping import known_owners
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        wanted = Through(owner, kpi, rule, severity, event or (), escalates_after_days)
        made = channelling.route(session, name, wanted)
        said = _said(_route(made, known_owners(session)))
    typer.echo(f"channel {name}: {said}", err=True)


@app.command()
def unroute(
    name: Name, route_id: Annotated[int, typer.Argument(metavar="ID", help="As `list` shows it.")]
) -> None:
    """Forget a route; without any, everything goes to the channel."""
    from kam_sync import channelling
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        channelling.unroute(session, name, route_id)
    typer.echo(f"channel {name}: route {route_id} is forgotten", err=True)


@app.command()
def sends(
    name: Name,
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The newest so many.")] = 20,
    json: Json = False,
) -> None:
    """Show what a channel has told, or is to tell, and what came of it."""
    from kam_sync.cli import show
    from kam_sync.notify.store import ChannelStore, SendStore
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        channel = ChannelStore(session).by_name(name)
        found = SendStore(session).latest(channel.id, limit=limit)
        documents, zone = [_send(one) for one in found], services.zone
    if json:
        show.as_json({"sends": documents})
        return
    columns = (
        show.Column("id", is_number=True), "event", "alert", "state",
        show.Column("tries", is_number=True, rank=2), show.Column("made", rank=1),
        show.Column("sent", rank=3), "error",
    )  # fmt: skip
    rows = [
        (d["id"], d["event"], d["alert_id"], d["state"], d["attempts"],
         show.moment(d["made_at"], zone), show.moment(d["sent_at"], zone), d["error"])
        for d in documents
    ]  # fmt: skip
    show.table(f"Told by {name}", columns, rows)


@app.command()
def retry(
    name: Name,
    send_ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]...", help="As `sends` shows them.")
    ] = None,
) -> None:
    """Send some once more, or all that was given up."""
    from kam_sync import channelling
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        number = channelling.again(session, name, services.now(), send_ids or ())
    typer.echo(f"{number} to be sent again", err=True)


def _document(
    channel: "Channel", routes: list[dict[str, Any]] | None = None, waiting: "Waiting | None" = None
) -> dict[str, Any]:
    state = "paused" if channel.is_paused else "failing" if channel.failures else "active"
    return {
        **channel.model_dump(exclude={"id"}),
        "state": state,
        "routes": routes or [],
        "waiting": waiting.count if waiting else 0,
        "next_at": waiting and waiting.next_at,
    }


def _route(route: "Route", owners: "list[Owner]") -> dict[str, Any]:
    from kam_sync.notify.route import is_known

    plain = route.model_dump(exclude={"channel_id"})
    return plain | {"is_owner_known": is_known(route.owner, owners)}


def _send(send: "Send") -> dict[str, Any]:
    return send.model_dump(mode="python", exclude={"channel_id", "change_id"})


def _said(route: dict[str, Any]) -> str:
    days = route["escalates_after_days"]
    parts = (
        f"route {route['id']}",
        f"owner {route['owner'] or 'any'}",
        f"kpi {route['kpi'] or 'any'}",
        f"rule {route['rule'] or 'any'}",
        f"severity {route['severity']} and up",
        f"events {' '.join(route['events']) or 'all but escalated'}",
        f"after {days} working days without an answer" if days else "",
        "" if route["is_owner_known"] else "nobody in the CRMs is called so",
    )
    return ", ".join(part for part in parts if part)
