"""Connects a sandbox as a source, and asks the store simple questions about it."""

from typing import Any

import sqlalchemy as sa

from connectors import OAuthApp
from connectors.sandbox.amocrm import AmoSandbox
from kam_sync import connecting
from kam_sync.accounts.model import SetAside
from kam_sync.accounts.store import AccountStore
from kam_sync.granting import Issued
from kam_sync.intake.model import NewSource, Source, SourceState
from kam_sync.intake.store import SourceStore
from kam_sync.wiring import Services


def connect(
    services: Services,
    box: AmoSandbox,
    name: str = "shop",
    *,
    unchecked: bool = False,
    **options: str,
) -> Source:
    """The sandbox as a source without a limit of requests; twice only `unchecked`."""
    new = NewSource(name=name, kind="amocrm", base_url=box.url)
    wanted = {"per_second": "0"} | options
    return connecting.add(services, new, box.token, wanted, unchecked=unchecked)[0]


def connect_by_oauth(services: Services, box: AmoSandbox, name: str = "shop") -> Source:
    """The sandbox as a source that a grant opens, as if an admin had just allowed us."""
    new = NewSource(name=name, kind="amocrm", base_url=box.url)
    given = box.oauth.app
    app = OAuthApp(given.client_id, given.client_secret, given.redirect_uri)
    grant = services.grants("amocrm").exchange(app, box.url, box.oauth.code())
    return connecting.add(services, new, Issued(app, grant), {"per_second": "0"})[0]


def twin(services: Services, box: AmoSandbox, source: Source, name: str) -> Source:
    """The same account connected once more, with the same field map."""
    other = connect(services, box, name, unchecked=True)
    with services.database.transaction() as session:
        sources = SourceStore(session)
        chosen = dict(sources.access(source.id).field_map)
        sources.set_field_map(other.id, chosen, is_whole=True)
    return other


def ask(services: Services, query: str, **values: Any) -> list[tuple[Any, ...]]:
    """The rows that a query gives."""
    with services.database.transaction() as session:
        return [tuple(row) for row in session.execute(sa.text(query), values)]


def raw_counts(services: Services, source: Source) -> dict[str, int]:
    """How many raw records of each noun are kept."""
    query = "SELECT noun, count(*) FROM raw_record WHERE source_id = :id GROUP BY noun"
    return dict(ask(services, query, id=source.id))


def set_aside(services: Services, source: Source) -> list[SetAside]:
    """The list of records that could not be translated."""
    with services.database.transaction() as session:
        found = AccountStore(session).set_aside(source.id, limit=100)
        session.expunge_all()
        return found


def state(services: Services, source: Source) -> tuple[SourceState, str]:
    """How the source stands, and why."""
    with services.database.transaction() as session:
        found = SourceStore(session).by_id(source.id)
        return found.state, found.state_reason
