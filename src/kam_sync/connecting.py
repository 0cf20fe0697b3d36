"""How a CRM account is connected, checked, changed and let go: what both doors offer."""

import re
from collections.abc import Mapping

from connectors import About, ConnectorError, Credentials, Field, KnowsItself, Noun
from kam_sync import field_map
from kam_sync.accounts.store import SavingStore
from kam_sync.base.db import Session
from kam_sync.base.errors import CrmTrouble, WrongUse
from kam_sync.intake.model import NewSource, Source, SourceState
from kam_sync.intake.store import SourceStore
from kam_sync.wiring import Services, open_connector, seal

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def add(
    services: Services,
    new: NewSource,
    token: str,
    options: Mapping[str, str],
    *,
    unchecked: bool = False,
) -> tuple[Source, About | None]:
    """Connect a CRM account; nothing is kept when it cannot be reached, unless `unchecked`."""
    if not _NAME.fullmatch(new.name):
        raise WrongUse(
            f"source name {new.name!r}: use up to 64 Latin letters, digits, dots, dashes"
        )
    credentials = Credentials(new.base_url, token, options)
    about, fields = _ask(new.kind, credentials, ask=not unchecked)
    with services.database.transaction() as session:
        sources = SourceStore(session)
        same = sources.of_account(new.kind, about.account) if about else None
        if same is not None:
            raise WrongUse(f"source {same.name} is connected to this CRM account already")
        access = seal(services.cipher, token, options)
        access.field_map = field_map.guessed(fields)
        source = sources.add(new, access, services.now())
        SavingStore(session, source.id).save(Noun.FIELD, fields, services.now())
        if about:
            sources.learn(source.id, account=about.account, name=about.name, facts=about.facts)
        return _detached(session, source), about


def check(services: Services, name: str) -> About | None:
    """Ask the CRM account who it is; CrmTrouble says in words what to do."""
    with services.database.transaction() as session:
        source = SourceStore(session).by_name(name)
        access = SourceStore(session).access(source.id)
        connector = services.open(source, access)
    try:
        return connector.about() if isinstance(connector, KnowsItself) else None
    except ConnectorError as error:
        raise CrmTrouble(f"source {name}: {error}") from error
    finally:
        connector.close()


def change(
    services: Services,
    name: str,
    *,
    base_url: str | None = None,
    token: str | None = None,
    options: Mapping[str, str] | None = None,
) -> Source:
    """Set another address, token or options; all its raw records are translated anew.

    Busy while the source is being pulled: that sync would go on translating in the old way.
    """
    with services.database.transaction() as session:
        source_id = SourceStore(session).by_name(name).id
    with (
        services.database.alone(f"source {source_id}"),
        services.database.transaction() as session,
    ):
        sources = SourceStore(session)
        source = sources.by_id(source_id)
        before = sources.access(source.id)
        sealed_by = services.cipher.unlock(before.sealed_token) if token is None else token
        merged = {**before.options, **(options or {})}
        wanted = {key: value for key, value in merged.items() if value != ""}
        url = base_url or source.base_url
        access = seal(services.cipher, sealed_by, wanted)
        open_connector(source.kind, Credentials(url, sealed_by, {**before.facts, **wanted})).close()
        sources.change_access(source.id, base_url=url, access=access)
        SavingStore(session, source.id).translate_again()
        _try_again(sources, source)
        return _detached(session, source)


def move(services: Services, name: str, base_url: str, token: str) -> Source:
    """Follow a source to another address with another token; its records stay as they are."""
    with services.database.transaction() as session:
        sources = SourceStore(session)
        source = sources.by_name(name)
        options = sources.access(source.id).options
        access = seal(services.cipher, token, options)
        sources.change_access(source.id, base_url=base_url, access=access)
        _try_again(sources, source)
        return _detached(session, source)


def set_paused(services: Services, name: str, *, paused: bool) -> Source:
    """Stop pulling a source, or go on with it; what was pulled stays."""
    with services.database.transaction() as session:
        sources = SourceStore(session)
        source = sources.by_name(name)
        sources.set_state(source.id, SourceState.PAUSED if paused else SourceState.ACTIVE)
        return _detached(session, source)


def remove(services: Services, name: str) -> None:
    """Forget a source with all that came from it; Busy while it is being pulled."""
    with services.database.transaction() as session:
        source_id = SourceStore(session).by_name(name).id
    with (
        services.database.alone(f"source {source_id}"),
        services.database.transaction() as session,
    ):
        SourceStore(session).remove(source_id)
        SavingStore(session, source_id).drop_accounts_without_links()


def due(services: Services) -> list[Source]:
    """The sources that are pulled on schedule."""
    with services.database.transaction() as session:
        found = [s for s in SourceStore(session).all() if s.state is SourceState.ACTIVE]
        session.expunge_all()
        return found


def _ask(kind: str, credentials: Credentials, *, ask: bool) -> tuple[About | None, list[Field]]:
    """Who the account is, and which custom fields it has."""
    connector = open_connector(kind, credentials)
    try:
        if not ask:
            return None, []
        about = connector.about() if isinstance(connector, KnowsItself) else None
        return about, field_map.read_fields(connector)
    except ConnectorError as error:
        raise CrmTrouble(f"{kind} at {credentials.base_url} is not connected: {error}") from error
    finally:
        connector.close()


def _try_again(sources: SourceStore, source: Source) -> None:
    """What a person was asked to mend may be mended now; a pause is theirs to end."""
    if source.state is SourceState.NEEDS_PERSON:
        sources.set_state(source.id, SourceState.ACTIVE)


def _detached(session: Session, source: Source) -> Source:
    session.flush()
    session.refresh(source)
    session.expunge(source)
    return source
