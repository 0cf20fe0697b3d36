"""`kam-sync source ...`: connect CRM accounts and look after them."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kam_sync.base.command import command
from kam_sync.base.errors import WrongUse
from kam_sync.cli import consents, fields, held, kinds, listing, profiles, set_aside, status
from kam_sync.cli.opened import opened

if TYPE_CHECKING:
    from connectors import OAuthApp
    from kam_sync.intake.model import NewSource
    from kam_sync.wiring import Services

app = typer.Typer(no_args_is_help=True, help="Connect CRM accounts and look after them.")
app.command()(kinds.kinds)
app.command()(profiles.profile)
app.command()(profiles.probe)
app.command()(profiles.drop)
app.command()(fields.fields)
app.command("map")(fields.map_)
app.command()(consents.reauth)
app.command()(held.held)
app.command()(held.approve)
app.command()(held.reject)
app.command("list")(listing.list_)
app.command()(status.status)
app.command("set-aside")(set_aside.set_aside)

Name = Annotated[str, typer.Argument(help="The source's name.")]
Token = Annotated[
    str | None,
    typer.Option(help="The access token; - reads it from standard input; asked for if left out."),
]
Options = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="An option of this kind of CRM; repeatable."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command()
def add(  # noqa: PLR0913 - each is an option of the command
    name: Name,
    *,
    kind: Annotated[str, typer.Option(help="Which CRM; kam-sync source kinds lists them.")],
    base_url: Annotated[str, typer.Option(help="Its address, e.g. https://example.amocrm.ru")],
    token: Token = None,
    client_id: consents.ClientId = None,
    client_secret: consents.ClientSecret = None,
    redirect_uri: consents.RedirectUri = None,
    code: consents.Code = None,
    username: consents.Username = None,
    password: consents.Password = None,
    options: Options = None,
    profile: profiles.File = None,
    secrets: profiles.Secrets = None,
    unchecked: Annotated[
        bool, typer.Option("--unchecked", help="Keep it even if it cannot be reached now.")
    ] = False,
) -> None:
    """Connect one CRM account by a token or by OAuth, after asking it who it is.

    Example: kam-sync source add sales --kind amocrm --base-url https://example.amocrm.ru --token -
    """
    from kam_sync import connecting
    from kam_sync.intake.model import NewSource
    from kam_sync.wiring import wants_token

    if sum(one is not None for one in (token, client_id, username)) > 1:
        raise WrongUse("--token, --client-id or --username: give one of them, they are three ways")
    new = NewSource(name=name, kind=kind, base_url=base_url.strip().rstrip("/"))
    wanted = _parse(options or []) | profiles.text_of(profile)
    words = consents.OAuthWords(client_id, client_secret, redirect_uri, code)
    with opened() as services:
        connecting.check_new(services, name)
        if username is not None:
            person = consents.of_person(kind, username)
            given = consents.read_secret(password, "--password", "Password")
            _follow(services, new, person, given, wanted)
        elif client_id is None:
            is_open = token is None and (secrets or not wants_token(kind, wanted))
            plain = None if is_open else _read_token(token)
            secret = profiles.joined(plain, secrets or []) or ""
            _add_by_token(services, new, secret, wanted, unchecked=unchecked)
        else:
            _follow(services, new, words.app(kind), words.code, wanted)
        fields.offer(services, name)
    typer.echo(f"Next: {command(f'sync {name}')}", err=True)


def _add_by_token(
    services: "Services",
    new: "NewSource",
    token: str,
    wanted: dict[str, str],
    *,
    unchecked: bool,
) -> None:
    from kam_sync import connecting

    source, about = connecting.add(services, new, token, wanted, unchecked=unchecked)
    said = f"account {about.account} ({about.name})" if about else "not checked"
    typer.echo(f"{source.name}: connected, {said}", err=True)
    for warning in about.warnings if about else ():
        typer.echo(f"{source.name}: {warning}", err=True)


def _follow(
    services: "Services",
    new: "NewSource",
    app: "OAuthApp",
    code: str | None,
    wanted: dict[str, str],
) -> None:
    from kam_sync.consenting import Wish

    consents.follow(services, Wish(new.name, new.kind, new.base_url, app, wanted), code)
    typer.echo(f"{new.name}: connected", err=True)


@app.command()
def check(name: Name, *, json: Json = False) -> None:
    """Ask a CRM account who it is: proves address, token and rights."""
    from kam_sync import asking, field_map
    from kam_sync.cli import show

    with opened() as services:
        about = asking.check(services, name)
        wrong = field_map.wrongs(services, name)
    warnings = [*(about.warnings if about else ()), *wrong]
    if json:
        account, called = (about.account, about.name) if about else ("", "")
        said = {"source": name, "remote_account": account, "remote_name": called}
        show.as_json({**said, "warnings": warnings})
        return
    typer.echo(f"{name}: fine" + (f", account {about.account} ({about.name})" if about else ""))
    for warning in warnings:
        typer.echo(f"{name}: {warning}", err=True)


@app.command("set")
def set_(  # noqa: PLR0913 - each is an option of the command
    name: Name,
    *,
    base_url: Annotated[str | None, typer.Option(help="Another address.")] = None,
    token: Annotated[
        str | None, typer.Option(help="Another token; - reads standard input.")
    ] = None,
    options: Options = None,
    profile: profiles.File = None,
    secrets: profiles.Secrets = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask about another address.")] = False,
) -> None:
    """Change a source's address, token or options (KEY= takes an option away).

    Another address is asked who it is and for some records that we have. Where it gives them, the
    account has moved: only what changes is read on. Where it does not, all of it is read anew, and
    what it does not have is deleted here, much of it only after a person has approved. Of several
    secrets all are given again.
    """
    from kam_sync import asking, connecting

    base_url = (base_url or "").strip().rstrip("/") or None
    settings = _parse(options or []) | profiles.text_of(profile)
    given = None if token is None else _read_token(token)
    secret = profiles.joined(given, secrets or [])
    with opened() as services:
        if secret is None and not connecting.differs(services, name, base_url, settings):
            typer.echo(f"{name}: nothing changed: all of that is set so already", err=True)
            return
        moves = base_url if _is_moved(services, name, base_url) else None
        is_ours = None
        if secret is not None or moves:
            is_ours = asking.try_out(services, name, secret, base_url=moves, options=settings)
        if is_ours is not None and not yes:
            _confirm_move(name, moves or "", is_ours=is_ours)
        is_other = is_ours is False
        connecting.change(
            services, name, base_url=base_url, options=settings, token=secret, anew=is_other
        )
    let_in = "" if secret is None else "the CRM lets us in with the new token; "
    typer.echo(f"{name}: changed; {let_in}{_NEXT[is_other]}", err=True)
    if is_other:
        typer.echo(
            f"Next: {command(f'sync {name}')}, then: {command(f'source held {name}')}", err=True
        )


_NEXT = {
    False: "its records are translated anew at the next sync",
    True: "it is taken for another account, and the next sync reads all of it anew",
}


def _is_moved(services: "Services", name: str, base_url: str | None) -> bool:
    """Whether a source that was read from one address is to be read from another one."""
    from kam_sync.intake.store import SourceStore

    with services.database.transaction() as session:
        source = SourceStore(session).by_name(name)
        return bool(source.remote_account) and base_url not in {None, source.base_url}


_MOVES = {
    True: "that address gives the records that we have: it is the same account, nothing is read "
    "again, and only what changes is read on",
    False: "that address does not give the records that we have, so it is taken for another "
    "account: all of it is read anew, and what it does not have is deleted here, much of it only "
    "after you have approved. To keep what is here, connect it as a source of its own",
}


def _confirm_move(name: str, base_url: str, *, is_ours: bool) -> None:
    if not sys.stdin.isatty():
        raise WrongUse(f"{name}: {_MOVES[is_ours]}; to go on: --yes")
    typer.confirm(f"{name}: {_MOVES[is_ours]}. Read it from {base_url}?", abort=True)


@app.command()
def pause(name: Name) -> None:
    """Stop pulling a source; what was pulled stays."""
    _set_paused(name, paused=True)


@app.command()
def resume(name: Name) -> None:
    """Pull a paused source, or one that needed a person, again."""
    _set_paused(name, paused=False)


@app.command()
def remove(
    name: Name,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget a source with all that came from it. Pause it instead to keep the data.

    Cut short, it goes on when it is asked for again.
    """
    from kam_sync import removing
    from kam_sync.intake.store import SourceStore

    with opened() as services:
        with services.database.transaction() as session:
            SourceStore(session).by_name(name)  # before anybody is asked about it
        if not yes:
            typer.confirm(f"Delete source {name} and all records pulled from it?", abort=True)
        is_told = removing.remove(services, name)
    typer.echo(f"{name}: removed", err=True)
    if not is_told:
        said = "the CRM could not be told to call us no more; delete our webhook in its settings"
        typer.echo(f"{name}: {said}", err=True)


def _set_paused(name: str, *, paused: bool) -> None:
    from kam_sync import connecting

    with opened() as services:
        source = connecting.set_paused(services, name, paused=paused)
    typer.echo(f"{name}: {source.state.value}", err=True)


def _read_token(given: str | None) -> str:
    return consents.read_secret(given, "--token", "Access token")


def _parse(pairs: list[str]) -> dict[str, str]:
    parsed = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise WrongUse(f"--set {pair}: write it as key=value")
        parsed[key.strip()] = value.strip()
    return parsed
