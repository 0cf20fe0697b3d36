"""What other clients of amoCRM were seen to lose is not lost here."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from itertools import islice
from typing import Any

import pytest

import kam_sync.intake.step
from connectors import Noun
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from connectors.sandbox.http import Request, Response
from connectors.sandbox.world import MadeUpWorld
from kam_sync import connecting, flow
from kam_sync.intake.model import NounCounts, RunState, Source, SourceState
from kam_sync.wiring import Services
from tests.fakes.connecting import ask, connect, raw_counts, state, twin
from tests.fakes.contents import differences, living

_LIVE_DEALS = "SELECT external_id FROM deal WHERE source_id = :id AND NOT is_deleted"


class BusyBox(AmoSandbox):
    """An account in which people work while its deals are read."""

    pages = 0
    work: Callable[[], None] | None = None

    def answer(self, request: Request) -> Response:
        """At every second page of deals somebody works."""
        if self.work is not None and request.path == "/api/v4/leads":
            self.pages += 1
            if self.pages % 2 == 0:
                self.work()
        return super().answer(request)


TROUBLES: dict[str, dict[str, Any]] = {
    "one truncated answer": {"truncate_at": 40},
    "one 403": {"status": 403, "html": True},
    "a token that expires": {"status": 401, "body": b'{"status":401}'},
}


@pytest.fixture(params=["on", pytest.param("ignored", marks=pytest.mark.heavy)])
def api_filter(request: pytest.FixtureRequest) -> str:
    """With and without the paid filter."""
    return str(request.param)


@pytest.fixture
def box(api_filter: str) -> Iterator[BusyBox]:
    """Six pages of deals; after eight questions it is known which is the last one."""
    world = MadeUpWorld(size=20, deals=1_400, contacts=60, today=date(2026, 11, 1))
    with BusyBox(world, rate=0, api_filter=api_filter) as opened:
        yield opened


@pytest.fixture
def large_box(api_filter: str) -> Iterator[BusyBox]:
    """Twenty pages of deals."""
    world = MadeUpWorld(size=20, deals=4_954, contacts=60, today=date(2026, 11, 1))
    with BusyBox(world, rate=0, api_filter=api_filter) as opened:
        yield opened


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page is stored by itself, so that a load can be left in the middle."""
    page_by_page = partial(kam_sync.intake.step.batches, size=250)
    monkeypatch.setattr(kam_sync.intake.step, "batches", page_by_page)


def live_deals(services: Services, source: Source) -> set[str]:
    return {id_ for (id_,) in ask(services, _LIVE_DEALS, id=source.id)}


@pytest.mark.heavy
def test_25_deals_updated_at_every_second_page_hide_no_other(
    services: Services, large_box: BusyBox
) -> None:
    box = large_box
    source = connect(services, box)
    ids = iter(box.ids("leads"))

    def work() -> None:
        for id_ in islice(ids, 25):
            box.change("leads", id_, price=777)

    box.work = work
    assert flow.sync(services, source.id).state is RunState.DONE
    assert box.pages >= 20
    box.work = None
    flow.sync(services, source.id)
    assert live_deals(services, source) == {str(id_) for id_ in box.ids("leads")}
    changed = "SELECT count(*) FROM deal WHERE source_id = :id AND amount = 777"
    rows = (box.row("leads", id_) for id_ in box.ids("leads"))
    assert ask(services, changed, id=source.id) == [(sum(row["price"] == 777 for row in rows),)]


@pytest.mark.heavy
def test_deleted_deals_and_merged_contacts_do_not_stay_as_live_rows(
    services: Services, box: AmoSandbox
) -> None:
    source = connect(services, box)
    flow.sync(services, source.id)
    deleted, (loser, survivor) = box.ids("leads")[5], box.ids("contacts")[:2]
    box.remove("leads", deleted)
    box.merge("contacts", loser, survivor)
    flow.sync(services, source.id)
    assert str(deleted) not in live_deals(services, source)
    query = "SELECT external_id FROM contact WHERE source_id = :id AND NOT is_deleted"
    contacts = {id_ for (id_,) in ask(services, query, id=source.id)}
    assert (str(loser) in contacts, str(survivor) in contacts) == (False, True)


@pytest.mark.parametrize(
    ("api_filter", "trouble"),
    [
        *(("on", name) for name in TROUBLES),
        ("ignored", "one truncated answer"),
        pytest.param("ignored", "one 403", marks=pytest.mark.heavy),
        pytest.param("ignored", "a token that expires", marks=pytest.mark.heavy),
    ],
    indirect=["api_filter"],
)
def test_trouble_in_the_middle_of_a_load_costs_nothing_that_was_stored(
    services: Services, box: AmoSandbox, trouble: str
) -> None:
    source = connect(services, box)
    box.faults.append(Fault(path="/api/v4/leads$", after=11, times=9, **TROUBLES[trouble]))
    flow.sync(services, source.id)
    before = raw_counts(services, source)
    assert before["company"] == box.count("companies")
    assert before["contact"] == box.count("contacts")
    assert before["deal"] > 0
    box.faults.clear()
    connecting.set_paused(services, source.name, paused=False)
    again = flow.sync(services, source.id)
    assert again.state is RunState.DONE
    assert live_deals(services, source) == {str(id_) for id_ in box.ids("leads")}


def test_a_load_that_was_stopped_goes_on_where_it_was_and_not_from_the_beginning(
    services: Services, box: AmoSandbox
) -> None:
    source = connect(services, box)
    box.faults.append(Fault(path="/api/v4/leads$", after=11, times=99, status=500))
    flow.sync(services, source.id)
    stored = raw_counts(services, source)["deal"]
    box.faults.clear()
    again = flow.sync(services, source.id).nouns[Noun.DEAL]
    assert stored > 0
    assert again.read <= box.count("leads") - stored + 250


def test_companies_and_contacts_without_deals_are_loaded(
    services: Services, box: AmoSandbox
) -> None:
    for id_ in box.ids("leads"):
        box.purge("leads", id_)
    source = connect(services, box)
    flow.sync(services, source.id)
    counts = raw_counts(services, source)
    assert counts["company"] == box.count("companies") > 0
    assert counts["contact"] == box.count("contacts") > 0


@pytest.mark.heavy
def test_no_address_grows_with_the_number_of_ids(services: Services, box: AmoSandbox) -> None:
    source = connect(services, box)
    flow.sync(services, source.id)
    for id_ in box.ids("leads")[:900]:
        box.remove("leads", id_)
    connecting.change(services, source.name, options={"most_deleted_percent": "100"})
    flow.sync(services, source.id)
    assert max(len(seen.query) for seen in box.requests) < 4_000
    assert live_deals(services, source) == {str(id_) for id_ in box.ids("leads")}


@pytest.mark.heavy
def test_the_first_load_of_two_sources_that_differ_in_luck_ends_alike(
    services: Services, small_steps: None, box: AmoSandbox
) -> None:
    lucky = connect(services, box, "lucky")
    unlucky = twin(services, box, lucky, "unlucky")
    flow.sync(services, lucky.id)

    def interrupt(_source: Source, noun: Noun, _counts: NounCounts) -> None:
        if noun is Noun.DEAL:
            raise KeyboardInterrupt

    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            flow.sync(services, unlucky.id, watch=interrupt)
    assert flow.sync(services, unlucky.id).state is RunState.DONE
    assert state(services, unlucky)[0] is SourceState.ACTIVE
    assert differences(living(services, lucky), living(services, unlucky)) == []
