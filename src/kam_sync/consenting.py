"""How a person lets us into a CRM account by OAuth: a link that is good once, and what comes back.

The link may be made by a command and the browser come back to a web process: all that they share
is a row of the database, known by the digest of the state in the link.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

import structlog
from pydantic import TypeAdapter

from connectors import (
    ConnectorError,
    Credentials,
    ErrorKind,
    Grant,
    KnowsItself,
    NeedsReauth,
    OAuthApp,
    Returned,
)
from kam_sync import connecting
from kam_sync.base.command import command
from kam_sync.base.errors import Busy, CrmTrouble, KamSyncError, NotHere, WrongSettings, WrongUse
from kam_sync.base.settings import Settings
from kam_sync.granting import Issued, kind_of, seal_app, unseal_app
from kam_sync.intake.grant import Consent, ConsentState
from kam_sync.intake.model import NewSource, SourceState
from kam_sync.intake.store import ConsentStore, GrantStore, SourceStore
from kam_sync.wiring import Services, open_connector

_log = structlog.get_logger("kam_sync.consenting")

_LASTS = timedelta(minutes=20)
_GRANT = TypeAdapter(Grant)


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
                f"source {name} is opened by a token: give another one "
                f"({command(f'source set {name} --token -')}), or an integration (--client-id, "
                "--client-secret)"
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


def redeem(services: Services, wish: Wish, code: str) -> Consent:
    """Exchange a code that a person has copied; the source is opened when it is settled."""
    consent, _ = begin(services, wish)
    _note(services, consent, partial(_exchange, services, consent, Returned("", code)))
    return look(services, consent.digest)


def receive(services: Services, kind: str, params: Mapping[str, str]) -> str | None:
    """Exchange what a browser brings back; the digest of the consent, or None when not ours."""
    returned = services.grants(kind).read_return(params)
    digest = _digest(returned.state)
    with services.database.transaction() as session:
        is_taken = ConsentStore(session).take(digest, services.now())
        consent = ConsentStore(session).get(digest)
    if consent is None:
        return None
    if is_taken:
        _note(services, consent, partial(_exchange, services, consent, returned))
    return digest


def settle(services: Services, digest: str) -> Consent:
    """How a consent stands, once it was tried (again) to open the source with what is kept."""
    consent = look(services, digest)
    if consent.state is ConsentState.KEPT and consent.until > services.now():
        with suppress(Busy), services.database.alone(f"consent {digest}"):
            consent = look(services, digest)
            if consent.state is ConsentState.KEPT:
                _note(services, consent, partial(_open, services, consent))
    return look(services, digest)


def look(services: Services, digest: str) -> Consent:
    """How a consent stands."""
    with services.database.transaction() as session:
        found = ConsentStore(session).get(digest)
    if found is None:
        raise NotHere("this link was never given out, or long ago")
    return found


def waits_at(services: Services, port: int) -> Consent | None:
    """The consent whose way back leads to this port, if one is waited for."""
    with services.database.transaction() as session:
        waiting = ConsentStore(session).waiting(services.now())
    for consent in waiting:
        way_back = urlsplit(unseal_app(services.cipher, consent.sealed_app).redirect_uri)
        if (way_back.port or {"https": 443}.get(way_back.scheme, 80)) == port:
            return consent
    return None


def read_notice(services: Services, kind: str, params: Mapping[str, str]) -> list[int]:
    """The sources whose account is said to have switched us off; none when it is not proved."""
    grants, found = services.grants(kind), []
    with services.database.transaction() as session:
        for source in SourceStore(session).all():
            sealed = GrantStore(session).of(source.id) if source.kind == kind else None
            if sealed is None:
                continue
            try:
                app = unseal_app(services.cipher, sealed.sealed_app)
            except WrongSettings as error:  # of this source; it may well be about another
                _log.warning("notice not compared", source=source.name, message=str(error))
                continue
            if grants.read_disconnect(app, params) == source.remote_account:
                found.append(source.id)
    return found


def ask_whether_let_in(services: Services, source_ids: Iterable[int]) -> None:
    """Stop sources that their CRM lets in no more: what one is told may be told again for ever.

    Where the CRM does not say, the next sync finds out: it begins with the same question.
    """
    for source_id in source_ids:
        try:
            _ask_whether_let_in(services, source_id)
        except (
            ConnectorError,
            KamSyncError,
        ) as error:  # of this source; the others have their turn
            _log.warning("notice not checked", source_id=source_id, message=str(error))


def _ask_whether_let_in(services: Services, source_id: int) -> None:
    with services.database.transaction() as session:
        source = SourceStore(session).by_id(source_id)
        access = SourceStore(session).access(source_id)
        session.expunge_all()
    try:
        with closing(services.open(source, access)) as connector:
            if isinstance(connector, KnowsItself):
                connector.about()
    except NeedsReauth as error:
        said = "the integration was switched off in the CRM; switch it on and allow it anew"
        state, kind = SourceState.NEEDS_REAUTH, ErrorKind.SWITCHED_OFF
        with services.database.transaction() as session:
            SourceStore(session).judge(source_id, access.sealed_token, state, said, kind)
        _log.warning("switched off in the CRM", source=source.name, message=str(error))


def _note(services: Services, consent: Consent, work: Callable[[], ConsentState]) -> None:
    """Do a part of it, and write down how the consent stands then."""
    said, kind = "", ErrorKind.OTHER
    try:
        state = work()
    except KamSyncError as error:
        is_kept = consent.state is ConsentState.KEPT and not _is_final(error)
        state = ConsentState.KEPT if is_kept else ConsentState.FAILED
        said, kind = str(error), kind_of(error)
    except Exception:  # noqa: BLE001 - recorded; somebody waits for the outcome, whatever it is
        _log.exception("consent failed unexpectedly", source=consent.name)
        state, said = ConsentState.FAILED, "unexpected; the log of kam_sync says more: begin again"
    _log.info("consent", source=consent.name, state=state.value, message=said)
    with services.database.transaction() as session:
        ConsentStore(session).note(consent.digest, state, said, kind)


def _is_final(error: KamSyncError) -> bool:
    """Whether it helps to begin again and nothing else; a CRM that is away comes back."""
    return isinstance(error, WrongUse) or isinstance(error.__cause__, NeedsReauth)


def _exchange(services: Services, consent: Consent, returned: Returned) -> ConsentState:
    """Keep what the code is worth before it is used: after that, the code is worth nothing."""
    if returned.is_refused:
        return ConsentState.DENIED
    wish = _wish(services, consent)
    if returned.client_id not in {"", wish.app.client_id}:
        raise WrongUse("what came back is about another integration")
    if returned.host:  # nobody vouches for it, and it is about to be told the client secret
        base_url = services.admit_beside(wish.kind, wish.base_url, returned.host)
        wish = replace(wish, base_url=base_url)
    _check(services, wish)
    grants = services.grants(wish.kind, _turn_key(services, wish))
    try:
        grant = grants.exchange(wish.app, wish.base_url, returned.code)
    except ConnectorError as error:
        raise CrmTrouble(f"source {wish.name} is not connected: {error}") from error
    sealed = services.cipher.lock(_GRANT.dump_json(grant).decode())
    digest, until = consent.digest, services.now() + _LASTS
    services.granting.surely(lambda session: ConsentStore(session).keep(digest, sealed, until))
    return ConsentState.KEPT


def _open(services: Services, consent: Consent) -> ConsentState:
    """Open the source with what is kept."""
    wish = _wish(services, consent)
    grant = _GRANT.validate_json(services.cipher.unlock(consent.sealed_grant))
    issued = Issued(wish.app, grant)
    if wish.source_id is not None:
        connecting.regrant(services, wish.source_id, issued)
    else:
        new = NewSource(name=wish.name, kind=wish.kind, base_url=grant.base_url)
        connecting.add(services, new, issued, wish.options)
    return ConsentState.DONE


def _wish(services: Services, consent: Consent) -> Wish:
    app = unseal_app(services.cipher, consent.sealed_app)
    asked = consent.name, consent.kind, consent.base_url, app, consent.options
    return Wish(*asked, source_id=consent.source_id)


def _turn_key(services: Services, wish: Wish) -> str:
    """Whose turns a code is exchanged in."""
    if wish.source_id is None:
        return NewSource(name=wish.name, kind=wish.kind, base_url=wish.base_url).turn_key
    with services.database.transaction() as session:
        return SourceStore(session).by_id(wish.source_id).turn_key


def _check(services: Services, wish: Wish) -> None:
    """Refuse now what would fail when the person comes back."""
    if wish.source_id is None:
        connecting.check_new(services, wish.name)
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
