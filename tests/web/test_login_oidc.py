"""Log-in through an identity provider, and what it may not be fooled by."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from kam_sync.access.model import Role
from kam_sync.access.store import MemberStore
from kam_sync.web.app import create_app
from tests.fakes.oidc import CLIENT, SECRET, FakeProvider
from tests.web.conftest import TestClient
from tests.web.entering import add_member
from tests.web.world import World

IVAN = "ivan@example.com"
VERIFIED = {"email": IVAN, "email_verified": True, "name": "Ivan"}


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as provider:
        provider.claims = dict(VERIFIED)
        yield provider


@pytest.fixture
def client(world: World, provider: FakeProvider) -> Iterator[TestClient]:
    changed = {
        "oidc_issuer": provider.issuer, "oidc_client_id": CLIENT,
        "oidc_client_secret": SecretStr(SECRET), "oidc_roles": "leads=head, sales=viewer",
    }  # fmt: skip
    settings = world.services.settings.model_copy(update=changed)
    add_member(world.services)
    app = create_app(replace(world.services, settings=settings))
    with TestClient(app, follow_redirects=False) as client:
        yield client


def come(client: TestClient, provider: FakeProvider) -> str:
    """Where a log-in through the provider leads to."""
    begun = client.get("/login/oidc?next=/accounts")
    return client.get(provider.authorize(begun.headers["location"])).headers["location"]


def member(world: World, email: str = IVAN) -> Any:
    with world.services.database.transaction() as session:
        found = MemberStore(session).find(email)
        session.expunge_all()
    return found


def test_who_was_invited_is_let_in_and_led_on(
    client: TestClient, provider: FakeProvider, world: World
) -> None:
    assert "/login/oidc?next=%2Faccounts" in client.get("/login?next=/accounts").text
    add_member(world.services, IVAN, Role.VIEWER)
    assert come(client, provider) == "/accounts"
    assert client.get("/accounts").status_code == 200
    provider.claims["email"] = "ivan.new@example.com"  # the provider knows them by another sign
    assert come(client, provider) == "/accounts"


def test_a_stranger_is_not_let_in(client: TestClient, provider: FakeProvider) -> None:
    assert come(client, provider) == "/login?trouble=stranger"
    assert client.get("/accounts").status_code == 303


@pytest.mark.parametrize("verified", [False, None, "no"])
def test_an_e_mail_that_nobody_has_verified_is_nobodys(
    client: TestClient, provider: FakeProvider, world: World, verified: object
) -> None:
    add_member(world.services, IVAN, Role.VIEWER)
    provider.claims["email_verified"] = verified
    assert come(client, provider) == "/login?trouble=stranger"


def test_a_group_gives_its_role_and_changes_it(
    client: TestClient, provider: FakeProvider, world: World
) -> None:
    provider.claims["groups"] = ["sales", "canteen"]
    assert come(client, provider) == "/accounts"
    assert member(world).role is Role.VIEWER
    provider.claims["groups"] = ["sales", "leads"]
    assert come(client, provider) == "/accounts"
    assert member(world).role is Role.HEAD


def test_another_account_at_the_provider_takes_over_nobody(
    client: TestClient, provider: FakeProvider, world: World
) -> None:
    add_member(world.services, IVAN, Role.VIEWER)
    assert come(client, provider) == "/accounts"
    provider.claims["sub"] = "8"  # the same address, somebody else
    assert come(client, provider) == "/login?trouble=stranger"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"}, {"nonce": None}, {"aud": "another"}, {"aud": [CLIENT, "another"]},
        {"iss": "https://evil.example"}, {"exp": 1}, {"sub": None}, {"azp": "another"},
        {"iat": 99999999999},
    ],
)  # fmt: skip
def test_claims_that_are_not_of_this_attempt_prove_nothing(
    client: TestClient, provider: FakeProvider, world: World, claims: dict[str, Any]
) -> None:
    add_member(world.services, IVAN, Role.VIEWER)
    provider.claims |= claims
    assert come(client, provider) == "/login?trouble=provider"


@pytest.mark.parametrize("sign", ["unsigned", "signed_by_the_client", "signed_by_another"])
def test_a_token_that_the_provider_did_not_sign_proves_nothing(
    client: TestClient, provider: FakeProvider, world: World, sign: str
) -> None:
    add_member(world.services, IVAN, Role.VIEWER)
    provider.sign = getattr(provider, sign)
    assert come(client, provider) == "/login?trouble=provider"


def test_a_way_back_is_good_once_and_in_the_browser_that_went(
    client: TestClient, provider: FakeProvider, world: World
) -> None:
    add_member(world.services, IVAN, Role.VIEWER)
    back = provider.authorize(client.get("/login/oidc").headers["location"])
    with TestClient(client.app, follow_redirects=False) as other:
        assert other.get(back).headers["location"] == "/login?trouble=provider"
    assert client.get(back.replace("state=", "state=x")).headers["location"] != "/"
    back = provider.authorize(client.get("/login/oidc").headers["location"])
    assert client.get(back).headers["location"] == "/"
    assert client.get(back).headers["location"] == "/login?trouble=provider"


def test_who_is_switched_off_here_stays_out(
    client: TestClient, provider: FakeProvider, world: World
) -> None:
    its = add_member(world.services, IVAN, Role.VIEWER).id
    with world.services.database.transaction() as session:
        MemberStore(session).change(its, is_active=False)
    assert come(client, provider) == "/login?trouble=stranger"


def test_a_provider_that_is_away_is_told(client: TestClient, provider: FakeProvider) -> None:
    provider.__exit__()
    assert client.get("/login/oidc").headers["location"] == "/login?trouble=provider"
    assert "did not work" in client.get("/login?trouble=provider&lang=en").text


def test_without_a_provider_there_is_no_way_to_one(world: World) -> None:
    add_member(world.services)
    with TestClient(create_app(world.services)) as client:
        assert client.get("/login/oidc").status_code == 404
        assert "/login/oidc" not in client.get("/login").text
