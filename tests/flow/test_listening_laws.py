"""Whatever webhooks tell of while lists are read ahead: at the end the store is the CRM."""

from dataclasses import replace
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kam_sync.intake.step
from connectors import Noun
from kam_sync import flow
from kam_sync.base.db import Database
from kam_sync.intake.model import NounCounts, RunState, Source
from kam_sync.wiring import Services
from tests.conftest import NOW, empty, rounds
from tests.fakes.calling_crm import CallingCrm, Hurrying, call
from tests.fakes.connecting import ask
from tests.fakes.memory_crm import connected

_KEYS = st.sampled_from(["00", "03", "07", "11", "99"])
_DEEDS = st.tuples(st.sampled_from(["put", "remove", "repeat"]), _KEYS, st.integers(1, 9))
_BATCHES = kam_sync.intake.step.batches
_STORED = "SELECT external_id, amount FROM deal WHERE NOT is_deleted"
_LAW = settings(
    max_examples=rounds(10, everyday=4),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.heavy
@given(
    deeds=st.lists(st.lists(_DEEDS, max_size=3), max_size=4),
    full=st.booleans(),
    first=st.booleans(),
)
@_LAW
def test_what_was_told_is_true_at_the_end_and_nobody_else_is_gone(
    services: Services,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    deeds: list[list[tuple[str, str, int]]],
    full: bool,
    first: bool,
) -> None:
    empty(database)
    small = partial(_BATCHES, size=4)
    monkeypatch.setattr(kam_sync.intake.step, "batches", small)
    crm = CallingCrm(page_size=4)
    for number in range(16):
        crm.put(Noun.DEAL, f"{number:02}", amount=100)
    own, source_id = connected(services, crm)
    hurried = replace(own, now=Hurrying(NOW))
    if not first:
        flow.sync(hurried, source_id)
    left, seen = list(deeds), [0]

    def watch(_source: Source, noun: Noun, counts: NounCounts) -> None:
        if noun is Noun.DEAL and left and counts.read not in seen:
            seen.append(counts.read)
            for deed in left.pop(0):
                _do(services, crm, source_id, deed)

    result = flow.sync(hurried, source_id, full=full, watch=watch)
    assert result.state is RunState.DONE
    flow.hear(hurried, source_id, go_on=lambda: None)
    stored = dict(ask(services, _STORED))
    assert stored == {key: row["amount"] for key, row in crm.rows[Noun.DEAL].items()}


def _do(services: Services, crm: CallingCrm, source_id: int, deed: tuple[str, str, int]) -> None:
    what, key, amount = deed
    if what == "put":
        crm.put(Noun.DEAL, key, amount=amount)
    elif what == "remove" and key in crm.rows[Noun.DEAL]:
        crm.remove(Noun.DEAL, key)
    call(services, source_id, Noun.DEAL, key)
