"""What amoCRM's webhooks say is asked for by the next sync, and only the answer is believed."""

from collections.abc import Callable, Iterator

import pytest

from connectors import Hint, HintKind, Noun, ReadsHooks
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.amocrm.hooks.told import SETTINGS
from connectors.sandbox.faults import Fault
from kam_sync import flow
from kam_sync.intake.model import Origin, Source
from kam_sync.intake.store import HintStore, SourceStore
from kam_sync.wiring import Services
from tests.fakes.connecting import ask, twin
from tests.fakes.contents import differences, living
from tests.fakes.listener import Listener, Post
from tests.fakes.subscribing import subscribe

Hear = Callable[[], list[Post]]


@pytest.fixture
def source(services: Services, source: Source) -> Source:
    """The shop, synced once."""
    flow.sync(services, source.id)
    return source


@pytest.fixture
def hear(services: Services, box: AmoSandbox, source: Source) -> Iterator[Hear]:
    """A receiver of all webhooks; called, it keeps the hints of those that have come since.

    The log of events, which would tell the same, is empty meanwhile.
    """
    box.faults.append(Fault(path="/api/v4/events", status=204, times=None))
    box.webhooks.automatic = False
    with Listener() as ear:
        subscribe(box, ear.url, *sorted(SETTINGS))

        def keep() -> list[Post]:
            box.webhooks.deliver()
            posts, ear.posts = ear.posts, []
            note(services, source, posts)
            return posts

        yield keep


def note(services: Services, source: Source, posts: list[Post]) -> None:
    """What the inbox will do with calls that it has kept."""
    with services.database.transaction() as session:
        access = SourceStore(session).access(source.id)
        session.expunge_all()
    crm = services.open(source, access)
    assert isinstance(crm, ReadsHooks)
    hooks = [crm.read_hook(post.headers, post.body) for post in posts]
    crm.close()
    with services.database.transaction() as session:
        hints = HintStore(session, source.id)
        for hook in hooks:
            hints.note(hook.hints, Origin.HOOK, services.now())


def gone(services: Services) -> list[tuple[object, ...]]:
    query = "SELECT noun, external_id, gone_why FROM raw_record WHERE gone_at IS NOT NULL"
    return ask(services, query + " ORDER BY 1, 2")


@pytest.mark.heavy
def test_what_a_webhook_says_was_deleted_is_asked_for_and_gone(
    services: Services, box: AmoSandbox, source: Source, hear: Hear
) -> None:
    nouns = {
        "leads": "deal", "contacts": "contact", "companies": "company", "tasks": "task",
        "catalogs/1001/elements": "product", "catalogs/1002/elements": "invoice",
    }  # fmt: skip
    removed = {path: box.ids(path)[1] for path in nouns}
    for path, id_ in removed.items():
        box.remove(path, id_)
    flow.sync(services, source.id)
    assert gone(services) == []
    hear()
    flow.sync(services, source.id)
    said = [(noun, str(removed[path]), "hook") for path, noun in nouns.items()]
    assert gone(services) == sorted(said)


@pytest.mark.heavy
def test_what_a_webhook_says_was_restored_is_asked_for_and_back(
    services: Services, box: AmoSandbox, source: Source, hear: Hear
) -> None:
    id_ = box.ids("leads")[1]
    for deed, left in ((box.remove, [("deal", str(id_), "hook")]), (box.restore, [])):
        deed("leads", id_)
        hear()
        flow.sync(services, source.id)
        assert gone(services) == left


def test_webhooks_that_are_forged_or_late_delete_nothing_that_is_there(
    services: Services, box: AmoSandbox, source: Source, hear: Hear
) -> None:
    """Trap 25: nothing is signed, and a deletion may be told after the restoration."""
    forged = [b"leads[delete][%d][id]=%d" % pair for pair in enumerate(box.ids("leads"))]
    restored = box.ids("companies")[1]
    box.remove("companies", restored)
    box.restore("companies", restored)
    box.webhooks.reordered = True
    hear()
    note(services, source, [Post("/", {}, b"&".join(forged))])
    flow.sync(services, source.id)
    assert gone(services) == []


@pytest.mark.heavy
def test_webhooks_that_come_twice_in_any_order_and_about_ourselves_change_nothing_more(
    services: Services, box: AmoSandbox, source: Source, hear: Hear
) -> None:
    box.webhooks.duplicated = box.webhooks.reordered = True
    me, lead, lost = box.ids("users")[0], *box.ids("leads")[:2]
    for price in (1_000, 2_000):
        box.change("leads", lead, price=price, by=me)
    box.remove("leads", lost)
    posts = hear()
    flow.sync(services, source.id)
    note(services, source, posts)  # an hour later, once more
    flow.sync(services, source.id)
    box.faults.clear()
    calm = twin(services, box, source, "calm")
    flow.sync(services, calm.id)
    mine, theirs = living(services, source), living(services, calm)
    assert differences({"deal": mine["deal"]}, {"deal": theirs["deal"]}) == []
    assert gone(services) == [("deal", str(lost), "hook")]


def test_a_webhook_that_tells_of_what_is_gone_already_shows_that_it_is(
    services: Services, box: AmoSandbox, source: Source, hear: Hear
) -> None:
    id_ = box.ids("leads")[1]
    box.change("leads", id_, price=5)
    box.remove("leads", id_, silent=True)
    hear()
    flow.sync(services, source.id)
    assert gone(services) == [("deal", str(id_), "hook")]


@pytest.mark.heavy
def test_a_loser_that_a_webhook_told_to_be_deleted_goes_to_its_survivor_when_the_log_comes(
    services: Services, box: AmoSandbox, source: Source, hear: Hear
) -> None:
    loser, survivor = box.ids("companies")[:2]
    box.merge("companies", loser, survivor, delete_event=True)
    hear()
    flow.sync(services, source.id)
    assert gone(services) == [("company", str(loser), "hook")]
    box.faults.clear()
    flow.sync(services, source.id)
    into = "SELECT merged_into FROM raw_record WHERE gone_at IS NOT NULL AND noun = 'company'"
    assert ask(services, into) == [(str(survivor),)]


def test_a_hint_of_a_webhook_waits_until_the_crm_can_be_asked(
    services: Services, box: AmoSandbox, source: Source, hear: Hear
) -> None:
    id_ = box.ids("leads")[1]
    box.remove("leads", id_)
    hear()
    box.faults.append(Fault(path="/api/v4/", status=500, times=None))
    flow.sync(services, source.id)
    with services.database.transaction() as session:
        [waiting] = HintStore(session, source.id).waiting(Noun.DEAL, HintKind.CHECK)
        hint = Hint(Noun.DEAL, waiting.external_id)
    assert hint == Hint(Noun.DEAL, str(id_))
    box.faults.clear()
    flow.sync(services, source.id)
    assert [row[:2] for row in gone(services)] == [("deal", str(id_))]
