"""Open pages hear of what has changed."""

import asyncio
import re
from contextlib import aclosing
from urllib.parse import parse_qs
from uuid import UUID

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from connectors import NewTask, Noun, Ref, Written
from kam_sync.alerts.store import AlertStore
from kam_sync.intake.store import RunStore, WriteStore
from kam_sync.jobs.attending import attending
from kam_sync.web.live import Live
from tests.web.world import WHEN, World


def test_who_listens_hears_what_kind_of_thing_changed(world: World, fallen: UUID) -> None:
    async def listened() -> list[str]:
        heard = []
        live = Live(world.services, every=0.01)
        async with aclosing(live.news("")) as news:
            waiting = asyncio.ensure_future(anext(news))
            await asyncio.sleep(0.1)  # it has looked how things stand
            await asyncio.to_thread(_acknowledge, world, fallen)
            heard.append((await waiting).event)
            begun = await asyncio.to_thread(_begin, world)
            heard.append((await anext(news)).event)
            await asyncio.to_thread(_note, world, begun)
            heard.append((await anext(news)).event)
        return heard

    assert asyncio.run(asyncio.wait_for(listened(), 20)) == ["alerts", "runs", "runs"]


def test_who_comes_back_hears_of_what_it_missed(world: World, fallen: UUID) -> None:
    async def ids() -> list[str | None]:
        live, heard = Live(world.services, every=0.01), []
        async with aclosing(live.news('{"alerts": "before", "runs": "before"}')) as news:
            heard += [(await anext(news)).event, (await anext(news)).event]
        live.close()
        return heard

    assert asyncio.run(asyncio.wait_for(ids(), 20)) == ["alerts", "runs"]


def test_a_page_hears_of_what_changed_before_its_stream_began(
    world: World, fallen: UUID, client: TestClient
) -> None:
    [asked] = re.findall(r'hx-sse:connect="/events\?([^"]*)"', client.get("/").text)
    _acknowledge(world, fallen)

    async def heard() -> str | None:
        async with aclosing(
            Live(world.services, every=0.01).news(parse_qs(asked)["seen"][0])
        ) as news:
            return (await anext(news)).event

    assert asyncio.run(asyncio.wait_for(heard(), 20)) == "alerts"


def test_who_waits_for_a_task_hears_that_it_is_in_the_crm(world: World, fallen: UUID) -> None:
    async def listened() -> list[str | None]:
        heard = []
        async with aclosing(Live(world.services, every=0.01).news("")) as news:
            for step in (_ask_for_a_task, _task_is_there):
                waiting = asyncio.ensure_future(anext(news))
                await asyncio.sleep(0.1)
                await asyncio.to_thread(step, world)
                heard.append((await waiting).event)
        return heard

    assert asyncio.run(asyncio.wait_for(listened(), 20)) == ["alerts", "alerts"]


def test_a_stream_ends_after_a_while_so_that_the_page_shows_again_who_asks(world: World) -> None:
    async def heard() -> list[str | None]:
        live = Live(world.services, every=0.01, stays=0.2)
        return [event.event async for event in live.news('{"alerts": "before"}')]

    assert asyncio.run(asyncio.wait_for(heard(), 20)) == ["alerts", "runs"]


def test_pages_hear_again_after_a_look_that_failed(world: World, fallen: UUID) -> None:
    def rename(was: str, now: str) -> None:
        with world.services.database.transaction() as session:
            session.execute(sa.text(f"ALTER TABLE run RENAME COLUMN {was} TO {now}"))

    async def heard() -> str | None:
        live = Live(world.services, every=0.01)
        async with aclosing(live.news("")) as news:
            waiting = asyncio.ensure_future(anext(news))
            await asyncio.sleep(0.1)  # it has looked how things stand
            await asyncio.to_thread(rename, "id", "gone")
            await asyncio.sleep(0.2)  # and now it fails, again and again
            await asyncio.to_thread(rename, "gone", "id")
            await asyncio.to_thread(_acknowledge, world, fallen)
            return (await waiting).event

    with capture_logs() as logged:
        assert asyncio.run(asyncio.wait_for(heard(), 20)) == "alerts"
    assert [one["event"] for one in logged] == ["pages cannot be told what has changed"]


@pytest.mark.parametrize("last", ["[]", "{", "null", '{"alerts": []}'])
def test_what_is_no_id_of_ours_does_no_harm(world: World, last: str) -> None:
    async def ends() -> int:
        live = Live(world.services, every=0.01)
        asyncio.get_running_loop().call_later(0.2, live.close)
        return len([event async for event in live.news(last)])

    assert asyncio.run(asyncio.wait_for(ends(), 20)) <= 2


def _acknowledge(world: World, account: UUID) -> None:
    with world.services.database.transaction() as session:
        alert = AlertStore(session).alerts(account_id=account, limit=1)[0].id
    with attending(world.services, "test") as acting:
        acting.acknowledge(alert, "")


def _ask_for_a_task(world: World) -> None:
    task = NewTask("t1", Ref(Noun.COMPANY, "1"), "Позвонить", due_on=WHEN.date())
    with world.services.database.transaction() as session:
        WriteStore(session, 1).ask([task], by="test", now=WHEN)


def _task_is_there(world: World) -> None:
    with world.services.database.transaction() as session:
        WriteStore(session, 1).keep(Written("t1", "501", None), WHEN)


def _begin(world: World) -> int:
    with world.services.database.transaction() as session:
        return RunStore(session).begin("sync", world.services.now())


def _note(world: World, run_id: int) -> None:
    with world.services.database.transaction() as session:
        RunStore(session).note(run_id, {"read": 5})
