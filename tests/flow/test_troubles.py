"""What goes wrong in one place of a sync stays in that place."""

from datetime import timedelta
from threading import Thread

import pytest

from connectors import Noun
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from kam_sync import connecting, flow
from kam_sync.accounts.store import SavingStore
from kam_sync.base.errors import Busy
from kam_sync.intake.model import NounCounts, RunState, Source, SourceState
from kam_sync.intake.store import RunStore, SourceStore
from kam_sync.wiring import Services
from tests.fakes.connecting import raw_counts, state
from tests.fakes.waiting import PATIENCE, wait_until_somebody_waits


def test_a_noun_that_fails_for_ever_does_not_keep_the_others_waiting(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.faults.append(Fault(path="/api/v4/companies$", status=504, times=None))
    result = flow.sync(services, source.id)
    assert result.state is RunState.LATER
    assert result.message.startswith("company: 127.0.0.1:")
    assert result.message.endswith(": the CRM fails (504)")
    assert raw_counts(services, source)["deal"] == box.count("leads")


def test_a_crm_that_is_away_is_not_asked_noun_by_noun(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.faults.append(Fault(path="/api/v4/users$", status=429, body=b'{"retry_after": 3600}'))
    result = flow.sync(services, source.id)
    assert (result.state, result.wait) == (RunState.LATER, timedelta(hours=1))
    assert list(result.nouns) == [Noun.GROUP, Noun.USER]


def test_a_list_that_is_not_there_is_left_out_with_a_message(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.faults.append(Fault(path="/api/v4/tasks$", status=404, body=b"{}", times=None))
    result = flow.sync(services, source.id)
    assert result.state is RunState.DONE
    assert result.message.startswith("task: 127.0.0.1:")
    assert ": there is no such list (404)" in result.message
    assert state(services, source)[0] is SourceState.ACTIVE


def test_a_source_is_not_changed_while_it_is_being_pulled(
    services: Services, source: Source
) -> None:
    with (
        services.database.alone(f"source {source.id}"),
        pytest.raises(Busy, match=f"source {source.id}"),
    ):
        connecting.change(services, source.name, options={"currency": "USD"})


def test_a_pause_that_a_person_sets_during_a_sync_is_kept(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    def pause(_source: Source, noun: Noun, _counts: NounCounts) -> None:
        if noun is Noun.COMPANY:
            connecting.set_paused(services, source.name, paused=True)
            box.token = "another since"

    assert flow.sync(services, source.id, watch=pause).state is RunState.LATER
    assert flow.sync(services, source.id).state is RunState.FAILED
    assert state(services, source)[0] is SourceState.PAUSED


def test_a_sync_that_ends_unexpectedly_is_written_down_as_failed(
    services: Services, source: Source
) -> None:
    def fail(_source: Source, _noun: Noun, _counts: NounCounts) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        flow.sync(services, source.id, watch=fail)
    with services.database.transaction() as session:
        runs = RunStore(session).latest(source_id=source.id, limit=10)
        assert {run.state for run in runs} == {RunState.FAILED}


def test_a_price_beyond_all_arithmetic_costs_one_record(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.change("leads", box.ids("leads")[0], price="1e9999999")
    result = flow.sync(services, source.id)
    assert result.state is RunState.DONE
    assert result.nouns[Noun.DEAL].rejected == 1


@pytest.mark.heavy
def test_who_lost_the_lock_of_a_source_waits_for_the_other_writer(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    """The lock lives on a connection, which may die unnoticed: then two syncs run at once."""
    flow.sync(services, source.id)
    connecting.change(services, source.name)  # all is to be translated again
    with services.database.transaction() as session:
        SourceStore(session).write_alone(source.id)
        late = Thread(target=flow.sync, args=(services, source.id))
        late.start()
        wait_until_somebody_waits(services.database)
        assert SavingStore(session, source.id).translated_to(Noun.DEAL) == 0
    late.join(PATIENCE)
    with services.database.transaction() as session:
        assert SavingStore(session, source.id).translated_to(Noun.DEAL) > 0


def test_what_is_wrong_is_kept_beside_the_words(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.faults.append(Fault(path="/api/v4/companies$", status=504, times=None))
    flow.sync(services, source.id)
    box.token = "another"
    flow.sync(services, source.id)
    with services.database.transaction() as session:
        runs = RunStore(session).last_of_nouns(source.id)
        kinds = {run.noun: run.error_kind for run in runs}
        last = RunStore(session).last_sync(source.id)
        found = SourceStore(session).by_id(source.id)
        assert (kinds["company"], kinds["deal"]) == ("crm_fails", "")
        assert last is not None
        assert (last.error_kind, found.error_kind) == ("token_refused", "token_refused")
    connecting.change(services, source.name, token="another")
    with services.database.transaction() as session:
        assert SourceStore(session).by_id(source.id).error_kind == ""
