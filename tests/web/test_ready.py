"""Readiness: 503 for what keeps the process from answering, a reason for all else."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from kam_sync.base.db import Database
from kam_sync.jobs.serving import running
from kam_sync.web.app import create_app, ops_app, require_log_in
from kam_sync.web.ready import Readiness
from kam_sync.wiring import Services
from tests.fakes.waiting import wait_until
from tests.web.conftest import TestClient


@contextmanager
def with_changed(database: Database, change: str, back: str) -> Iterator[None]:
    """The database, changed for a while."""
    with database.engine.begin() as connection:
        connection.execute(sa.text(change))
    try:
        yield
    finally:
        with database.engine.begin() as connection:
            connection.execute(sa.text(back))


def test_pages_alone_are_ready_and_say_what_they_do_not_run(client) -> None:
    answer = client.get("/readyz")

    said = answer.json()
    assert (answer.status_code, said["status"]) == (200, "degraded")
    assert [said["checks"][one]["ok"] for one in ("database", "schema", "queue")] == [True] * 3
    assert "nothing is synced" in said["checks"]["worker"]["reason"]


def test_a_database_that_was_not_migrated_is_not_ready(client, services: Services) -> None:
    revision = f"UPDATE alembic_version SET version_num = '{newest(services)}'"
    older = "UPDATE alembic_version SET version_num = '20200101_0000'"
    with with_changed(services.database, older, revision):
        answer = client.get("/readyz")

    assert answer.status_code == 503
    assert "kam-sync migrate" in answer.json()["reason"]


def newest(services: Services) -> str:
    """The revision that the database is at."""
    with services.database.transaction() as session:
        return str(session.scalar(sa.text("SELECT version_num FROM alembic_version")))


def test_a_queue_without_its_tables_takes_no_webhooks_and_is_not_ready(
    client, services: Services
) -> None:
    there, away = "procrastinate_jobs", "procrastinate_jobs_away"
    change = f"ALTER TABLE {there} RENAME TO {away}"
    with with_changed(services.database, change, f"ALTER TABLE {away} RENAME TO {there}"):
        answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["reason"]) == (
        503, "queue: its tables do not answer; worker: this process runs neither worker nor "
        "scheduler, and no other process does: nothing is synced",
    )  # fmt: skip


def test_a_database_that_is_away_is_named_and_the_process_still_lives(services: Services) -> None:
    away = replace(services, database=Database("postgresql://nobody@127.0.0.1:1/none"))
    with TestClient(create_app(away)) as client:
        answer, alive = client.get("/readyz"), client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["database"]["reason"] == "the database does not answer"
    assert "nobody" not in answer.text
    assert alive.status_code == 200


def test_a_job_that_no_worker_takes_is_told_and_closes_no_page(
    client, services: Services, world
) -> None:
    with services.database.transaction() as session:
        session.execute(
            sa.text("""
            INSERT INTO procrastinate_jobs (queue_name, task_name, status, lock)
            VALUES ('default', 'measure', 'todo', 'a'), ('default', 'sync', 'todo', 'b'),
                ('default', 'sync', 'doing', 'b')
        """)
        )
        session.execute(
            sa.text("""
            UPDATE procrastinate_events AS event SET at = now() - CASE task_name
                WHEN 'measure' THEN interval '40 minutes' ELSE interval '5 hours' END
            FROM procrastinate_jobs AS job WHERE job_id = job.id
        """)
        )
    answer = client.get("/readyz")

    said = answer.json()["checks"]["queue"]
    assert answer.status_code == 200
    assert said == {"ok": False, "reason": "the oldest job that could begin waits for 40 min"}


def test_a_whole_process_is_ready_until_its_worker_has_ended(services: Services) -> None:
    with running(services, every=timedelta(hours=1)) as at_work:
        ready = Readiness(services, at_work)
        wait_until(lambda: ready.look().as_dict()["checks"]["worker"]["ok"])
        assert ready.look().as_dict()["status"] == "ready"
        assert not ready.is_broken

    app = create_app(services)
    app.state.ready = Readiness(services, at_work)
    with TestClient(app) as client:
        assert client.get("/healthz").status_code == 503
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert "start this process again" in answer.json()["checks"]["worker"]["reason"]


def test_a_worker_answers_who_looks_after_it_and_nobody_else(services: Services) -> None:
    app = ops_app(services)
    require_log_in(app)
    with TestClient(app, raise_server_exceptions=False) as client:
        asked = {path: client.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")}
        assert asked == {"/healthz": 200, "/readyz": 200, "/metrics": 401}
        assert client.get("/accounts").status_code == 404
    with TestClient(ops_app(services, ["127.0.0.1"]), base_url="http://evil.example") as client:
        assert client.get("/metrics").status_code == 400  # a name that somebody made point here
