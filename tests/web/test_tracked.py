"""Each request has an id, and one line in the log that tells no secret."""

import logging
from collections.abc import Iterator

import orjson
import pytest
import structlog

from kam_sync.base.log import set_up_log
from kam_sync.base.settings import LogFormat
from kam_sync.jobs.queue import SYNC
from kam_sync.jobs.serving import defer_sync
from kam_sync.web.app import create_app
from kam_sync.wiring import Services
from tests.fakes.waiting import wait_until
from tests.jobs.conftest import Corridor, add_source, jobs, working
from tests.web.conftest import TestClient
from tests.web.world import World


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """What stands in the log, as it is in a container; read by `told`."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    set_up_log(LogFormat.JSON)
    yield []
    root.handlers[:] = before
    root.setLevel(level)
    structlog.contextvars.clear_contextvars()


def told(capsys: pytest.CaptureFixture[str], event: str) -> list[dict[str, object]]:
    """The lines of one kind."""
    found = [orjson.loads(line) for line in capsys.readouterr().err.splitlines()]
    return [line for line in found if line["event"] == event]


def test_a_request_is_told_with_its_template_and_never_with_what_it_asks_for(
    client, lines, capsys
) -> None:
    client.get("/accounts?q=Ромашка", headers={"X-Request-ID": "proxy-12345678"})
    client.post("/hooks/a-secret-key", content=b"{}")
    client.get("/oauth/amocrm/callback?code=a-secret-code&state=a-secret-state")
    client.get("/healthz")

    found = capsys.readouterr().err
    one, hook, consent = [orjson.loads(line) for line in found.splitlines() if '"request"' in line]
    assert (one["route"], one["status"], one["method"]) == ("/accounts", 200, "GET")
    assert one["request_id"] == "proxy-12345678"
    assert one["ms"] > 0
    assert (hook["route"], consent["route"]) == ("/hooks/{source_key}", "/oauth/{kind}/callback")
    assert "secret" not in found
    assert "Ромашка" not in found


@pytest.mark.parametrize("given", ["x", "two words of it", "a" * 65, "ivan@example.ru"])
def test_an_id_that_could_be_anything_is_not_taken(client, given: str) -> None:
    assert (
        len(client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]) == 32
    )


def test_a_problem_and_what_nobody_foresaw_carry_the_id(world: World, lines, capsys) -> None:
    app = create_app(world.services)

    @app.get("/api/v1/broken")
    def broken() -> None:
        raise ZeroDivisionError

    with TestClient(app, raise_server_exceptions=False) as client:
        missing = client.get("/api/v1/nothing", headers={"X-Request-ID": "proxy-12345678"})
        worse = client.get("/api/v1/broken", headers={"X-Request-ID": "proxy-87654321"})

    assert missing.json()["request_id"] == missing.headers["X-Request-ID"] == "proxy-12345678"
    assert worse.json()["request_id"] == worse.headers["X-Request-ID"] == "proxy-87654321"
    (failed,) = told(capsys, "request failed")
    assert (failed["request_id"], failed["error_id"]) == (
        "proxy-87654321",
        worse.json()["error_id"],
    )


def test_the_job_that_a_request_asks_for_logs_under_its_id(
    services: Services, lines, capsys
) -> None:
    source_id, corridor = add_source(services, "first"), Corridor()
    app = create_app(services, defer_sync=lambda one: defer_sync(services, one))
    with TestClient(app) as client, working(services, corridor.work):
        asked = {"X-Request-ID": "proxy-12345678"}
        assert client.post("/api/v1/sources/first/sync", headers=asked).status_code == 202
        wait_until(lambda: jobs(services, SYNC) == ["succeeded"])

    found = [orjson.loads(line) for line in capsys.readouterr().err.splitlines()]
    of_jobs = {line["task"]: line for line in found if line["event"] == "job ended"}
    assert of_jobs["sync_source"]["request_id"] == "proxy-12345678"
    assert of_jobs["sync_source"]["source_id"] == source_id
