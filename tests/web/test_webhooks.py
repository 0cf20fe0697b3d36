"""Whether CRMs call us: on the page, by API and in the metrics."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from pydantic import HttpUrl

from connectors.sandbox.amocrm import AmoSandbox
from kam_sync import flow
from kam_sync.intake.quiet import Why
from kam_sync.intake.store import InboxStore, SourceStore, SubscriptionStore
from kam_sync.intake.subscription import HooksState
from kam_sync.web.app import create_app
from tests.fakes.connecting import connect
from tests.fakes.subscribed import at
from tests.web.conftest import TestClient, served
from tests.web.world import WHEN, World


@pytest.fixture
def source_id(world: World) -> int:
    return world.add_source("sales")


def note(world: World, source_id: int, **values: object) -> None:
    with world.services.database.transaction() as session:
        store = SubscriptionStore(session)
        store.begin(source_id, WHEN)
        store.note(source_id, **values)


def deferred(world: World) -> list[str]:
    with world.services.database.transaction() as session:
        query = "SELECT task_name FROM procrastinate_jobs WHERE task_name = 'subscribe_hooks'"
        return list(session.scalars(sa.text(query)))


def wanted(world: World, source_id: int) -> str | None:
    with world.services.database.transaction() as session:
        return SourceStore(session).access(source_id).options.get("webhooks")


def test_a_source_tells_how_its_webhooks_stand(
    client: TestClient, world: World, source_id: int
) -> None:
    note(world, source_id, state=HooksState.ACTIVE)
    found = client.get("/api/v1/sources/sales").json()["webhooks"]
    assert found == {
        "state": "active", "is_wanted": True, "reach": "not_set", "since": "2026-11-23T09:00:00Z",
        "asked_at": "2026-11-23T09:00:00Z", "received_at": None, "message": "", "error_kind": "",
        "advice": "", "changes": 0, "unannounced": 0, "unannounced_share": None, "quiet": None,
        "quiet_since": None,
    }  # fmt: skip
    assert client.get("/api/v1/sources/sales/webhooks").json() == found


def test_the_advice_is_in_the_language_that_is_asked_for(
    client: TestClient, world: World, source_id: int
) -> None:
    note(world, source_id, state=HooksState.REFUSED, error_kind="not_paid", message="402")
    for language, words in (("en", "does not include webhooks"), ("ru", "не входят вебхуки")):
        found = client.get(f"/api/v1/sources/sales/webhooks?lang={language}").json()
        assert words in found["advice"]
        page = client.get(f"/sources/sales?lang={language}").text
        assert words in page


def test_they_are_switched_by_api_and_the_crm_is_told_in_the_background(
    client: TestClient, world: World, source_id: int
) -> None:
    answer = client.put("/api/v1/sources/sales/webhooks", json={"is_wanted": False})
    assert (answer.status_code, answer.json()["is_wanted"]) == (200, False)
    assert wanted(world, source_id) == "off"
    assert deferred(world) == ["subscribe_hooks"]
    client.put("/api/v1/sources/sales/webhooks", json={"is_wanted": True})
    assert wanted(world, source_id) == "on"
    assert client.post("/api/v1/sources/sales/webhooks/rotate").status_code == 202


def test_they_are_switched_by_the_buttons_of_the_page(
    client: TestClient, world: World, source_id: int
) -> None:
    assert 'action="/sources/sales/webhooks/off"' in client.get("/sources/sales?lang=en").text
    answer = client.post("/sources/sales/webhooks/off", follow_redirects=False)
    assert answer.status_code == 303
    page = client.get("/sources/sales?lang=en").text
    assert 'action="/sources/sales/webhooks/on"' in page
    assert client.post("/sources/sales/webhooks/sideways").status_code == 422


def test_another_site_switches_nothing(client: TestClient, world: World, source_id: int) -> None:
    strange = {"origin": "https://evil.example"}
    for answer in (
        client.put("/api/v1/sources/sales/webhooks", json={"is_wanted": False}, headers=strange),
        client.post("/api/v1/sources/sales/webhooks/rotate", headers=strange),
        client.post("/sources/sales/webhooks/off", headers=strange),
    ):
        assert answer.status_code == 403
    assert wanted(world, source_id) is None


def test_a_source_that_is_not_there_and_a_body_that_says_nothing(
    client: TestClient, source_id: int
) -> None:
    assert client.get("/api/v1/sources/other/webhooks").status_code == 404
    assert client.put("/api/v1/sources/sales/webhooks", json={}).status_code == 422


@pytest.mark.parametrize(
    ("public_url", "words"),
    [
        (None, "Set KAM_SYNC_PUBLIC_URL"),
        ("http://kam.example.com", "calls https alone"),
        ("https://10.0.0.1", "in your own network alone"),
        ("https://kam.example.com", "The address is set now"),
    ],
)
def test_who_cannot_be_reached_is_told_what_to_set(
    world: World, source_id: int, public_url: str | None, words: str
) -> None:
    note(world, source_id, state=HooksState.NO_ADDRESS)
    url = None if public_url is None else HttpUrl(public_url)
    settings = world.services.settings.model_copy(update={"public_url": url})
    with TestClient(create_app(replace(world.services, settings=settings))) as client:
        assert words in client.get("/sources/sales?lang=en").text


def test_a_crm_that_was_asked_to_call_calls_and_what_it_tells_is_kept(
    world: World, box: AmoSandbox
) -> None:
    box.webhooks.automatic = False
    source = connect(world.services, box)
    with served(create_app(world.services)) as address:
        flow.look_after_hooks(at(world.services, address), source.id)
        box.change("leads", box.ids("leads")[0], price=5)
        assert box.webhooks.deliver() > 0
        assert {sent.status for sent in box.webhooks.sent} == {200}
    with world.services.database.transaction() as session:
        assert InboxStore(session).has_new(source.id)


def test_metrics_tell_who_is_subscribed(client: TestClient, world: World, source_id: int) -> None:
    assert 'kam_sync_hooks_subscribed{source="sales"} 0.0' in client.get("/metrics").text
    note(world, source_id, state=HooksState.ACTIVE, lost=3, changes=4)
    told = client.get("/metrics").text
    assert 'kam_sync_hooks_subscribed{source="sales"} 1.0' in told
    assert 'kam_sync_hooks_unannounced_share{source="sales"} 0.75' in told


@pytest.mark.parametrize(
    ("language", "words", "share"),
    [
        ("en", "too few come", "By polling alone, within a day: 1,200 of 1,201 changed records."),
        ("ru", "приходит слишком мало", "Только опросом за сутки: 1 200 из 1 201"),
    ],
)
def test_webhooks_that_are_quiet_are_shown_with_since_when(
    client: TestClient, world: World, source_id: int, language: str, words: str, share: str
) -> None:
    note(world, source_id, state=HooksState.ACTIVE, lost=1200, changes=1201,
         quiet_why=Why.SILENT, quiet_since=WHEN)  # fmt: skip
    found = client.get("/api/v1/sources/sales/webhooks").json()
    assert (found["quiet"], found["quiet_since"]) == ("silent", "2026-11-23T09:00:00Z")
    assert found["unannounced_share"] == 0.9992
    page = client.get(f"/sources/sales?lang={language}").text.replace("\xa0", " ")
    assert words in page
    assert share in page
