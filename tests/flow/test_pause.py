"""A person may pause what takes long; it stops after its batch and later goes on where it was."""

from functools import partial

import pytest

import kam_sync.intake.step
from connectors import ErrorKind, Noun
from kam_sync import connecting, flow, hearing
from kam_sync.intake.model import NounCounts, RunState, Source
from kam_sync.intake.store import RunStore, SourceStore
from kam_sync.wiring import Services
from tests.fakes.calling_crm import CallingCrm, call
from tests.fakes.connecting import ask
from tests.fakes.memory_crm import AskableCrm, connected


def test_a_paused_first_load_stops_after_its_batch_and_goes_on_where_it_was(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = partial(kam_sync.intake.step.batches, size=10)
    monkeypatch.setattr(kam_sync.intake.step, "batches", small)
    crm = AskableCrm(page_size=10)
    for number in range(100):
        crm.put(Noun.DEAL, f"{number:03}")
    shop, source_id = connected(services, crm)

    def pause(source: Source, _noun: Noun, counts: NounCounts) -> None:
        if counts.read == 30:
            connecting.set_paused(services, source.name, paused=True)

    result = flow.sync(shop, source_id, watch=pause)
    assert (result.state, result.message) == (RunState.LATER, "paused; it goes on where it was")
    assert ask(services, "SELECT count(*) FROM deal") == [(30,)]
    with services.database.transaction() as session:
        [deals] = [r for r in RunStore(session).last_of_nouns(source_id) if r.noun == "deal"]
        assert deals.counts["read"] == 30

    connecting.set_paused(services, result.source, paused=False)
    again = flow.sync(shop, source_id)
    assert (again.state, again.nouns[Noun.DEAL].read) == (RunState.DONE, 70)
    assert ask(services, "SELECT count(*) FROM deal") == [(100,)]


def test_a_paused_source_stops_the_reading_of_its_webhooks_and_keeps_them(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "_CHUNK", 2)
    crm = CallingCrm()
    crm.fill(Noun.DEAL, 5)
    shop, source_id = connected(services, crm)
    for number in range(1, 6):
        call(services, source_id, Noun.DEAL, str(number))
    with services.database.transaction() as session:
        name = SourceStore(session).by_id(source_id).name

    def pause() -> None:
        connecting.set_paused(services, name, paused=True)

    result = flow.hear(shop, source_id, go_on=pause)
    assert (result.state, result.error_kind) == (RunState.LATER, ErrorKind.PAUSED)
    assert crm.asked == []
    unread = "SELECT count(*) FROM hook WHERE state = 'new'"
    assert ask(services, unread) == [(3,)]

    connecting.set_paused(services, name, paused=False)
    again = flow.hear(shop, source_id, go_on=lambda: None)
    assert (again.state, again.hooks, len(crm.asked)) == (RunState.DONE, 3, 5)
    assert ask(services, unread) == [(0,)]
