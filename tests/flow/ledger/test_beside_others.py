"""A comparison beside pulls, pauses and removals of the same source."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

import kam_sync.reconciling
from connectors import Noun
from kam_sync import connecting
from kam_sync.base.errors import Busy, NotHere
from kam_sync.intake.model import RunState
from kam_sync.intake.store import SourceStore
from tests.fakes.connecting import ask
from tests.fakes.ledger_crm import (
    LedgerCrm,
    Shop,
    deals,
    reconcile,
)
from tests.fakes.waiting import PATIENCE, wait_until_somebody_waits


def test_a_paused_source_is_left_alone(shop: Shop) -> None:
    services, source_id = shop
    with services.database.transaction() as session:
        name = SourceStore(session).by_id(source_id).name
    connecting.set_paused(services, name, paused=True)
    result = reconcile(shop)
    assert (result.state, result.message) == (
        RunState.LATER, "the source is paused; nothing was compared",
    )  # fmt: skip
    assert ask(services, "SELECT count(*) FROM ledger_check") == [(0,)]


def test_a_source_that_is_paused_after_the_walk_is_not_synced(crm: LedgerCrm, shop: Shop) -> None:
    services, source_id = shop
    with services.database.transaction() as session:
        name = SourceStore(session).by_id(source_id).name
    crm.put(Noun.DEAL, "1", amount=250)
    crm.afterwards = [lambda: connecting.set_paused(services, name, paused=True)]
    assert reconcile(shop).state is RunState.LATER
    assert deals(services)[0] == ("1", 100)


@pytest.mark.heavy
def test_a_source_that_is_removed_after_the_walk_leaves_nothing(crm: LedgerCrm, shop: Shop) -> None:
    services, source_id = shop
    query = f"DELETE FROM source WHERE id = {source_id} RETURNING 1"
    crm.afterwards = [lambda: ask(services, query).clear()]
    with pytest.raises(NotHere):
        reconcile(shop)
    assert ask(services, "SELECT count(*) FROM ledger_entry") == [(0,)]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pull goes on for longer than it is waited for."""
    monkeypatch.setattr(kam_sync.reconciling, "PATIENCE", timedelta(milliseconds=300))


@pytest.mark.usefixtures("impatient")
def test_a_source_that_is_being_pulled_is_not_walked(crm: LedgerCrm, shop: Shop) -> None:
    services, source_id = shop
    walked: list[int] = []
    with services.database.alone(f"source {source_id}"), pytest.raises(Busy, match="source"):
        reconcile(shop, watch=lambda _noun, came: walked.append(came))
    assert walked == []


def test_an_ordinary_sync_is_waited_for(shop: Shop) -> None:
    services, source_id = shop
    with ThreadPoolExecutor(1) as thread:
        with services.database.alone(f"source {source_id}"):
            comparing = thread.submit(reconcile, shop)
            wait_until_somebody_waits(services.database)
        assert comparing.result(PATIENCE).state is RunState.DONE


@pytest.mark.usefixtures("impatient")
def test_a_pull_that_began_during_the_walk_leaves_no_entries(crm: LedgerCrm, shop: Shop) -> None:
    services, source_id = shop
    key = sa.func.hashtextextended(f"source {source_id}", 0)
    with services.database.at_once() as pull:
        crm.afterwards = [lambda: pull.execute(sa.select(sa.func.pg_advisory_lock(key))).close()]
        with pytest.raises(Busy, match="source"):
            reconcile(shop)
        pull.execute(sa.select(sa.func.pg_advisory_unlock(key)))
    assert ask(services, "SELECT count(*) FROM ledger_entry") == [(0,)]
