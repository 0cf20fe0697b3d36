"""A long pull fetches what webhooks tell of meanwhile, and its older pages do not undo that."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import pytest

import kam_sync.intake.step
from connectors import Hint, Noun
from connectors.sandbox.amocrm import AmoSandbox
from kam_sync import connecting, flow
from kam_sync.base.clock import stopped_at
from kam_sync.intake.model import NounCounts, Origin, RunState, Source
from kam_sync.intake.store import HintStore
from kam_sync.wiring import Services
from tests.conftest import NOW
from tests.fakes.calling_crm import CallingCrm, Hurrying, call
from tests.fakes.connecting import ask, twin
from tests.fakes.contents import contents, differences
from tests.fakes.memory_crm import connected
from tests.fakes.posting import post, states

STORED = "SELECT external_id, amount FROM deal WHERE NOT is_deleted ORDER BY external_id"
GONE = "SELECT external_id FROM raw_record WHERE gone_at IS NOT NULL"


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is a page of ten."""
    small = partial(kam_sync.intake.step.batches, size=10)
    monkeypatch.setattr(kam_sync.intake.step, "batches", small)


@dataclass
class Shop:
    """A CRM with 50 deals that were synced once; what happens in it is told by webhooks."""

    services: Services
    crm: CallingCrm
    source_id: int
    seen: dict[str, list[tuple[object, ...]]] = field(default_factory=dict)

    def change(self, key: str, amount: int) -> None:
        self.crm.put(Noun.DEAL, key, amount=amount)
        call(self.services, self.source_id, Noun.DEAL, key)

    def remove(self, key: str) -> None:
        self.crm.remove(Noun.DEAL, key)
        call(self.services, self.source_id, Noun.DEAL, key)

    def pull(self, *deeds: Callable[[], object], full: bool = True) -> flow.SyncResult:
        """Sync; after each batch of deals, one thing happens."""
        left, last = list(deeds), [0]

        def watch(_source: Source, noun: Noun, counts: NounCounts) -> None:
            if noun is Noun.DEAL and left and counts.read not in last:
                last.append(counts.read)
                left.pop(0)()

        result = flow.sync(self.services, self.source_id, full=full, watch=watch)
        assert left == []
        return result

    def look(self, name: str) -> None:
        self.seen[name] = ask(self.services, STORED)

    def stored(self) -> dict[str, int]:
        return {key: int(amount) for key, amount in ask(self.services, STORED)}


@pytest.fixture
def shop(services: Services) -> Shop:
    crm = CallingCrm(page_size=10)
    for number in range(50):
        crm.put(Noun.DEAL, f"{number:02}", amount=100)
    own, source_id = connected(services, crm)
    shop = Shop(replace(own, now=Hurrying(NOW)), crm, source_id)
    shop.pull()
    crm.asked.clear()
    return shop


def nothing() -> None:
    """What mostly happens."""


def test_what_a_webhook_tells_of_during_a_pull_is_here_before_the_pull_ends(shop: Shop) -> None:
    shop.pull(partial(shop.change, "03", 777), partial(shop.look, "next batch"))
    assert ("03", 777) in shop.seen["next batch"]
    assert states(shop.services) == [("read", "")]


def test_a_page_that_was_read_ahead_does_not_undo_what_was_fetched_meanwhile(shop: Shop) -> None:
    result = shop.pull(partial(shop.change, "33", 777))
    assert shop.stored()["33"] == 777
    assert shop.crm.asked == [(Noun.DEAL, "33")] * 2
    assert (result.state, result.nouns[Noun.DEAL].updated) == (RunState.DONE, 1)


def test_a_page_that_was_read_ahead_brings_nobody_back_who_was_deleted_meanwhile(
    shop: Shop,
) -> None:
    shop.crm.put(Noun.DEAL, "49a", amount=5)
    shop.pull(partial(shop.remove, "33"), partial(shop.remove, "49a"))
    assert shop.stored().keys() == shop.crm.rows[Noun.DEAL].keys()
    assert ask(shop.services, GONE) == [("33",)]


def test_who_is_fetched_by_id_in_the_middle_of_a_walk_is_not_taken_for_absent(shop: Shop) -> None:
    shop.crm.remove(Noun.DEAL, "21")
    shop.crm.hidden.add((Noun.DEAL, "05"))
    told = [partial(call, shop.services, shop.source_id, Noun.DEAL, k) for k in ("05", "44", "02")]
    shop.pull(*told, partial(shop.change, "new", 9))
    assert ask(shop.services, GONE) == [("21",)]
    assert shop.stored().keys() == shop.crm.rows[Noun.DEAL].keys()


def test_a_first_load_listens_from_its_first_batch(services: Services) -> None:
    crm = CallingCrm(page_size=10)
    crm.put(Noun.USER, "7")
    for number in range(30):
        crm.put(Noun.DEAL, f"{number:02}", amount=100)
    own, source_id = connected(services, crm)
    found: list[list[tuple[object, ...]]] = []

    def watch(_source: Source, noun: Noun, counts: NounCounts) -> None:
        if noun is Noun.USER and counts.read == 1 and not found:
            call(services, source_id, Noun.DEAL, "17")
            found.append([])
        elif noun is Noun.COMPANY:
            found.append(ask(services, "SELECT external_id FROM deal"))

    flow.sync(replace(own, now=Hurrying(NOW)), source_id, watch=watch)
    assert found[1] == [("17",)]
    assert ask(services, "SELECT count(*) FROM deal") == [(30,)]
    assert ask(services, GONE) == []


def test_a_pull_looks_for_webhooks_at_most_every_few_seconds(shop: Shop) -> None:
    shop.services = replace(shop.services, now=stopped_at(NOW))
    shop.pull(nothing, partial(shop.change, "03", 777))
    assert states(shop.services) == [("new", "")]
    assert shop.crm.asked == []


def test_what_a_crm_that_was_away_was_not_asked_is_asked_before_lists_bring_it(shop: Shop) -> None:
    shop.crm.put(Noun.DEAL, "07", amount=500)
    with shop.services.database.transaction() as session:
        hints = HintStore(session, shop.source_id)
        hints.note([Hint(Noun.DEAL, "07")], Origin.HOOK, shop.services.now())
    shop.pull(lambda: shop.seen.update(asked=list(shop.crm.asked)), full=False)
    assert shop.seen["asked"] == [(Noun.DEAL, "07")]
    assert shop.stored()["07"] == 500


def test_a_crm_that_is_not_to_be_asked_by_id_for_a_while_is_pulled_all_the_same(
    shop: Shop,
) -> None:
    def heal() -> None:
        shop.crm.is_deaf = False

    shop.crm.is_deaf = True
    result = shop.pull(partial(shop.change, "03", 777), nothing, nothing, heal)
    assert result.state is RunState.DONE
    assert shop.stored()["03"] == 777


def test_a_pull_that_is_paused_while_it_listens_stops_and_keeps_the_webhooks(shop: Shop) -> None:
    name = shop.pull().source

    def change_and_pause() -> None:
        shop.change("03", 777)
        connecting.set_paused(shop.services, name, paused=True)

    result = shop.pull(change_and_pause)
    assert result.state is RunState.LATER
    assert states(shop.services) == [("new", "")]
    connecting.set_paused(shop.services, name, paused=False)
    flow.hear(shop.services, shop.source_id, go_on=nothing)
    assert shop.stored()["03"] == 777


def test_webhooks_of_a_paused_source_wait_although_it_is_pulled_by_hand(shop: Shop) -> None:
    connecting.set_paused(shop.services, shop.pull().source, paused=True)
    shop.pull(partial(shop.change, "03", 777))
    assert states(shop.services) == [("new", "")]


@pytest.mark.heavy
def test_a_load_of_amocrm_fetches_what_is_announced_meanwhile_by_a_connection_of_its_own(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    hurried = replace(services, now=Hurrying(NOW))
    lead, lost = box.ids("leads")[-1], box.ids("leads")[5]
    seen: list[tuple[object, ...]] = []

    def watch(_source: Source, noun: Noun, _counts: NounCounts) -> None:
        if noun is Noun.GROUP and states(services) == []:
            box.change("leads", lead, price=77_000)
            post(services, source, f"leads[update][0][id]={lead}".encode())
        if noun is Noun.USER and not seen:
            seen.extend(ask(services, "SELECT external_id, amount FROM deal"))
        if noun is Noun.CONTACT and lost in box.ids("leads"):
            box.remove("leads", lost)
            post(services, source, f"leads[delete][0][id]={lost}".encode())

    assert flow.sync(hurried, source.id, watch=watch).state is RunState.DONE
    assert seen == [(str(lead), 77_000)]
    assert flow.sync(services, source.id, full=True).state is RunState.DONE
    calm = twin(services, box, source, "calm")
    flow.sync(services, calm.id)
    assert differences(contents(services, source), contents(services, calm)) == []
