"""How a person lets us into a CRM account by OAuth: a link that is good once, and what comes back.

The link may be made by a command and the browser come back to a web process: all that they share
is a row of the database, known by the digest of the state in the link.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import urlsplit

import structlog

from connectors import ConnectorError, Credentials, ErrorKind, OAuthApp, Return
from kam_sync import connecting
from kam_sync.base.errors import CrmTrouble, KamSyncError, NotHere, WrongUse
from kam_sync.base.settings import Settings
from kam_sync.granting import Issued, kind_of, seal_app, unseal_app
from kam_sync.intake.grant import Consent, ConsentState
from kam_sync.intake.model import NewSource, Source, SourceState
from kam_sync.intake.store import ConsentStore, GrantStore, SourceStore
from kam_sync.wiring import Services, open_connector

_log = structlog.get_logger("kam_sync.consenting")

_LASTS = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to open by OAuth: a new source, or one that there is."""

    name: str
    kind: str
    base_url: str
    app: OAuthApp
    options: Mapping[str, str] = field(default_factory=dict)
    source_id: int | None = None


def callback_of(settings: Settings, kind: str) -> str:
    """The redirect URI of this installation, to be registered with the CRM."""
    if settings.public_url is None:
        raise WrongUse(
            "--redirect-uri: give the one that is registered with the integration, or set "
            f"KAM_SYNC_PUBLIC_URL, to which /oauth/{kind}/callback is added"
        )
    return f"{str(settings.public_url).rstrip('/')}/oauth/{kind}/callback"


def wish_anew(services: Services, name: str, app: OAuthApp | None = None) -> Wish:
    """To open a source anew, by the app that is known or by another one."""
    with services.database.transaction() as session:
        source = SourceStore(session).by_name(name)
        sealed = GrantStore(session).of(source.id)
        if app is None and sealed is None:
            raise WrongUse(
                f"source {name} is opened by a token: give another one (kam-sync source set {name} "
                "--token -), or an integration (--client-id, --client-secret)"
            )
        known = app or unseal_app(services.cipher, sealed.sealed_app if sealed else "")
        return Wish(name, source.kind, source.base_url, known, {}, source.id)


def begin(services: Services, wish: Wish) -> tuple[Consent, str]:
    """Begin to wait for a person; also gives the link for them, which is kept nowhere."""
    _check(services, wish)
    state = secrets.token_urlsafe(32)
    consent = Consent(
        digest=_digest(state),
        kind=wish.kind,
        name=wish.name,
        base_url=wish.base_url,
        options=dict(wish.options),
        sealed_app=seal_app(services.cipher, wish.app),
        source_id=wish.source_id,
        until=services.now() + _LASTS,
    )
    with services.database.transaction() as session:
        ConsentStore(session).add(consent)
    return consent, services.grants(wish.kind).consent_url(wish.app, wish.base_url, state)


def conclude(services: Services, wish: Wish, code: str) -> Source:
    """Exchange a code, and open the source with what it is worth."""
    _check(services, wish)
    grants = services.grants(wish.kind, _turn_key(services, wish))
    try:
        grant = grants.exchange(wish.app, wish.base_url, code)
    except ConnectorError as error:
        raise CrmTrouble(f"source {wish.name} is not connected: {error}") from error
    issued = Issued(wish.app, grant)
    if wish.source_id is not None:
        return connecting.regrant(services, wish.source_id, issued)
    new = NewSource(name=wish.name, kind=wish.kind, base_url=grant.base_url)
    return connecting.add(services, new, issued, wish.options)[0]


def receive(services: Services, kind: str, params: Mapping[str, str]) -> str | None:
    """Take what a browser brings back; the digest of the consent, or None when it is not ours."""
    returned = services.grants(kind).read_return(params)
    digest = _digest(returned.state)
    with services.database.transaction() as session:
        is_taken = ConsentStore(session).take(digest, services.now())
        consent = ConsentStore(session).get(digest)
    if consent is None:
        return None
    if is_taken:
        state, message, kind = _outcome(services, consent, returned)
        _log.info("consent came back", source=consent.name, state=state.value, message=message)
        with services.database.transaction() as session:
            ConsentStore(session).end(digest, state, message, kind)
    return digest


def look(services: Services, digest: str) -> Consent:
    """How a consent stands."""
    with services.database.transaction() as session:
        found = ConsentStore(session).get(digest)
    if found is None:
        raise NotHere("this link was never given out, or long ago")
    return found


def disconnect(services: Services, kind: str, params: Mapping[str, str]) -> list[str]:
    """Stop the sources of an account that was disconnected in the CRM, if the notice is proved."""
    grants, stopped = services.grants(kind), []
    with services.database.transaction() as session:
        sources = SourceStore(session)
        for source in sources.all():
            sealed = GrantStore(session).of(source.id) if source.kind == kind else None
            if sealed is None:
                continue
            app = unseal_app(services.cipher, sealed.sealed_app)
            if grants.read_disconnect(app, params) == source.remote_account:
                token = sources.access(source.id).sealed_token
                said = "the integration was switched off in the CRM; switch it on and allow it anew"
                state, kind = SourceState.NEEDS_REAUTH, ErrorKind.SWITCHED_OFF
                sources.judge(source.id, token, state, said, kind)
                stopped.append(source.name)
    _log.info("disconnect notice", kind=kind, sources=stopped)
    return stopped


def _outcome(
    services: Services, consent: Consent, returned: Return
) -> tuple[ConsentState, str, ErrorKind]:
    if returned.is_refused:
        return ConsentState.DENIED, "", ErrorKind.OTHER
    try:
        _fulfil(services, consent, returned)
    except KamSyncError as error:
        return ConsentState.FAILED, str(error), kind_of(error)
    except Exception:  # noqa: BLE001 - recorded; somebody waits for the outcome, whatever it is
        _log.exception("consent failed unexpectedly", source=consent.name)
        said = "unexpected; the log of kam_sync says more: begin again"
        return ConsentState.FAILED, said, ErrorKind.OTHER
    return ConsentState.DONE, "", ErrorKind.OTHER


def _fulfil(services: Services, consent: Consent, returned: Return) -> None:
    wish = Wish(
        consent.name,
        consent.kind,
        consent.base_url,
        unseal_app(services.cipher, consent.sealed_app),
        consent.options,
        consent.source_id,
    )
    if returned.client_id not in {"", wish.app.client_id}:
        raise WrongUse("what came back is about another integration")
    if returned.host:  # nobody vouches for it, and it is about to be told the client secret
        base_url = services.admit_beside(wish.kind, wish.base_url, returned.host)
        wish = replace(wish, base_url=base_url)
    conclude(services, wish, returned.code)


def _turn_key(services: Services, wish: Wish) -> str:
    """Whose turns a code is exchanged in."""
    if wish.source_id is None:
        return NewSource(name=wish.name, kind=wish.kind, base_url=wish.base_url).turn_key
    with services.database.transaction() as session:
        return SourceStore(session).by_id(wish.source_id).turn_key


def _check(services: Services, wish: Wish) -> None:
    """Refuse now what would fail when the person comes back."""
    connecting.check_name(wish.name)
    with services.database.transaction() as session:
        if wish.source_id is None and wish.name in {s.name for s in SourceStore(session).all()}:
            raise WrongUse(f"source {wish.name}: this name is taken")
    if not wish.app.client_id.strip() or not wish.app.client_secret.strip():
        raise WrongUse("give a token, or client id and client secret as the integration shows them")
    parts = urlsplit(wish.app.redirect_uri)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise WrongUse(f"redirect URI {wish.app.redirect_uri!r}: not an http(s) address")
    placeholder = Credentials(wish.base_url, "none-yet", wish.options)
    open_connector(wish.kind, placeholder).close()
    services.admit(wish.kind, wish.base_url)


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
