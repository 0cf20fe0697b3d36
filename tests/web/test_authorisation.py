"""Every route, asked for by nobody and by every role: each gets what the table says, and no route
is without an area."""

from collections.abc import Iterator, Mapping

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import Mount

from kam_sync.access.keys import example_path
from kam_sync.access.model import LOCAL, Area, Deed, Identity, Role
from kam_sync.access.roles import may
from kam_sync.web.app import create_app
from kam_sync.web.gate import Gate, open_to_all
from tests.web.conftest import TestClient
from tests.web.entering import add_key, add_member
from tests.web.world import World

OPEN = {
    "/healthz", "/readyz", "/login", "/login/link/{token}", "/logout",
    "/login/oidc", "/login/oidc/callback",
    "/oauth/{kind}/callback", "/oauth/{kind}/disconnect",
}  # fmt: skip
"""What anybody may ask; add to it with a reason: docs/access.md says them all."""
TAKES_LONG = {"/matches/anew", "/api/v1/matches/anew", "/events"}
"""Whose gate alone is tried: they begin what does not end with the answer."""

Asker = tuple[Identity, Mapping[str, str]]


@pytest.fixture
def app(world: World) -> FastAPI:
    """The application without a queue, in which somebody may log in."""
    add_member(world.services)
    return create_app(world.services)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


def routes_of(app: FastAPI) -> list[RouteContext]:
    found = list(iter_route_contexts(app.routes))
    assert [one.path for one in found if isinstance(one.original_route, Mount)] == ["/static"]
    return [one for one in found if not isinstance(one.original_route, Mount)]


def guards(route: RouteContext) -> list[object]:
    calls = [dependency.call for dependency in route.dependant.dependencies]
    return [call for call in calls if isinstance(call, Gate) or call is open_to_all]


def guarded(app: FastAPI) -> Iterator[tuple[Area, str, str]]:
    """Each area, method and path that leads nowhere."""
    for route in routes_of(app):
        gate = guards(route)[0]
        if isinstance(gate, Gate):
            named = route.path.replace("/export/{table}", "/export/accounts")
            path = "/".join("1" if part.startswith("{") else part for part in named.split("/"))
            yield from ((gate.area, method, path) for method in route.methods)


def test_every_route_has_one_area_or_is_open_by_name(app: FastAPI) -> None:
    for route in routes_of(app):
        assert isinstance(route.original_route, APIRoute), route.path
        found = guards(route)
        assert len(found) == 1, f"{route.path}: it needs one area, see web/app.py"
        assert (found == [open_to_all]) == (route.path in OPEN), route.path
        assert route.dependant.dependencies[0].call is found[0], f"{route.path}: the gate is first"


def test_every_route_sends_nobody_to_the_log_in(app: FastAPI, client: TestClient) -> None:
    paths = list(guarded(app))
    assert len(paths) > 200
    for _, method, path in paths:
        said = client.request(method, path)
        is_sent_in = said.headers.get("location", "").startswith("/login")
        assert said.status_code == 401 or is_sent_in, f"{method} {path}: {said.status_code}"


@pytest.fixture
def askers(world: World) -> dict[str, Asker]:
    """A key of every role, and one that is narrowed."""
    narrowed = Identity("key:2", "", Role.HEAD, areas={Area.ALERTS: Deed.SEE})
    return {
        **{one.value: (Identity("key:1", "", one), add_key(world.services, one)) for one in Role},
        "narrowed": (narrowed, add_key(world.services, Role.HEAD, areas=("alerts:see",))),
    }


def each(
    app: FastAPI, askers: dict[str, Asker], *, allowed: bool
) -> Iterator[tuple[str, str, str]]:
    """By the table: who may, or who may not, ask what."""
    for area, method, path in guarded(app):
        deed = Deed.SEE if method == "GET" else Deed.CHANGE
        yield from (
            (name, method, path)
            for name, (who, _) in askers.items()
            if may(who, area, deed) is allowed
        )


def test_every_route_refuses_who_may_not(
    app: FastAPI, client: TestClient, askers: dict[str, Asker]
) -> None:
    refused = list(each(app, askers, allowed=False))
    assert len(refused) > 500
    for name, method, path in refused:
        status = client.request(method, path, headers=askers[name][1]).status_code
        assert status == 403, f"{method} {path}: {name} got {status}"


@pytest.mark.heavy
def test_every_route_answers_who_may(
    app: FastAPI, client: TestClient, askers: dict[str, Asker]
) -> None:
    for name, method, path in each(app, askers, allowed=True):
        if path not in TAKES_LONG:
            status = client.request(method, path, headers=askers[name][1]).status_code
            assert status not in {401, 403}, f"{method} {path}: {name} got {status}"
            assert status < 500, f"{method} {path}: {name} got {status}"


def test_a_narrowed_key_may_ask_for_what_it_is_told_to_try(
    client: TestClient, world: World
) -> None:
    for area in Area:
        headers = add_key(world.services, Role.ADMIN, areas=(f"{area.value}:see",))
        path = example_path([f"{area.value}:see"])
        assert client.get(path, headers=headers).status_code == 200, (area, path)
    refused = client.get("/api/v1/accounts", headers=headers)
    assert (refused.status_code, "with its areas" in refused.text) == (403, True)


def test_at_this_machine_all_is_allowed_that_there_is() -> None:
    assert all(may(LOCAL, area, Deed.CHANGE) for area in Area)
