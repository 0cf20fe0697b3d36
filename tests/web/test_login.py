"""The log-in as a browser goes through it, and what is not let through."""

from dataclasses import replace

import pytest
from pydantic import HttpUrl

from kam_sync.access.model import Role
from kam_sync.web.app import create_app
from tests.web.conftest import TestClient
from tests.web.entering import ADMIN, GOOD, add_key, add_member
from tests.web.world import World

OURS = {"Origin": "http://testserver"}
NOWHERE = {"follow_redirects": False}


def log_in(client: TestClient, password: str = GOOD, email: str = ADMIN, way: str = "/"):
    form = {"email": email, "password": password, "next": way}
    return client.post("/login", data=form, headers=OURS, follow_redirects=False)


def test_without_members_whoever_is_at_this_machine_may_do_all(client: TestClient) -> None:
    assert client.get("/").status_code == 200
    assert client.put("/api/v1/survivorship", json={}).status_code == 200


def test_what_a_proxy_hands_on_is_not_at_this_machine(client: TestClient) -> None:
    strange = {"X-Forwarded-For": "198.51.100.9"}
    assert client.get("/api/v1/accounts", headers=strange).status_code == 401
    said = client.get("/", headers=strange).text
    assert "kam-sync user add" in said


def test_with_the_first_member_everybody_logs_in(client: TestClient, world: World) -> None:
    assert client.get("/api/v1/accounts").status_code == 200
    add_member(world.services)
    unknown = client.get("/api/v1/accounts")
    assert unknown.status_code == 401
    assert unknown.headers["www-authenticate"].startswith("Bearer")
    assert unknown.headers["content-type"] == "application/problem+json"
    sent_on = client.get("/accounts?q=a b", **NOWHERE)
    assert sent_on.headers["location"] == "/login?next=%2Faccounts%3Fq%3Da%2520b"


@pytest.mark.parametrize("path", ["/metrics", "/openapi.json", "/events"])
def test_what_programs_read_is_told_apart_from_pages(
    client: TestClient, world: World, path: str
) -> None:
    add_member(world.services)
    assert client.get(path, **NOWHERE).status_code == 401


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/login", "/static/app.css"])
def test_what_is_open_stays_open(client: TestClient, world: World, path: str) -> None:
    add_member(world.services)
    assert client.get(path).status_code == 200


def test_who_logs_in_goes_on_to_what_they_wanted_and_out_again(
    client: TestClient, world: World
) -> None:
    add_member(world.services)
    came = log_in(client, way="/accounts?q=x")
    assert (came.status_code, came.headers["location"]) == (303, "/accounts?q=x")
    cookie = came.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert ADMIN in client.get("/me").text
    assert client.get("/login", **NOWHERE).headers["location"] == "/"
    kept = dict(client.cookies)
    client.post("/logout", headers=OURS)
    client.cookies.update(kept)  # who kept it is out all the same
    assert client.get("/me", **NOWHERE).status_code == 303


def test_a_log_in_has_a_token_of_its_own(client: TestClient, world: World) -> None:
    add_member(world.services)
    client.cookies.set("kam_sync", "planted")
    log_in(client)
    first = client.cookies.get("kam_sync", domain="testserver.local")
    log_in(client)
    assert first != client.cookies.get("kam_sync", domain="testserver.local") != "planted"


@pytest.mark.parametrize(
    "way", ["//evil.example", "https://evil.example", "/\\evil.example", "/login", "/\tx", "evil"]
)
def test_a_log_in_leads_to_no_other_site(client: TestClient, world: World, way: str) -> None:
    add_member(world.services)
    assert log_in(client, way=way).headers["location"] == "/"


def test_a_wrong_password_and_nobody_are_told_alike(client: TestClient, world: World) -> None:
    add_member(world.services)
    wrong, nobody = log_in(client, "wrong"), log_in(client, "wrong", "x@example.com")
    assert wrong.status_code == nobody.status_code == 401
    assert wrong.text.replace(ADMIN, "") == nobody.text.replace("x@example.com", "")


def test_who_guesses_is_told_when_to_try_again(client: TestClient, world: World) -> None:
    add_member(world.services)
    for _ in range(4):
        assert log_in(client, "wrong").status_code == 401
    held = log_in(client, "wrong")
    assert (held.status_code, held.headers["retry-after"]) == (429, "15")
    assert log_in(client).status_code == 429  # even the right one
    assert "15" in held.text


def test_over_https_the_cookie_is_bound_to_this_host(world: World) -> None:
    settings = world.services.settings.model_copy(
        update={"public_url": HttpUrl("https://kam.example.com")}
    )
    app = create_app(replace(world.services, settings=settings))
    add_member(world.services)
    with TestClient(app, base_url="https://kam.example.com") as client:
        form = {"email": ADMIN, "password": GOOD}
        came = client.post(
            "/login", data=form, headers={"Origin": "https://kam.example.com"},
            follow_redirects=False,
        )  # fmt: skip
        cookie = came.headers["set-cookie"]
        assert cookie.startswith("__Host-kam_sync=")
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert "max-age" in came.headers["strict-transport-security"]


def test_what_changes_something_by_a_cookie_comes_from_our_pages(
    client: TestClient, world: World
) -> None:
    add_member(world.services)
    log_in(client)
    path, form = "/settings/people", {"email": "x@example.com", "role": "viewer"}
    for headers in ({}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post(path, data=form, headers=headers).status_code == 403
    assert client.post(path, data=form, headers=OURS).status_code == 200


def test_another_site_logs_nobody_in(client: TestClient, world: World) -> None:
    add_member(world.services)
    form = {"email": ADMIN, "password": GOOD}
    assert (
        client.post("/login", data=form, headers={"Origin": "http://evil.example"}).status_code
        == 403
    )


def test_a_key_needs_no_origin_and_goes_as_far_as_its_areas(
    client: TestClient, world: World
) -> None:
    add_member(world.services)
    key = add_key(world.services, Role.ADMIN, areas=("rules:change", "alerts:see"))
    assert client.get("/api/v1/alerts", headers=key).status_code == 200
    assert client.delete("/api/v1/rules/nothing", headers=key).status_code == 404
    refused = client.get("/api/v1/accounts", headers=key)
    assert (refused.status_code, refused.json()["status"]) == (403, 403)
    assert (
        client.get("/api/v1/alerts", headers={"Authorization": "Bearer kam_no"}).status_code == 401
    )


def test_a_wrong_role_is_told_in_plain_words(client: TestClient, world: World) -> None:
    add_member(world.services)
    add_member(world.services, "ivan@example.com", Role.VIEWER)
    log_in(client, email="ivan@example.com")
    page = client.get("/sources?lang=en")
    assert page.status_code == 403
    assert "This is not for your role" in page.text
    menu = client.get("/accounts").text
    assert 'href="/portfolio"' in menu
    assert 'href="/sources"' not in menu


def test_pages_are_kept_by_nobody_and_files_are(client: TestClient) -> None:
    page = client.get("/").headers
    assert page["cache-control"] == "no-store"
    assert page["x-frame-options"] == "DENY"
    assert page["cross-origin-opener-policy"] == "same-origin"
    assert "no-store" not in client.get("/static/app.css").headers.get("cache-control", "")


def test_a_kam_changes_the_own_password(client: TestClient, world: World) -> None:
    add_member(world.services)
    add_member(world.services, "anna@example.com", Role.KAM)
    log_in(client, email="anna@example.com")
    form = {
        "do": "password",
        "old": GOOD,
        "password": "four late springs",
        "again": "four late springs",
    }
    said = client.post("/me", data=form, headers=OURS, follow_redirects=False)
    assert said.status_code != 403
    client.cookies.clear()
    assert log_in(client, "four late springs", "anna@example.com").status_code == 303


def test_a_proxy_that_changes_the_host_is_fine_where_the_public_address_is_known(
    world: World,
) -> None:
    public = world.services.settings.model_copy(
        update={"public_url": HttpUrl("http://kam.example.com")}
    )
    client = TestClient(create_app(replace(world.services, settings=public)))
    form = {"email": ADMIN, "password": GOOD, "next": "/"}
    add_member(world.services)
    ours = {"Origin": "http://kam.example.com"}
    assert client.post("/login", data=form, headers=ours, **NOWHERE).status_code == 303
    theirs = {"Origin": "http://evil.example.com"}
    assert client.post("/login", data=form, headers=theirs, **NOWHERE).status_code == 403


def test_broken_brackets_are_no_failure(client: TestClient, world: World) -> None:
    add_member(world.services)
    assert client.get("/login?next=//[").status_code == 200
    assert client.post("/login", headers={"Origin": "http://["}).status_code == 403
