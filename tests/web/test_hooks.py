"""Webhooks: kept before they are answered, or refused with a word that makes the CRM come again."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
import sqlalchemy as sa
import structlog.testing

from kam_sync import subscribing
from kam_sync.base.db import Database, Session
from kam_sync.intake.store import RemovalStore, SourceStore
from kam_sync.jobs.queue import defer_reading
from kam_sync.web.app import create_app
from kam_sync.web.hooks import door
from kam_sync.wiring import Services
from tests.web.conftest import TestClient, served
from tests.web.world import World

FORM = "application/x-www-form-urlencoded"
BODY = b"leads[update][0][id]=5001001&account[id]=30000001&name=\xff%00"


@pytest.fixture
def path(world: World) -> str:
    """The address of a source."""
    world.add_source("sales")
    return f"/hooks/{subscribing.hook_key(world.services, 'sales')}"


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    """The application with its queue for webhooks."""
    with open_client(world.services) as client:
        yield client


@contextmanager
def open_client(
    services: Services, defer: Callable[[Session, int], object] = defer_reading
) -> Iterator[TestClient]:
    app = create_app(services, defer_reading=defer)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def with_settings(services: Services, **settings: int) -> Services:
    return replace(services, settings=services.settings.model_copy(update=settings))


def rows(services: Services, what: str) -> list[tuple[object, ...]]:
    with services.database.transaction() as session:
        return [tuple(row) for row in session.execute(sa.text(what)).all()]


def count(services: Services) -> int:
    return len(rows(services, "SELECT id FROM hook"))


def test_a_webhook_is_kept_to_the_letter_before_it_is_answered(
    client: TestClient, world: World, path: str
) -> None:
    headers = {"content-type": FORM, "x-amocrm-requestid": "r-1", "authorization": "secret"}
    answer = client.post(path, content=BODY, headers=headers)
    assert (answer.status_code, answer.content) == (200, b"")
    ((body, kept, state),) = rows(world.services, "SELECT body, headers, state FROM hook")
    assert body == BODY
    assert kept == {
        "content-type": FORM,
        "x-amocrm-requestid": "r-1",
        "user-agent": "testclient",
    }
    assert state == "new"


def test_webhooks_that_come_together_are_all_kept_and_read_by_one_job(
    world: World, path: str
) -> None:
    app = create_app(world.services, defer_reading=defer_reading)
    with served(app) as address, httpx.Client() as http, ThreadPoolExecutor(8) as threads:
        urls = [f"{address}{path}"] * 60
        answers = list(threads.map(lambda url: http.post(url, content=BODY).status_code, urls))
    assert answers == [200] * 60
    assert count(world.services) == 60
    jobs = "SELECT args, priority, lock FROM procrastinate_jobs WHERE task_name = 'read_hooks'"
    assert rows(world.services, jobs) == [({"source_id": 1, "attempt": 0}, 20, "source:1")]


def test_a_key_that_nobody_was_given_opens_nothing(
    client: TestClient, world: World, path: str
) -> None:
    assert client.post("/hooks/guessed", content=BODY).status_code == 404
    assert client.post(path[:-1], content=BODY).status_code == 404
    assert count(world.services) == 0
    assert client.post(path, content=BODY).status_code == 200


def test_strange_keys_do_not_keep_asking_the_database(client: TestClient, world: World) -> None:
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    sa.event.listen(world.services.database.engine, "before_cursor_execute", note)
    try:
        for number in range(30):
            assert client.post(f"/hooks/guess-{number}").status_code == 404
    finally:
        sa.event.remove(world.services.database.engine, "before_cursor_execute", note)
    assert len([statement for statement in asked if "hook_key" in statement]) <= 3


def test_a_source_that_was_removed_a_moment_ago_takes_nothing_more(
    client: TestClient, world: World, path: str
) -> None:
    assert client.post(path, content=BODY).status_code == 200
    with world.services.database.transaction() as session:
        SourceStore(session).remove(1)
    assert client.post(path, content=BODY).status_code == 404


def test_a_source_that_is_being_removed_is_not_there_at_once(
    client: TestClient, world: World, path: str
) -> None:
    assert client.post(path, content=BODY).status_code == 200
    with world.services.database.transaction() as session:
        RemovalStore(session, 1).begin()
    assert client.post(path, content=BODY).status_code == 404
    assert count(world.services) == 1


def test_the_key_of_a_source_stays_the_same_and_is_kept_sealed(world: World, path: str) -> None:
    key = subscribing.hook_key(world.services, "sales")
    assert path == f"/hooks/{key}"
    assert len(key) == 43
    assert key not in str(rows(world.services, "SELECT * FROM hook_key"))


def test_a_body_that_is_too_large_is_refused_whatever_its_length_says(
    world: World, path: str
) -> None:
    with open_client(with_settings(world.services, hook_bytes=100)) as client:
        assert client.post(path, content=b"x" * 100).status_code == 200
        assert client.post(path, content=b"x" * 101).status_code == 413
        parts = iter([b"x" * 60, b"x" * 60])
        assert client.post(path, content=parts).status_code == 413
    assert count(world.services) == 1


def test_too_many_in_a_second_are_told_to_come_again(
    world: World, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = 5.9
    monkeypatch.setattr(door, "monotonic", lambda: second)
    with open_client(with_settings(world.services, hooks_per_second=2)) as client:
        answers = [client.post(path, content=BODY) for _ in range(5)]
        second = 6.0
        assert client.post(path, content=BODY).status_code == 200
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429, 429]
    assert {answer.headers["retry-after"] for answer in answers[2:]} == {"1"}
    assert count(world.services) == 3


def test_without_a_database_nothing_is_taken(services: Services) -> None:
    away = Database("postgresql://127.0.0.1:9/away?connect_timeout=1")
    with open_client(replace(services, database=away)) as client:
        answer = client.post("/hooks/any", content=BODY)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    away.close()


def test_a_database_that_hangs_is_not_waited_for(
    client: TestClient, world: World, path: str
) -> None:
    assert client.post(path, content=BODY).status_code == 200
    with world.services.database.transaction() as session:
        session.execute(sa.text("LOCK TABLE hook"))
        assert client.post(path, content=BODY).status_code == 503


def test_a_webhook_is_not_kept_without_the_job_that_reads_it(world: World, path: str) -> None:
    def broken(_session: Session, _source_id: int) -> None:
        raise ZeroDivisionError("a bug")

    with structlog.testing.capture_logs() as lines, open_client(world.services, broken) as client:
        assert client.post(path, content=BODY).status_code == 500
    assert count(world.services) == 0
    assert {line["route"] for line in lines} == {"/hooks/{source_key}"}


def test_the_key_stands_in_no_metric(client: TestClient, path: str) -> None:
    client.post(path, content=BODY)
    metrics = client.get("/metrics").text
    assert 'route="/hooks/{source_key}"' in metrics
    assert path.removeprefix("/hooks/") not in metrics


def test_only_a_post_is_a_webhook(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 405
