"""Bodies that are too large, too slow or packed, over a real port."""

import gzip
import socket
import time
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from kam_sync import connecting
from kam_sync.cli import hurrying
from kam_sync.intake.model import NewSource
from kam_sync.web import bodies
from kam_sync.web.app import create_app
from tests.connectors.test_profiled_files import PROFILE
from tests.web.conftest import served
from tests.web.world import World

FORM, JSON = "/rules/won_revenue", "/api/v1/sources"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_OF_FORM", 2**20)
    monkeypatch.setattr(bodies, "MOST_OF_JSON", 2**20)
    monkeypatch.setattr(bodies, "MOST_OF_FILE", 2**20)
    monkeypatch.setattr(bodies, "_SLOWEST", 0.3)


@pytest.fixture
def client(small: None, address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=20) as client:
        yield client


@pytest.fixture
def reading_files(world: World) -> str:
    """A source that takes files."""
    new = NewSource(name="sheets", kind="sbercrm", base_url="https://app.sbercrm.com")
    connecting.add(world.services, new, "", {"profile": PROFILE})
    return new.name


@pytest.mark.parametrize("path", [JSON, "/api/v1/rules", "/api/v1/facts/payments", "/nothing"])
@pytest.mark.parametrize("is_told", [True, False])
def test_a_body_that_is_too_large_is_refused_however_it_comes(
    client: httpx.Client, path: str, is_told: bool
) -> None:
    body = b"x" * (2**20 + 1)
    said = client.post(path, content=body if is_told else iter([body]))
    assert said.status_code == 413
    if path.startswith("/api/"):
        assert said.headers["content-type"] == "application/problem+json"
        assert said.json()["detail"] == "the body is too large: at most 1 MiB are taken; split it"
    assert client.get("/healthz").status_code == 200


def test_a_file_is_counted_as_it_comes(client: httpx.Client, reading_files: str) -> None:
    parts = (b"x" * 2**18 for _ in range(8))
    said = client.put(f"/api/v1/sources/{reading_files}/files/a.csv", content=parts)
    assert said.status_code == 413


def test_a_packed_body_is_not_unpacked(client: httpx.Client) -> None:
    said = client.post(JSON, content=gzip.compress(b"{}"), headers={"content-encoding": "gzip"})
    assert said.status_code == 415
    assert "send it as it is" in said.json()["detail"]


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b"1" * 100_000, b'{"a":' * 50_000, b"\xff\xfe", b'"\\ud800"', b""]
)
def test_json_that_is_none_is_a_wrong_use(client: httpx.Client, body: bytes) -> None:
    for path in (JSON, "/api/v1/facts/payments", "/api/v1/accounts/merge"):
        said = client.post(path, content=body, headers={"content-type": "application/json"})
        assert 400 <= said.status_code < 500, (path, said.text)


def test_thousands_of_parameters_and_fields_break_nothing(client: httpx.Client) -> None:
    many = "&".join(f"a{at}=1" for at in range(4_000))
    assert client.get(f"/accounts?{many}").status_code in {200, 422}
    assert client.get(f"/api/v1/accounts?{many}").status_code == 422
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post(FORM, content="&".join([many] * 20), headers=form).status_code < 500


def test_who_sends_a_body_drop_by_drop_is_let_go(client: httpx.Client, address: str) -> None:
    host, _, port = address.removeprefix("http://").partition(":")
    head = f"POST {JSON} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1000\r\n\r\n{{"
    with socket.create_connection((host, int(port)), timeout=20) as slow:
        slow.sendall(head.encode())
        assert b" 408 " in slow.recv(1000)


def test_many_large_bodies_at_once_do_not_fill_the_memory(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "_MOST_AT_ONCE", 1000)
    assert client.post(JSON, content=b"x" * 2000).status_code == 503
    monkeypatch.undo()
    assert client.post(JSON, content=b"x" * 2000).status_code == 422  # nothing is held any more


def test_a_connection_that_asks_for_nothing_is_closed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hurrying, "_PATIENCE", 0.2)
    app: FastAPI = create_app(world.services)
    with served(app, http=hurrying.Hurrying) as address:
        host, _, port = address.removeprefix("http://").partition(":")
        for said in (b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "):
            with socket.create_connection((host, int(port)), timeout=20) as slow:
                slow.sendall(said)
                assert slow.recv(1000) == b""
        with httpx.Client(base_url=address) as client:
            for _ in range(3):
                assert client.get("/healthz").status_code == 200
                time.sleep(0.15)  # noqa: TID251 - longer than between two looks in all
