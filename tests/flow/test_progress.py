"""How far a source has come can be seen while it is pulled, and after."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

import kam_sync.intake.step
from connectors import Cursor, Noun, Page
from kam_sync import flow
from kam_sync.accounts.store import records_of
from kam_sync.base.clock import utc_now
from kam_sync.intake.model import NounCounts, RunState, Source
from kam_sync.intake.progress import NounProgress
from kam_sync.intake.store import RawStore, progress_of
from kam_sync.wiring import Services
from tests.fakes.memory_crm import AskableCrm, connected


class WholeLists(AskableCrm):
    """A CRM whose lists have no cursor to go on from."""

    def pull(self, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
        """Each time all of it."""
        for page in super().pull(noun, cursor):
            yield replace(page, cursor=None)


def deals(services: Services, source_id: int) -> NounProgress:
    with services.database.transaction() as session:
        (found,) = [one for one in progress_of(session, source_id) if one.noun == "deal"]
    return found


def test_a_load_shows_how_far_it_is_and_then_that_it_is_done(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = partial(kam_sync.intake.step.batches, size=10)
    monkeypatch.setattr(kam_sync.intake.step, "batches", small)
    crm = AskableCrm(page_size=10)
    for number in range(30):
        crm.put(Noun.DEAL, f"{number:03}")
    shop, source_id = connected(services, crm)
    seen: list[NounProgress] = []

    def watch(_source: Source, _noun: Noun, counts: NounCounts) -> None:
        if counts.read == 20:
            seen.append(deals(services, source_id))

    flow.sync(shop, source_id, watch=watch)
    (then,) = seen
    assert (then.state, then.ended_at, then.counts["read"]) == (RunState.RUNNING, None, 20)
    assert (then.last_good_at, then.loaded_at) == (None, None)
    assert then.lag(utc_now()) is None

    now = deals(services, source_id)
    assert (now.state, now.counts["read"]) == (RunState.DONE, 30)
    assert now.last_good_at == now.began_at
    assert now.lag(now.began_at + timedelta(minutes=3)) == timedelta(minutes=3)
    assert now.loaded_at is not None

    crm.put(Noun.DEAL, "030")
    flow.sync(shop, source_id)
    later = deals(services, source_id)
    assert later.loaded_at == now.loaded_at
    with services.database.transaction() as session:
        assert records_of(session, source_id) == {"deal": 31}

    crm.remove(Noun.DEAL, "007", tell=True)
    flow.sync(shop, source_id)
    with services.database.transaction() as session:
        assert records_of(session, source_id) == {"deal": 30}


def test_a_list_that_is_read_whole_each_time_is_loaded_too(services: Services) -> None:
    crm = WholeLists(page_size=10)
    crm.put(Noun.DEAL, "1")
    shop, source_id = connected(services, crm)
    flow.sync(shop, source_id)
    loaded_at = deals(services, source_id).loaded_at
    assert loaded_at is not None
    flow.sync(shop, source_id)
    assert deals(services, source_id).loaded_at == loaded_at


def test_a_list_that_is_to_be_read_anew_stays_loaded(services: Services) -> None:
    crm = AskableCrm(page_size=10)
    crm.put(Noun.DEAL, "1")
    shop, source_id = connected(services, crm)
    flow.sync(shop, source_id)
    with services.database.transaction() as session:
        raws = RawStore(session, source_id)
        raws.forget_cursor(Noun.DEAL)
        session.expire_all()
        assert (raws.cursor(Noun.DEAL), raws.is_loaded(Noun.DEAL)) == (None, True)
