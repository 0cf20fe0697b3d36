"""Commands that wait for a person's consent in the CRM, and how secrets are typed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from kam_sync.base.command import command
from kam_sync.base.errors import CrmTrouble, WrongUse
from kam_sync.base.settings import read_settings

if TYPE_CHECKING:
    from connectors import OAuthApp
    from kam_sync.consenting import Wish
    from kam_sync.intake.grant import Consent
    from kam_sync.wiring import Services

_GLANCE = 1.0
_AGAIN = 30.0

ClientId = Annotated[
    str | None, typer.Option(help="Connect by OAuth: the id of your integration in the CRM.")
]
ClientSecret = Annotated[
    str | None, typer.Option(help="Its secret; - reads it from standard input.")
]
RedirectUri = Annotated[
    str | None,
    typer.Option(help="Its redirect URI; KAM_SYNC_PUBLIC_URL/oauth/KIND/callback if left out."),
]
Code = Annotated[
    str | None, typer.Option(help="A code from the integration's card, instead of a link.")
]
Username = Annotated[
    str | None, typer.Option(help="Connect by a user name and a password: the name.")
]
Password = Annotated[
    str | None, typer.Option(help="The password; - reads it from standard input. It is not kept.")
]


@dataclass(frozen=True, slots=True)
class OAuthWords:
    """What was typed of an integration."""

    client_id: str | None = None
    client_secret: str | None = None
    redirect_uri: str | None = None
    code: str | None = None

    def app(self, kind: str) -> "OAuthApp":
        """The integration."""
        from connectors import OAuthApp
        from kam_sync.consenting import callback_of
        from kam_sync.wiring import can_take_password

        if can_take_password(kind):
            raise WrongUse(f"--client-id: {kind} takes a token, or --username and --password")
        redirect_uri = self.redirect_uri or callback_of(read_settings(), kind)
        secret = read_secret(self.client_secret, "--client-secret", "Client secret")
        return OAuthApp((self.client_id or "").strip(), secret, redirect_uri)


def reauth(  # noqa: PLR0913 - each is an option of the command
    name: Annotated[str, typer.Argument(help="The source's name.")],
    *,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    redirect_uri: RedirectUri = None,
    code: Code = None,
    username: Username = None,
    password: Password = None,
) -> None:
    """Open a source anew by OAuth or a password, as before or by another integration or user."""
    from kam_sync import consenting
    from kam_sync.intake.store import SourceStore
    from kam_sync.wiring import can_take_password, open_services

    words = OAuthWords(client_id, client_secret, redirect_uri, code)
    with open_services(read_settings()) as services:
        with services.database.transaction() as session:
            kind = SourceStore(session).by_name(name).kind
        app = words.app(kind) if client_id else None
        if can_take_password(kind):
            app = of_person(kind, username) if username else None
            code = read_secret(password, "--password", "Password")
        follow(services, consenting.wish_anew(services, name, app), code)
    typer.echo(f"{name}: open again. Next: {command(f'sync {name}')}", err=True)


def of_person(kind: str, username: str) -> "OAuthApp":
    """Who signs in with a password. WrongUse where that is not the way."""
    from connectors import OAuthApp
    from kam_sync.wiring import can_take_password

    if not can_take_password(kind):
        raise WrongUse(f"--username: {kind} gives no access for a password; see `source kinds`")
    return OAuthApp.of_person(username.strip())


def follow(services: "Services", wish: "Wish", code: str | None) -> None:
    """Exchange a code, or print the link and wait until the person has come back."""
    from kam_sync import consenting

    if code is not None:
        _wait(services, consenting.redeem(services, wish, code.strip()))
        return
    consent, link = consenting.begin(services, wish)
    with _listening(services, wish.app.redirect_uri):
        typer.echo(f"Open this in a browser, as an administrator, and allow access:\n\n{link}\n")
        until = consent.until.astimezone(services.zone)
        typer.echo(f"Waiting until {until:%H:%M} ({services.zone}); Ctrl+C ends it.", err=True)
        _wait(services, consent)


def read_secret(given: str | None, option: str, prompt: str) -> str:
    """A secret: as given, from standard input, or asked for."""
    if given == "-":
        return sys.stdin.readline().strip()
    if given is not None:
        return given.strip()
    if not sys.stdin.isatty():
        raise WrongUse(f"{option}: give it, or - to read it from standard input")
    return str(typer.prompt(prompt, hide_input=True)).strip()


def _wait(services: "Services", consent: "Consent") -> None:
    from kam_sync import consenting
    from kam_sync.intake.grant import ConsentState

    found = consent
    while services.now() < found.until + timedelta(minutes=1):
        found = consenting.settle(services, consent.digest)
        match found.state:
            case ConsentState.DONE:
                return
            case ConsentState.DENIED:
                raise CrmTrouble(f"{consent.name}: access was refused in the CRM")
            case ConsentState.FAILED:
                raise CrmTrouble(found.message)
            case ConsentState.KEPT:
                typer.echo(f"Not connected yet: {found.message or 'another process is at it'}; "
                           f"tried again every {_AGAIN:.0f} seconds.", err=True)  # fmt: skip
                Event().wait(_AGAIN)
            case ConsentState.WAITING | ConsentState.TAKEN:
                Event().wait(_GLANCE)
    raise CrmTrouble(f"{consent.name}: nobody came back in time; begin again")


@contextmanager
def _listening(services: "Services", redirect_uri: str) -> Iterator[None]:
    """Serve the way back ourselves where it leads to this machine and nobody listens there."""
    import uvicorn

    from kam_sync.cli.serving import is_free
    from kam_sync.web.app import create_app

    parts = urlsplit(redirect_uri)
    host, port = parts.hostname or "", parts.port or 80
    if parts.scheme != "http" or not _is_here(host) or not is_free(host, port):
        yield
        return
    app = create_app(services, hosts=[host])
    server = uvicorn.Server(uvicorn.Config(app, host=host, port=port, log_config=None, ws="none"))
    thread = Thread(target=server.run, name="callback", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
