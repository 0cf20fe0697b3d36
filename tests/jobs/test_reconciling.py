"""Nouns are compared one after the other, in jobs that let more urgent work go first."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from connectors import Noun
from kam_sync.base.errors import Busy, NotHere, TakenOver
from kam_sync.flow import LedgerWatch, Reconciled
from kam_sync.intake.model import NounCounts, RunState, SourceState
from kam_sync.intake.store import RunStore
from kam_sync.jobs import queue
from kam_sync.jobs.model import Result, Step
from kam_sync.jobs.queue import MEASURE, RECONCILE, Comparison, reconcile_all
from kam_sync.jobs.steps import defer
from kam_sync.jobs.tasks import Work
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.ledger_crm import behind_our_back, opened, shop_of_deals
from tests.fakes.waiting import wait_until
from tests.jobs.conftest import (
    AT_ONCE,
    Corridor,
    add_source,
    held,
    jobs,
    schedule_of,
    set_state,
    working,
)


class Comparer:
    """Stands where flow.reconcile stands."""

    def __init__(self) -> None:
        self.compared: list[tuple[int, Noun]] = []
        self.repairs: list[bool | None] = []
        self.answers: dict[Noun, list[Reconciled | Exception]] = {}

    def compare(
        self,
        services: Services,
        source_id: int,
        noun: Noun,
        /,
        *,
        watch: LedgerWatch,
        repairs: bool | None = None,
    ) -> Reconciled:
        """Note, and answer."""
        with services.database.alone(f"ledger {source_id}"):
            watch(noun, 1)
            self.compared.append((source_id, noun))
            self.repairs.append(repairs)
        answers = self.answers.get(noun)
        answer = answers.pop(0) if answers else Reconciled("a source", noun)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def comparer() -> Comparer:
    return Comparer()


@pytest.fixture
def work(comparer: Comparer, corridor: Corridor) -> Work:
    return Work(corridor.sync, corridor.measure, corridor.write, compare=comparer.compare)


@pytest.fixture
def synced(services: Services, source_id: int) -> int:
    """An active source that was synced once, with its schedule."""
    return note_synced(services, source_id)


def note_synced(services: Services, source_id: int) -> int:
    held(services, source_id, AT_ONCE, Step.RECONCILE)
    with services.database.transaction() as session:
        run_id = RunStore(session).begin("sync", services.now(), source_id=source_id)
        RunStore(session).end(run_id, RunState.DONE, services.now(), {})
    return source_id


def begin(services: Services, source_id: int) -> bool:
    with services.database.transaction() as session:
        return defer(session, (Step.RECONCILE, source_id))


def are_idle(services: Services) -> bool:
    return not {"todo", "doing"} & set(jobs(services, RECONCILE))


def test_all_nouns_are_compared_and_that_is_a_success(
    services: Services, synced: int, comparer: Comparer, work: Work
) -> None:
    assert begin(services, synced)
    assert not begin(services, synced)
    with working(services, work):
        wait_until(lambda: are_idle(services))
    assert comparer.compared == [(synced, noun) for noun in Noun]
    assert set(comparer.repairs) == {None}
    schedule = schedule_of(services, Step.RECONCILE, synced)
    assert (schedule.last_result, schedule.began_at) == (Result.DONE, None)


@pytest.mark.heavy
def test_a_noun_that_cannot_be_compared_does_not_keep_the_others_waiting(
    services: Services, synced: int, comparer: Comparer, work: Work
) -> None:
    away = Reconciled("a source", Noun.DEAL, RunState.LATER, "the CRM was away")
    comparer.answers[Noun.DEAL] = [away, away, away]
    comparer.answers[Noun.COMPANY] = [RuntimeError("a fault of ours")]
    begin(services, synced)
    with working(services, work):
        wait_until(lambda: are_idle(services))
    of_deals = [noun for _, noun in comparer.compared if noun is Noun.DEAL]
    assert (len(of_deals), comparer.compared[-1]) == (3, (synced, Noun.EVENT))
    schedule = schedule_of(services, Step.RECONCILE, synced)
    assert schedule.last_result is Result.FAILED
    assert schedule.last_success_at is None


def test_a_source_that_is_being_pulled_is_left_alone_for_a_while(
    services: Services, synced: int, comparer: Comparer, work: Work
) -> None:
    comparer.answers[Noun.GROUP] = [Busy("source 1: another process is at it")]
    begin(services, synced)
    with working(services, work):
        wait_until(lambda: jobs(services, RECONCILE) == ["succeeded", "todo"])
    query = "SELECT scheduled_at > now() + interval '5 minutes' FROM procrastinate_jobs"
    assert ask(services, f"{query} WHERE status = 'todo'") == [(True,)]


def test_a_source_that_is_removed_meanwhile_ends_quietly(
    services: Services, synced: int, comparer: Comparer, work: Work
) -> None:
    comparer.answers[Noun.GROUP] = [NotHere("source 1: there is none")]
    begin(services, synced)
    with working(services, work):
        wait_until(lambda: are_idle(services))
    assert jobs(services, RECONCILE) == ["succeeded"]


@pytest.mark.heavy
def test_work_that_was_given_up_is_well_again_only_when_all_nouns_are(
    services: Services, synced: int, comparer: Comparer, work: Work
) -> None:
    comparer.answers[Noun.GROUP] = [RuntimeError("a fault of ours")] * 3
    query = "SELECT resolved_at IS NULL FROM incident WHERE kind = 'job_given_up'"
    for is_open in (True, False):
        begin(services, synced)
        with working(services, work):
            wait_until(lambda: are_idle(services))
        assert ask(services, query) == [(is_open,)]


def test_who_was_taken_over_queues_no_second_row_of_comparisons(
    services: Services, synced: int, comparer: Comparer, work: Work
) -> None:
    comparer.answers[Noun.GROUP] = [TakenOver("another is at it")]
    begin(services, synced)
    with working(services, work):
        wait_until(lambda: are_idle(services))
    assert jobs(services, RECONCILE) == ["aborted"]


def test_a_person_does_not_wait_for_the_row_of_the_night(
    services: Services, synced: int, comparer: Comparer, work: Work
) -> None:
    with services.database.transaction() as session:
        nightly = Comparison(synced)
        assert queue.defer_reconciling(session, nightly, wait=timedelta(hours=3))
        assert queue.defer_reconciling(session, Comparison(synced, is_asked=True))
    with working(services, work):
        wait_until(lambda: len(comparer.compared) == len(Noun))
        wait_until(lambda: jobs(services, RECONCILE) == ["todo", *["succeeded"] * len(Noun)])


@pytest.mark.heavy
def test_two_sources_take_turns_and_one_place(
    services: Services, synced: int, comparer: Comparer, work: Work
) -> None:
    other = note_synced(services, add_source(services, "second"))
    for source_id in (synced, other):
        begin(services, source_id)
    with working(services, work):
        wait_until(lambda: are_idle(services))
    assert comparer.compared[:4] == [
        (synced, Noun.GROUP), (other, Noun.GROUP), (synced, Noun.USER), (other, Noun.USER),
    ]  # fmt: skip


def test_a_person_who_asks_for_a_noun_goes_first_and_has_it_repaired(
    services: Services, synced: int, comparer: Comparer, work: Work
) -> None:
    begin(services, synced)
    wish = Comparison(synced, Noun.DEAL.value, goes_on=False, repairs=True, is_asked=True)
    with services.database.transaction() as session:
        assert queue.defer_reconciling(session, wish)
    with working(services, work):
        wait_until(lambda: are_idle(services))
    assert comparer.compared[:2] == [(synced, Noun.DEAL), (synced, Noun.GROUP)]
    assert comparer.repairs[:2] == [True, None]
    assert len(comparer.compared) == 1 + len(Noun)


def test_what_repair_changed_is_measured(
    services: Services, synced: int, comparer: Comparer, work: Work
) -> None:
    changed = Reconciled("a source", Noun.DEAL, nouns={Noun.DEAL: NounCounts(updated=1)})
    comparer.answers[Noun.DEAL] = [changed]
    begin(services, synced)
    with working(services, work):
        wait_until(lambda: are_idle(services) and jobs(services, MEASURE) == ["succeeded"])


@pytest.mark.parametrize("state", [SourceState.PAUSED, SourceState.NEEDS_REAUTH])
def test_a_source_that_is_not_active_is_not_compared(
    services: Services, synced: int, comparer: Comparer, work: Work, state: SourceState
) -> None:
    begin(services, synced)
    set_state(services, synced, state)
    with working(services, work):
        wait_until(lambda: jobs(services, RECONCILE) == ["succeeded"])
    assert comparer.compared == []


def test_a_source_that_was_never_synced_is_not_compared(
    services: Services, source_id: int, comparer: Comparer, work: Work
) -> None:
    with services.database.transaction() as session:
        reconcile_all(session, source_id)
    with working(services, work):
        wait_until(lambda: jobs(services, RECONCILE) == ["succeeded"])
    assert comparer.compared == []


def test_it_stands_behind_what_is_pulled_and_heard_of_the_source(
    services: Services, synced: int
) -> None:
    begin(services, synced)
    with services.database.transaction() as session:
        queue.defer_sync(session, synced)
        rows = session.execute(
            sa.text("SELECT task_name, lock, priority FROM procrastinate_jobs ORDER BY priority")
        ).all()
    assert [(row.task_name, row.lock) for row in rows] == [
        (RECONCILE, "reconcile"), (queue.SYNC, f"source:{synced}"),
    ]  # fmt: skip


@pytest.mark.heavy
def test_a_worker_finds_and_repairs_what_changed_without_a_word(services: Services) -> None:
    crm = shop_of_deals()
    shop, source_id = opened(services, crm)
    note_synced(services, source_id)
    behind_our_back(crm, "1", amount=250)
    begin(services, source_id)
    with working(shop, Work()):
        wait_until(lambda: are_idle(services) and jobs(services, MEASURE) == ["succeeded"])
    query = "SELECT noun, state FROM ledger_check ORDER BY noun"
    assert ask(services, query) == [
        ("company", "equal"), ("contact", "equal"), ("deal", "repaired"), ("task", "equal"),
        ("user", "equal"),
    ]  # fmt: skip
    assert schedule_of(services, Step.RECONCILE, source_id).last_result is Result.DONE
