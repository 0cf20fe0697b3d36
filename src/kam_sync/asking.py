"""Asks a CRM account who it is: before it is connected, and whenever somebody wants to know."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from urllib.parse import urlsplit

from connectors import (
    About,
    Connector,
    ConnectorError,
    Credentials,
    ErrorKind,
    Field,
    KnowsItself,
    Probes,
)
from kam_sync import field_map
from kam_sync.base.command import command
from kam_sync.base.errors import CrmTrouble, WrongUse
from kam_sync.intake.model import Access, NewSource, Source
from kam_sync.intake.store import SourceStore
from kam_sync.wiring import Services, open_connector, shipped_profile


def ask_who(
    services: Services, source: NewSource, credentials: Credentials, *, ask: bool
) -> tuple[About | None, list[Field]]:
    """Who the account is, and which custom fields it has.

    Wrong options and foreign hosts are refused before a secret is sent.
    """
    credentials = replace(credentials, turns=services.turns(source.turn_key))
    with closing(open_connector(source.kind, credentials)) as connector:
        services.admit(source.kind, credentials.base_url)
        if not ask:
            return None, []
        try:
            about = connector.about() if isinstance(connector, KnowsItself) else None
            return about, field_map.read_fields(connector)
        except ConnectorError as error:
            where = f"{source.kind} at {credentials.base_url}"
            raise CrmTrouble(f"{where} is not connected: {error}") from error


def check(services: Services, name: str) -> About | None:
    """Ask the CRM account who it is; CrmTrouble or WrongUse say in words what to do."""
    with services.database.transaction() as session:
        source = SourceStore(session).by_name(name)
        access = SourceStore(session).access(source.id)
        session.expunge_all()
    try:
        with closing(services.open(source, access)) as connector:
            about = connector.about() if isinstance(connector, KnowsItself) else None
    except ConnectorError as error:
        raise CrmTrouble(f"source {name}: {error}") from error
    refuse_another(source, about)
    return about


def refuse_another(source: Source, about: About | None) -> None:
    """WrongUse when what was opened is another CRM account than the source has been."""
    known = source.remote_account
    if about is None or known in {"", about.account}:
        return
    same = ""
    if known.partition("/")[0] == urlsplit(source.base_url).netloc:  # known by its address alone
        same = f"; if it is the same one that has moved, say account={known} (docs/operations.md)"
    raise WrongUse(
        f"source {source.name}: this is account {about.account} ({about.name}), the source was "
        f"account {known}; open the right one, or add it as another source{same}",
        kind=ErrorKind.OTHER_ACCOUNT,
    )


def try_out(
    services: Services,
    name: str,
    token: str | None = None,
    *,
    base_url: str | None = None,
    options: Mapping[str, str] | None = None,
) -> None:
    """Ask the CRM whether a source is opened by another token or at another address; CrmTrouble
    when it is not, WrongUse when that is another account. Nothing is changed."""
    with services.database.transaction() as session:
        source = SourceStore(session).by_name(name)
        access = SourceStore(session).access(source.id)
        session.expunge_all()
    try:
        secret = _secret(services, source, access) if token is None else token
    except ConnectorError as error:
        raise CrmTrouble(f"source {name}: {error}") from error
    merged = {**access.facts, **access.options, **(options or {})}
    wanted = {key: value for key, value in merged.items() if value != ""}
    known = Credentials(base_url or source.base_url, secret, wanted)
    about, _ = ask_who(services, source, known, ask=True)
    refuse_another(source, about)


def _secret(services: Services, source: Source, access: Access) -> str:
    """What opens the source now."""
    grant = services.granting.grant_of(source.id)
    return grant.access_token if grant else services.cipher.unlock(access.sealed_token)


def probing(
    services: Services, kind: str, base_url: str, token: str, options: Mapping[str, str]
) -> Probes:
    """What is read by a profile, opened to try it; nothing is kept."""
    shipped_profile(kind)  # WrongUse for a kind that is read by none
    address = services.admit(kind, base_url)
    return _probing(kind, open_connector(kind, Credentials(address, token, options)))


def probing_source(services: Services, name: str) -> Probes:
    """The same of a connected source."""
    with services.database.transaction() as session:
        source = SourceStore(session).by_name(name)
        access = SourceStore(session).access(source.id)
        session.expunge_all()
    return _probing(source.kind, services.open(source, access))


def _probing(kind: str, connector: Connector) -> Probes:
    if isinstance(connector, Probes):
        return connector
    connector.close()
    said = (
        f"kind {kind}: it is not read by a profile, so there are no steps to try; to ask it who it"
    )
    raise WrongUse(f"{said} is: {command('source check')} NAME")
