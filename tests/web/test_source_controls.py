"""The page of sources: what goes on, its buttons, and troubles in words for people."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors import ErrorKind
from kam_sync.base.clock import stopped_at
from kam_sync.intake.model import RunState, SourceState
from kam_sync.intake.store import RunStore, SourceStore
from kam_sync.jobs import queue
from kam_sync.jobs.model import Step
from kam_sync.jobs.store import ScheduleStore
from kam_sync.web.app import create_app
from tests.web.world import TOKEN, World

AGAIN = '<noscript><meta http-equiv="refresh" content="5"></noscript>'
"""With a script the page follows by itself."""
NOW_FORM = 'action="/sources/sales/sync"'
PAUSE_FORM = 'action="/sources/sales/pause"'
RESUME_FORM = 'action="/sources/sales/resume"'


def state(world: World) -> SourceState:
    with world.services.database.transaction() as session:
        return SourceStore(session).by_name("sales").state


def test_a_sync_is_asked_for_by_a_button(client, world: World) -> None:
    source_id = world.add_source()
    assert NOW_FORM in client.get("/sources/sales").text

    answer = client.post("/sources/sales/sync", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/sources/sales")
    assert world.deferred == [source_id]


def test_a_source_is_paused_and_resumed_by_buttons(client, world: World) -> None:
    world.add_source()

    paused = client.post("/sources/sales/pause").text
    assert state(world) is SourceState.PAUSED
    assert (RESUME_FORM in paused, PAUSE_FORM in paused, NOW_FORM in paused) == (True, False, False)
    assert client.post("/sources/sales/sync").status_code == 409

    resumed = client.post("/sources/sales/resume").text
    assert state(world) is SourceState.ACTIVE
    assert (RESUME_FORM in resumed, PAUSE_FORM in resumed) == (False, True)


@pytest.mark.parametrize("what", ["sync", "pause", "resume"])
def test_another_site_cannot_press_the_buttons(client, world: World, what: str) -> None:
    world.add_source()
    stranger = {"Sec-Fetch-Site": "cross-site"}

    assert client.post(f"/sources/sales/{what}", headers=stranger).status_code == 403
    assert client.get(f"/sources/sales/{what}").status_code == 405
    assert (state(world), world.deferred) == (SourceState.ACTIVE, [])


def test_a_sync_that_runs_shows_how_far_it_is_and_the_page_looks_again(
    client, world: World
) -> None:
    source_id = world.add_source()
    now = world.services.now()
    assert AGAIN not in client.get("/sources/sales").text
    with world.services.database.transaction() as session:
        runs = RunStore(session)
        runs.begin("sync", now, source_id=source_id)
        runs.note(runs.begin("sync", now, source_id=source_id, noun="deal"), {"read": 4500})

    page = client.get("/sources/sales?lang=en")

    assert "It is being synced now. Deals" in page.text
    assert "read 4,500" in page.text
    assert AGAIN in page.text
    assert NOW_FORM not in page.text


def test_the_last_and_the_next_sync_are_told(client, world: World) -> None:
    source_id = world.add_source()
    with world.services.database.transaction() as session:
        runs = RunStore(session)
        began = runs.begin("sync", world.services.now(), source_id=source_id)
        runs.end(began, RunState.DONE, world.services.now(), {})
    page = client.get("/sources/sales?lang=en").text
    assert "<dt>Last good sync</dt>" in page
    assert "<dt>Next one</dt>" not in page  # no scheduler is there

    with world.services.database.transaction() as session:
        ScheduleStore(session).make([(Step.SYNC, source_id)], world.services.now())
    assert "<dt>Next one</dt>" in client.get("/sources/sales?lang=en").text

    with world.services.database.transaction() as session:
        queue.defer_sync(session, source_id)
    waits = client.get("/sources/sales?lang=en")
    assert "A sync waits for its turn." in waits.text
    assert AGAIN in waits.text
    assert NOW_FORM not in waits.text


def test_the_next_sync_keeps_to_the_interval_that_this_process_sets(client, world: World) -> None:
    source_id = world.add_source()
    nine = datetime(2026, 11, 23, 9, 1, tzinfo=UTC)
    with world.services.database.transaction() as session:
        ScheduleStore(session).make([(Step.SYNC, source_id)], nine)
    services = replace(world.services, now=stopped_at(nine))
    with type(client)(create_app(services, sync_every=timedelta(days=1))) as seldom:
        assert "<dt>Next one</dt><dd>Nov 24, 2026, " in seldom.get("/sources/sales?lang=en").text


@pytest.mark.parametrize("kind", list(ErrorKind))
def test_a_trouble_is_told_in_russian_and_the_english_is_folded(
    client, world: World, kind: ErrorKind
) -> None:
    source_id = world.add_source()
    with world.services.database.transaction() as session:
        token = SourceStore(session).access(source_id).sealed_token
        said = "amocrm: GET /api/v4/account: [Errno 111]"
        SourceStore(session).judge(source_id, token, SourceState.NEEDS_PERSON, said, kind)

    page = client.get("/sources/sales?lang=ru").text

    message = page.split('<p class="message">')[1].split("</p>")[0]
    assert re.search("[а-я]{3}", message)
    assert "/api/v4" not in message
    assert f'<p class="note" lang="en">{said}</p>' in page
    assert TOKEN not in page


def test_a_source_that_was_opened_anew_is_not_said_to_need_that(client, world: World) -> None:
    source_id = world.add_source()
    with world.services.database.transaction() as session:
        runs = RunStore(session)
        began = runs.begin("sync", world.services.now(), source_id=source_id)
        runs.end(began, RunState.FAILED, world.services.now(), {}, "x", ErrorKind.ACCESS_ENDED)

    page = client.get("/sources/sales?lang=en").text

    assert "it was put right since" in page
    assert "What is wrong" not in page


def test_all_that_was_set_aside_is_on_a_page_of_its_own(client, world: World) -> None:
    source_id = world.add_source()
    world.set_aside(source_id, 130)
    assert 'href="/sources/sales/set-aside"' in client.get("/sources/sales").text
    assert "/api/v1" not in client.get("/sources/sales").text

    first = client.get("/sources/sales/set-aside").text
    following = first.split('rel="next" href="')[1].split('"')[0]
    rest = client.get(f"/sources/sales/set-aside{following}").text

    assert ("deal 99: no currency" in first, "deal 100: no currency" in first) == (True, False)
    assert ("deal 129: no currency" in rest, 'rel="next"' in rest) == (True, False)
