"""The page of a source: followed live while a sync runs, its history, and how it is let go."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from connectors.sandbox.amocrm import AmoSandbox
from kam_sync import connecting, flow
from kam_sync.intake.model import NewSource, RunState
from kam_sync.intake.store import RunStore, SourceStore, syncs_of
from kam_sync.web.app import create_app
from tests.fakes.waiting import wait_until
from tests.web.browsing import browsing
from tests.web.conftest import served
from tests.web.world import WHEN, World


@pytest.fixture
def page() -> Iterator[Page]:
    """A phone's page."""
    with browsing() as page:
        yield page


@pytest.mark.heavy
@pytest.mark.browser
def test_a_sync_that_runs_is_followed_without_a_reload(
    world: World, address: str, page: Page, box: AmoSandbox
) -> None:
    new = NewSource(name="sales", kind="amocrm", base_url=box.url)
    source, _ = connecting.add(world.services, new, box.token, {})
    page.goto(f"{address}/sources/sales?lang=en")
    page.get_by_text("Never synced yet.").wait_for()
    may_go_on = threading.Event()
    syncing = threading.Thread(
        target=flow.sync, args=(world.services, source.id),
        kwargs={"watch": lambda *_: may_go_on.wait(60)},
    )  # fmt: skip
    syncing.start()
    page.get_by_role("progressbar").first.wait_for()
    assert "It is being synced now." in page.get_by_role("status").first.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") == 380

    may_go_on.set()
    syncing.join(60)
    page.get_by_role("progressbar").first.wait_for(state="detached")
    page.get_by_text("Never synced yet.").wait_for(state="detached")


@pytest.mark.heavy
@pytest.mark.browser
def test_a_person_is_led_from_the_kind_to_the_first_load(
    world: World, page: Page, box: AmoSandbox
) -> None:
    with served(create_app(world.services, defer_sync=world.deferred.append)) as address:
        page.goto(f"{address}/?lang=en")
        page.get_by_role("link", name="Connect a CRM").first.click()
        page.get_by_label("Name here").fill("sales")
        page.get_by_label("Address of your account").fill(box.url)
        page.get_by_role("link", name="Bitrix24").click()
        page.get_by_role("heading", name="2. Access to Bitrix24").wait_for()
        page.get_by_role("link", name="amoCRM").click()
        page.get_by_role("heading", name="2. Access to amoCRM").wait_for()
        assert page.get_by_label("Name here").input_value() == "sales"
        page.get_by_label("Token", exact=True).fill(box.token)
        page.get_by_role("button", name="Connect").click()
        page.get_by_role("heading", name="3. What was found").wait_for()
        page.get_by_role("button", name="Begin the first load").click()
        wait_until(lambda: len(world.deferred) == 1)

        flow.sync(world.services, world.deferred[0])
        page.get_by_text("The first load is done").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == 380


def test_the_last_syncs_are_told_with_what_they_did_together(client, world: World) -> None:
    source_id = world.add_source()
    with world.services.database.transaction() as session:
        runs = RunStore(session)
        for read in (700, 30):
            whole = runs.begin("sync", WHEN, source_id=source_id)
            for noun in ("deal", "company"):
                part = runs.begin("sync", WHEN, source_id=source_id, noun=noun)
                runs.end(part, RunState.DONE, WHEN, {"read": read, "created": 1})
            runs.end(whole, RunState.DONE, WHEN, {})
        found = syncs_of(session, source_id, limit=5)
    assert [(one.read, one.created) for one in found] == [(60, 2), (1400, 2)]
    page = client.get("/sources/sales?lang=en").text
    assert page.index('data-label="Read">60<') < page.index('data-label="Read">1,400<')


def test_a_source_is_let_go_once_its_name_is_typed(client, world: World) -> None:
    world.add_source()
    unlike = client.post("/sources/sales/remove", data={"name": "sale"}).text
    assert "Название другое; ничего не удалено." in unlike
    gone = client.post("/sources/sales/remove", data={"name": "sales"}, follow_redirects=False)
    assert (gone.status_code, gone.headers["location"]) == (303, "/sources")
    with world.services.database.transaction() as session:
        assert SourceStore(session).all() == []


def test_a_source_that_is_pulled_is_not_let_go(client, world: World) -> None:
    source_id = world.add_source()
    with world.services.database.alone(f"source {source_id}"):
        assert client.post("/sources/sales/remove", data={"name": "sales"}).status_code == 409
    assert "подключён" in client.get("/sources").text
