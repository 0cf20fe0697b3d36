"""A person may pause a long load; it stops after its batch and later goes on where it was."""

from functools import partial

import pytest

import kam_sync.intake.step
from connectors import Noun
from kam_sync import connecting, flow
from kam_sync.intake.model import NounCounts, RunState, Source
from kam_sync.intake.store import RunStore
from kam_sync.wiring import Services
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
