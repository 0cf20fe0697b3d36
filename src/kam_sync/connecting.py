"""How a CRM account is connected, checked, changed and let go: what both doors offer."""

import re
from collections.abc import Mapping
from contextlib import closing

import kam_sync.intake.absence
from connectors import (
    About,
    Credentials,
    Deletions,
    ErrorKind,
    Noun,
    NounFacts,
    ends_at,
)
from kam_sync import field_map
from kam_sync.accounts.store import SavingStore
from kam_sync.asking import ask_who, refuse_another
from kam_sync.base.command import command
from kam_sync.base.db import Session
from kam_sync.base.errors import WrongUse
from kam_sync.granting import Issued, seal_grant, unseal_grant
from kam_sync.intake.model import NewSource, Origin, Source, SourceState
from kam_sync.intake.store import GrantStore, RawStore, SourceStore, SubscriptionStore
from kam_sync.wiring import Services, open_connector, seal

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")

Secret = str | Issued
"""What opens a CRM account: a token, or a grant by OAuth with the app it was given to."""


def add(
    services: Services,
    new: NewSource,
    secret: Secret,
    options: Mapping[str, str],
    *,
    unchecked: bool = False,
) -> tuple[Source, About | None]:
    """Connect a CRM account; nothing is kept when it cannot be reached, unless `unchecked`."""
    check_new(services, new.name)
    credentials = Credentials(new.base_url, _token(secret), options)
    about, fields = ask_who(services, new, credentials, ask=not unchecked)
    with services.database.transaction() as session:
        sources = SourceStore(session)
        same = sources.of_account(new.kind, about.account) if about else None
        if same is not None:
            raise WrongUse(
                f"source {same.name} is connected to this CRM account already",
                kind=ErrorKind.ALREADY_CONNECTED,
            )
        access = seal(services.cipher, _plain(secret), options)
        access.field_map = field_map.guessed(fields)
        account = about.account if about else ""
        source = sources.add(new, access, services.now(), remote_account=account)
        SavingStore(session, source.id).save(Noun.FIELD, fields, services.now())
        _keep(services, session, source.id, secret)
        if about:
            sources.learn(source.id, account=about.account, name=about.name, facts=about.facts)
        return _detached(session, source), about


def check_new(services: Services, name: str) -> None:
    """WrongUse when a new source cannot be called so, or another is."""
    if not _NAME.fullmatch(name):
        raise WrongUse(
            f"source name {name!r}: use up to 64 Latin letters, digits, dots, dashes",
            kind=ErrorKind.WRONG_NAME,
        )
    with services.database.transaction() as session:
        if name in {source.name for source in SourceStore(session).all()}:
            raise WrongUse(
                f"source {name}: this name is taken; choose another", kind=ErrorKind.NAME_TAKEN
            )


def change(
    services: Services,
    name: str,
    *,
    base_url: str | None = None,
    token: str | None = None,
    options: Mapping[str, str] | None = None,
    anew: bool = False,
) -> Source:
    """Set another address, token or options; all its raw records are translated anew.

    Busy while the source is being pulled: that sync would go on translating in the old way.

    Args:
        anew: another account's records stand behind it now: the next sync reads all of them.
    """
    source_id = _id_of(services, name)
    with (
        services.database.alone(f"source {source_id}"),
        services.database.alone(f"grant {source_id}", wait=True),
        services.database.transaction() as session,
    ):
        sources = SourceStore(session)
        source = sources.by_id(source_id)
        before = sources.access(source.id)
        secret = _known(services, session, source) if token is None else token
        merged = {**before.options, **(options or {})}
        wanted = {key: value for key, value in merged.items() if value != ""}
        url = base_url or source.base_url
        known = Credentials(url, _token(secret), {**before.facts, **wanted})
        ask_who(services, source, known, ask=False)
        access = seal(services.cipher, _plain(secret), wanted)
        sources.change_access(source.id, base_url=url, access=access)
        if token is not None:
            _keep(services, session, source.id, token)
        SavingStore(session, source.id).translate_again()
        if anew:
            with closing(open_connector(source.kind, known)) as connector:
                _begin_anew(services, session, source.id, connector.nouns)
        if token is not None or base_url is not None or source.state is SourceState.NEEDS_PERSON:
            _try_again(sources, source)
        SubscriptionStore(session).ask_soon(source.id)
        return _detached(session, source)


def differs(
    services: Services, name: str, base_url: str | None, options: Mapping[str, str]
) -> bool:
    """Whether setting these would change anything: the source, or that it waits for a person."""
    with services.database.transaction() as session:
        sources = SourceStore(session)
        source = sources.by_name(name)
        before = dict(sources.access(source.id).options)
        wanted = {key: value for key, value in {**before, **options}.items() if value != ""}
        is_moved = base_url not in {None, source.base_url}
        return is_moved or wanted != before or source.state is SourceState.NEEDS_PERSON


def move(services: Services, name: str, base_url: str, token: str) -> Source:
    """Follow a source to another address with another token; its records stay as they are."""
    with services.database.transaction() as session:
        source = SourceStore(session).by_name(name)
        source_id, kind = source.id, source.kind
    return _reopen(services, source_id, services.admit(kind, base_url), token)


def renew_token(services: Services, source_id: int, token: str) -> Source:
    """Open a source by another token, which must be to the same CRM account."""
    with services.database.transaction() as session:
        base_url = SourceStore(session).by_id(source_id).base_url
    return _open_anew(services, source_id, base_url, token)


def regrant(services: Services, source_id: int, issued: Issued) -> Source:
    """Open a source by a new grant, which must be to the same CRM account."""
    return _open_anew(services, source_id, issued.grant.base_url, issued)


def _open_anew(services: Services, source_id: int, base_url: str, secret: Secret) -> Source:
    with services.database.transaction() as session:
        source = SourceStore(session).by_id(source_id)
        access = SourceStore(session).access(source_id)
        session.expunge_all()
    options = {**access.facts, **access.options}
    credentials = Credentials(base_url, _token(secret), options)
    about, _ = ask_who(services, source, credentials, ask=True)
    refuse_another(source, about)
    return _reopen(services, source_id, base_url, secret)


def set_paused(services: Services, name: str, *, paused: bool) -> Source:
    """Stop pulling a source, or go on with it; what was pulled stays."""
    with services.database.transaction() as session:
        sources = SourceStore(session)
        source = sources.by_name(name)
        sources.set_state(source.id, SourceState.PAUSED if paused else SourceState.ACTIVE)
        SubscriptionStore(session).ask_soon(source.id)
        return _detached(session, source)


def way_back(source: Source, *, is_granted: bool) -> str:
    """The command with which a person goes on with a source that is not pulled, or with its end."""
    if source.state is SourceState.ACTIVE:
        return ""
    if source.state is SourceState.REMOVING:
        return command(f"source remove {source.name}")
    if source.state is not SourceState.NEEDS_REAUTH:
        return command(f"source resume {source.name}")
    if is_granted:
        return command(f"source reauth {source.name}")
    return command(f"source set {source.name} --token -")


def due(services: Services) -> list[Source]:
    """The sources that are pulled on schedule."""
    with services.database.transaction() as session:
        found = [s for s in SourceStore(session).all() if s.state is SourceState.ACTIVE]
        session.expunge_all()
        return found


def _reopen(services: Services, source_id: int, base_url: str, secret: Secret) -> Source:
    with (
        services.database.alone(f"grant {source_id}", wait=True),
        services.database.transaction() as session,
    ):
        sources = SourceStore(session)
        source = sources.by_id(source_id)
        options = sources.access(source_id).options
        access = seal(services.cipher, _plain(secret), options)
        sources.change_access(source_id, base_url=base_url, access=access)
        _keep(services, session, source_id, secret)
        _try_again(sources, source)
        SubscriptionStore(session).ask_soon(source_id)
        return _detached(session, source)


def _begin_anew(
    services: Services, session: Session, source_id: int, nouns: Mapping[Noun, NounFacts]
) -> None:
    """Have the next sync read all. What it does not bring of a kind that is never listed whole
    would stay for ever: all of that waits for a person until it comes."""
    raws, now = RawStore(session, source_id), services.now()
    raws.forget_cursors()
    for noun, facts in nouns.items():
        if Deletions.ABSENCE not in facts.deletions:
            ids = raws.live_ids(noun)
            kam_sync.intake.absence.doubt(session, source_id, noun, ids, Origin.ABSENCE, now)


def _id_of(services: Services, name: str) -> int:
    with services.database.transaction() as session:
        return SourceStore(session).by_name(name).id


def _known(services: Services, session: Session, source: Source) -> Secret:
    """What opens the source now."""
    sealed = GrantStore(session).of(source.id)
    if sealed is not None:
        return unseal_grant(services.cipher, sealed, source.base_url)
    return services.cipher.unlock(SourceStore(session).access(source.id).sealed_token)


def _token(secret: Secret) -> str:
    return secret if isinstance(secret, str) else secret.grant.access_token


def _plain(secret: Secret) -> str:
    """What is kept as the source's own token: nothing where a grant opens it."""
    return secret if isinstance(secret, str) else ""


def _keep(services: Services, session: Session, source_id: int, secret: Secret) -> None:
    """Keep a grant, or note when a plain token ends."""
    if isinstance(secret, str):
        GrantStore(session).drop(source_id)
        SourceStore(session).set_end(source_id, ends_at(secret))
        return
    sealed = seal_grant(services.cipher, secret, services.now())
    GrantStore(session).keep(source_id, sealed)
    SourceStore(session).set_end(source_id, None)


def _try_again(sources: SourceStore, source: Source) -> None:
    """What a person was asked to mend may be mended now; a pause is theirs to end."""
    if source.state in {SourceState.NEEDS_PERSON, SourceState.NEEDS_REAUTH}:
        sources.set_state(source.id, SourceState.ACTIVE)


def _detached(session: Session, source: Source) -> Source:
    session.flush()
    session.refresh(source)
    session.expunge(source)
    return source
