"""A source is let go in small pieces: nobody waits for it, and what was cut short goes on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import cast

import pytest
import sqlalchemy as sa

from connectors import Noun
from kam_sync import connecting, flow, removing, subscribing
from kam_sync.base.db import Database
from kam_sync.base.errors import WrongUse
from kam_sync.intake.model import RunState, SourceState
from kam_sync.intake.store import InboxStore, SourceStore
from kam_sync.wiring import Services
from tests.fakes.calling_crm import CallingCrm, call
from tests.fakes.connecting import ask
from tests.fakes.crashing import Died, DyingDatabase
from tests.fakes.memory_crm import ServicesOf, connected
from tests.fakes.waiting import wait_until

Shop = tuple[ServicesOf, int, str]


def shop(services: Services) -> Shop:
    """A source with some of everything."""
    crm = CallingCrm()
    crm.fill(Noun.COMPANY, 7)
    crm.fill(Noun.DEAL, 7, company="1")
    own, source_id = connected(services, crm)
    flow.sync(own, source_id)
    for number in range(7):
        call(services, source_id, Noun.DEAL, str(number))
    with services.database.transaction() as session:
        name = SourceStore(session).by_id(source_id).name
    subscribing.hook_key(services, name)
    return own, source_id, name


def left(services: Services, source_id: int) -> set[str]:
    """The tables that still hold anything of a source."""
    tables = ("raw_record", "deal", "company", "account_link", "hook", "hook_key", "run")
    return {
        table
        for table in tables
        if ask(services, f"SELECT 1 FROM {table} WHERE source_id = :id LIMIT 1", id=source_id)
    }


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removing, "_SOME", 3)


def test_all_that_came_from_a_source_goes_with_it_and_nothing_else(services: Services) -> None:
    _, mine, name = shop(services)
    _, other, _ = shop(services)
    assert left(services, mine) == left(services, other)
    removing.remove(services, name)
    assert left(services, mine) == set()
    assert len(left(services, other)) == 7
    assert ask(services, "SELECT id FROM source") == [(other,)]
    assert ask(services, "SELECT count(*) FROM account") == [(7,)]


def test_nobody_else_waits_while_a_source_is_being_removed(services: Services) -> None:
    _, mine, name = shop(services)
    _, other, _ = shop(services)
    with ThreadPoolExecutor(2) as threads:
        with services.database.transaction() as held:
            # a removal in the middle of it: it cannot go past this row
            held.execute(
                sa.text("SELECT FROM raw_record WHERE source_id = :id FOR SHARE"), {"id": mine}
            )
            removal = threads.submit(removing.remove, services, name)
            wait_until(lambda: not left(services, mine) & {"hook_key", "deal"})
            with services.database.transaction() as session:
                session.execute(sa.text("SET LOCAL lock_timeout = '2s'"))
                assert InboxStore(session).enter({mine, other}) == {other}
            assert not removal.done()
        removal.result(timeout=30)
    assert left(services, mine) == set()


@pytest.mark.parametrize("commits", [3, 6, 10])
def test_a_removal_that_was_cut_short_is_shown_and_goes_on_when_asked_again(
    services: Services, commits: int
) -> None:
    _, mine, name = shop(services)
    dying = cast("Database", DyingDatabase(services.database, commits))
    with pytest.raises(Died):
        removing.remove(replace(services, database=dying), name)
    with services.database.transaction() as session:
        source = SourceStore(session).by_name(name)
        assert source.state is SourceState.REMOVING
        way_back = connecting.way_back(source, is_granted=False)
        assert InboxStore(session).enter({mine}) == set()
    assert way_back.endswith(f"source remove {name}")
    removing.remove(services, name)
    assert ask(services, "SELECT count(*) FROM source") == [(0,)]
    assert left(services, mine) == set()


def test_a_source_that_is_being_removed_is_neither_pulled_nor_paused_nor_given_a_new_key(
    services: Services,
) -> None:
    _, mine, name = shop(services)
    dying = cast("Database", DyingDatabase(services.database, 3))
    with pytest.raises(Died):
        removing.remove(replace(services, database=dying), name)
    refused: list[Callable[[], object]] = [
        lambda: connecting.set_paused(services, name, paused=False),
        lambda: subscribing.hook_key(services, name),
    ]
    for deed in refused:
        with pytest.raises(WrongUse, match="it is being removed"):
            deed()
    result = flow.sync(services, mine)
    assert (result.state, result.message) == (
        RunState.FAILED,
        f"source {name}: it is being removed",
    )
    with services.database.transaction() as session:
        assert SourceStore(session).by_id(mine).state is SourceState.REMOVING
