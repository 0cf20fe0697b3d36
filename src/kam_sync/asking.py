"""Asks a CRM account who it is: before it is connected, and whenever somebody wants to know."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import orjson

from connectors import (
    About,
    Connector,
    ConnectorError,
    Credentials,
    ErrorKind,
    FetchesSome,
    Field,
    KnowsItself,
    NoRights,
    Noun,
    Probes,
)
from kam_sync import field_map
from kam_sync.accounts.shadow import is_cut
from kam_sync.base.command import command
from kam_sync.base.errors import CrmTrouble, WrongUse
from kam_sync.intake.model import Access, NewSource, Source
from kam_sync.intake.store import RawStore, SourceStore
from kam_sync.wiring import Services, open_connector, shipped_profile

_SOME = 10
"""So many records show whether an account is the one that was pulled; some CRMs give one by one."""
_ALIKE = {Noun.GROUP, Noun.USER, Noun.FIELD, Noun.PIPELINE, Noun.LOSS_REASON, Noun.PRODUCT}
"""What two accounts may well have alike."""


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
        said = f"say account={known} (docs/operations/sources.md)"
        same = f"; if it is the same one that has moved, {said}"
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
) -> bool | None:
    """Ask the CRM whether a source is opened by another token or at another address; CrmTrouble
    when it is not, WrongUse when that is another account. Nothing is changed.

    Returns:
        Whether another address gives what was pulled from the one before; None where no other
        address is asked, or nothing was pulled yet.
    """
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
    known = Credentials(base_url or source.base_url, secret, wanted, access.field_map)
    about, _ = ask_who(services, source, known, ask=True)
    refuse_another(source, about)
    return None if base_url is None else _gives_ours(services, source, known)


def _gives_ours(services: Services, source: Source, elsewhere: Credentials) -> bool | None:
    """Whether most of some records that we have are there to the letter, but for the address.

    What the account is called proves little: some CRMs know themselves by their address alone.
    """
    with services.database.transaction() as session:
        kept = RawStore(session, source.id)
        found = {noun: kept.live_ids(noun, limit=_SOME) for noun in Noun if noun not in _ALIKE}
        ours = {noun: _whole(kept.bodies(noun, ids)) for noun, ids in found.items() if ids}
        ours = {noun: bodies for noun, bodies in ours.items() if bodies}
    if not ours:
        return None
    moved = urlsplit(source.base_url).netloc, urlsplit(elsewhere.base_url).netloc
    known = replace(elsewhere, turns=services.turns(source.turn_key))
    with closing(open_connector(source.kind, known)) as connector:
        if not isinstance(connector, FetchesSome):
            return False
        for noun, bodies in ours.items():
            try:
                raws = list(connector.get_many(noun, [*bodies]))
            except NoRights:  # records of this kind are not given one by one
                continue
            except ConnectorError as error:
                raise CrmTrouble(f"source {source.name}: {error}") from error
            there = {raw.external_id: _written(raw.body, moved) for raw in raws}
            same = [key for key, ours in bodies.items() if _written(ours, moved) == there.get(key)]
            return 2 * len(same) > len(bodies)
    return False


def _whole(bodies: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Those that are as the CRM sent them."""
    return {key: body for key, body in bodies.items() if not is_cut(body)}


def _written(body: Any, moved: tuple[str, str]) -> str:
    """A body as text; links to the one address read like those to the other."""
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode().replace(*moved)


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
