"""Integrators are told by themselves: what has changed is looked for, and sent."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from connectors import Noun
from kam_sync import targeting
from kam_sync.jobs.model import JobStatus
from kam_sync.jobs.queue import defer_announcing, defer_delivery, defer_removal
from kam_sync.jobs.store import QueueStore
from kam_sync.jobs.tasks import Work, give_up
from kam_sync.jobs.upkeep import keep_house
from kam_sync.jobs.waking import wake
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.listener import Listener
from tests.fakes.memory_crm import AskableCrm
from tests.fakes.telling import Told, told
from tests.fakes.waiting import wait_until
from tests.jobs.conftest import jobs, working


@pytest.fixture
def shop(services: Services) -> Iterator[Told]:
    """A CRM with one deal, and a target that is told."""
    crm = AskableCrm()
    crm.put(Noun.COMPANY, "1")
    crm.put(Noun.DEAL, "1", company="1")
    with Listener() as ear:
        yield told(services, crm, ear)


def test_nothing_is_queued_when_there_is_no_news(shop: Told) -> None:
    wake(shop.services)
    assert jobs(shop.services, "announce") == []
    assert jobs(shop.services, "deliver") == []


def test_nothing_is_queued_without_a_target(services: Services) -> None:
    wake(services)
    assert jobs(services, "announce") == []


def test_a_change_is_found_and_sent_by_the_worker(shop: Told) -> None:
    shop.crm.put(Noun.DEAL, "1", amount=7)
    shop.sync()
    for _ in range(3):  # each process looks, one job comes of it
        wake(shop.services)
    assert jobs(shop.services, "announce") == ["todo"]
    with working(shop.services, Work()):
        assert shop.ear.hears(1, 60)
        wait_until(lambda: jobs(shop.services, "deliver") == ["succeeded"])
    assert shop.deliveries()[0].state.value == "delivered"


def test_what_failed_is_sent_again_when_it_is_due(shop: Told) -> None:
    shop.ear.statuses.append(500)
    shop.crm.put(Noun.DEAL, "1", amount=7)
    shop.hear()
    wake(shop.services)
    assert jobs(shop.services, "deliver") == []
    shop.time.go_on(seconds=6)
    wake(shop.services)
    assert jobs(shop.services, "deliver") == ["todo"]


def test_a_fault_of_ours_is_tried_again_and_then_told(shop: Told) -> None:
    def break_down(*_: object, **__: object) -> int:
        raise ArithmeticError("a fault")

    with shop.services.database.transaction() as session:
        defer_announcing(session)
        defer_delivery(session, shop.target.id)
    subjects = "SELECT subject FROM incident WHERE resolved_at IS NULL ORDER BY 1"
    work = Work(announce=break_down, deliver=break_down)
    with working(shop.services, work):
        wait_until(
            lambda: (
                ask(shop.services, subjects)
                == [("house/announce",), (f"house/deliver:{shop.target.id}",)]
            )
        )
    with shop.services.database.transaction() as session:
        defer_announcing(session)
        defer_delivery(session, shop.target.id)
    with working(shop.services, Work()):
        wait_until(lambda: ask(shop.services, subjects) == [])


def test_a_sending_that_kills_every_worker_is_an_incident_until_it_works_or_its_target_goes(
    shop: Told,
) -> None:
    subjects = "SELECT subject FROM incident WHERE resolved_at IS NULL ORDER BY 1"
    both = [("house/announce",), (f"house/deliver:{shop.target.id}",)]
    lose_all_workers(shop)
    assert ask(shop.services, subjects) == both
    with shop.services.database.transaction() as session:
        defer_announcing(session)
        defer_delivery(session, shop.target.id)
    with working(shop.services, Work()):
        wait_until(lambda: ask(shop.services, subjects) == [])
    lose_all_workers(shop)
    assert ask(shop.services, subjects) == both
    with shop.services.database.transaction() as session:
        targeting.remove(session, "bridge", shop.time())
    assert ask(shop.services, subjects) == both[:1]
    lose_all_workers(shop)
    assert ask(shop.services, subjects) == both[:1]  # nobody resolves one about a target gone


def lose_all_workers(shop: Told) -> None:
    """Give up the jobs that tell, and one of the queue's own, as after the deaths of workers."""
    with shop.services.database.transaction() as session:
        defer_announcing(session)
        defer_delivery(session, shop.target.id)
        defer_removal(session, keep=timedelta(days=7))
        queue = QueueStore(session)
        waiting = queue.jobs(status=JobStatus.WAITING, limit=10)
        assert len(waiting) == 3
        for job in waiting:
            queue.cancel(job.id)
            give_up(session, job, shop.time())


def test_events_are_forgotten_after_thirty_days_sent_or_not(shop: Told) -> None:
    shop.crm.put(Noun.DEAL, "1", amount=7)
    shop.hear()
    shop.time.go_on(days=29)
    keep_house(shop.services)
    assert len(shop.deliveries()) == 1
    shop.time.go_on(days=2)
    keep_house(shop.services)
    assert shop.deliveries() == []
    assert ask(shop.services, "SELECT count(*) FROM event") == [(0,)]


def test_the_targets_of_a_slow_one_take_their_turns(shop: Told) -> None:
    """A batch ends after its ten seconds, and the rest is queued again."""
    for number in range(2, 5):
        shop.crm.put(Noun.DEAL, str(number), company="1")
    shop.sync()
    shop.announce()
    real = shop.services.now

    def slowly() -> object:
        shop.time.at += timedelta(seconds=2)
        return real()

    object.__setattr__(shop.services, "now", slowly)
    assert shop.deliver().is_more
    assert 0 < len(shop.ear.posts) < 3
