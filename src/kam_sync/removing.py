"""How a source is let go: in small pieces, so that neither webhooks nor pages wait for it."""

import shutil

from kam_sync.intake.store import RemovalStore, SourceStore
from kam_sync.matching import leaving, parenting
from kam_sync.matching.step import LOCK
from kam_sync.subscribing import let_go
from kam_sync.wiring import Services

_SOME = 5_000


def remove(services: Services, name: str) -> bool:
    """Forget a source with all that came from it; Busy while it is being pulled.

    A removal that was cut short goes on when it is asked for again. False when the CRM may go on
    calling us about it, for it could not be told.
    """
    database = services.database
    with database.transaction() as session:
        source_id = SourceStore(session).by_name(name).id
    with (
        database.alone(f"source {source_id}"),
        database.alone(f"subscription {source_id}", wait=True),
    ):
        is_told = let_go(services, source_id)
        with database.transaction() as session:
            removal = RemovalStore(session, source_id)
            removal.begin()
            tables = removal.tables()
        # Nobody measures accounts of which a part is gone: a fall would be told that there was not.
        with database.alone("measuring", wait=True):
            _leave(services, source_id)
        for table, column in tables.items():
            _drop(services, source_id, table, column)
        shutil.rmtree(services.folder(name), ignore_errors=True)  # often there is none
        with database.alone(LOCK, wait=True), database.transaction() as session:
            SourceStore(session).remove(source_id)
            parenting.renew(session)  # who had a parent there has another one, or none
    return is_told


def begin(services: Services, name: str) -> None:
    """Mark a source as being removed, so that all see it; Busy while it is being pulled."""
    database = services.database
    with database.transaction() as session:
        source_id = SourceStore(session).by_name(name).id
    with database.alone(f"source {source_id}"), database.transaction() as session:
        RemovalStore(session, source_id).begin()


def _leave(services: Services, source_id: int) -> None:
    """Let its companies and contacts leave what they are one with; people may decide between."""
    database, more = services.database, True
    while more:
        with database.alone(LOCK, wait=True), database.transaction() as session:
            more = leaving.companies(session, source_id, services.now(), limit=_SOME)
    more = True
    while more:
        with database.alone(LOCK, wait=True), database.transaction() as session:
            more = leaving.contacts(session, source_id, limit=_SOME)


def _drop(services: Services, source_id: int, table: str, column: str) -> None:
    more = True
    while more:
        with services.database.transaction() as session:
            more = RemovalStore(session, source_id).drop_some(table, column, limit=_SOME)
