"""Bitrix24's OAuth as we use it: short-lived codes, pairs that rotate, secrets for nobody else."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import httpx
import orjson
import pytest

from connectors.bitrix24.oauth import BitrixGrants, token_server
from connectors.kit import pace
from connectors.kit.errors import ErrorKind, NeedsPerson, NeedsReauth, RetryLater
from connectors.kit.hosts import Hosts
from connectors.kit.oauth import Grant, OAuthApp
from connectors.sandbox.bitrix24 import BitrixSandbox
from connectors.sandbox.bitrix24.access import App
from connectors.sandbox.faults import Fault
from tests.fakes.browsing import TRUST
from tests.fakes.portal import connected, portal

APP = OAuthApp("local.1", "s3cr3t", "https://app.example.test/oauth/bitrix24/callback")


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr(pace, "sleep", waited.append)
    return waited


@pytest.fixture
def box() -> Iterator[BitrixSandbox]:
    app = App(APP.client_id, APP.client_secret, APP.redirect_uri)
    with portal(deals=3, app=app) as box:
        yield box


@pytest.fixture
def grants() -> BitrixGrants:
    return BitrixGrants(Hosts(BitrixGrants.hosts, ("127.0.0.1",)))


@pytest.fixture
def grant(box: BitrixSandbox, grants: BitrixGrants) -> Grant:
    return grants.exchange(APP, box.url, box.access.code())


def test_a_person_who_agrees_brings_a_code(box: BitrixSandbox, grants: BitrixGrants) -> None:
    page = httpx.get(grants.consent_url(APP, box.url, "a&b"), verify=TRUST)
    back = grants.read_return(dict(parse_qsl(urlsplit(page.headers["location"]).query)))
    assert (back.state, back.host, back.is_refused) == ("a&b", box.host, False)
    granted = grants.exchange(APP, box.url, back.code)
    with connected(box, token=granted.access_token) as crm:
        assert crm.about().account == box.host
    assert grants.read_return({"error": "access_denied"}).is_refused


def test_a_grant_says_when_it_ends_and_shows_no_secret(box: BitrixSandbox, grant: Grant) -> None:
    assert abs(grant.ends_at.timestamp() - box.clock() - 3_600) < 5
    assert grant.base_url == box.url
    assert grant.access_token not in repr(grant)


def test_each_renewal_gives_another_pair_and_ends_the_one_before(
    box: BitrixSandbox, grants: BitrixGrants, grant: Grant
) -> None:
    renewed = grants.refresh(APP, grant)
    assert renewed.refresh_token != grant.refresh_token
    assert grants.refresh(APP, renewed).access_token in box.access.tokens
    with pytest.raises(NeedsReauth, match="invalid_grant") as caught:
        grants.refresh(APP, grant)
    assert caught.value.kind is ErrorKind.ACCESS_ENDED


@pytest.mark.parametrize("code", ["wrong", "used", "old"])
def test_a_code_that_is_not_taken_asks_for_another_consent(
    box: BitrixSandbox, grants: BitrixGrants, code: str
) -> None:
    known = box.access.code()
    if code == "used":
        grants.exchange(APP, box.url, known)
    if code == "old":
        box.access.codes[known] -= timedelta(seconds=31).total_seconds()
    with pytest.raises(NeedsPerson, match="30 seconds") as caught:
        grants.exchange(APP, box.url, "x" if code == "wrong" else known)
    assert caught.value.kind is ErrorKind.CODE_REFUSED
    assert known not in str(caught.value)


def test_another_secret_and_a_plan_that_ended_are_told_apart(
    box: BitrixSandbox, grants: BitrixGrants, grant: Grant
) -> None:
    with pytest.raises(NeedsReauth, match="invalid_client"):
        grants.refresh(OAuthApp(APP.client_id, "other", APP.redirect_uri), grant)
    box.access.paid = False
    with pytest.raises(NeedsPerson) as caught:
        grants.refresh(APP, grant)
    assert caught.value.kind is ErrorKind.NOT_PAID


@pytest.mark.parametrize(
    "fault",
    [Fault(status=500), Fault(html=True, status=503), Fault(hang_up=True), Fault(status=429),
     Fault(status=200, body=b'{"access_token": "a"}'), Fault(status=200, body=b"[]"),
     Fault(html=True)],
)  # fmt: skip
def test_what_is_no_refusal_keeps_the_grant(
    box: BitrixSandbox, grants: BitrixGrants, grant: Grant, fault: Fault
) -> None:
    box.faults.append(fault)
    with pytest.raises(RetryLater) as caught:
        grants.refresh(APP, grant)
    assert grant.refresh_token not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert grants.refresh(APP, grant).access_token in box.access.tokens


@pytest.mark.parametrize(
    "fault",
    [Fault(status=404), Fault(status=400, body=b'{"error":"bad_verification_code"}'),
     Fault(status=200, body=b'{"error":"WRONG_CLIENT"}')],
)  # fmt: skip
def test_a_refusal_is_final_whatever_its_status(
    box: BitrixSandbox, grants: BitrixGrants, grant: Grant, fault: Fault
) -> None:
    box.faults.append(fault)
    with pytest.raises(NeedsReauth, match="allow"):
        grants.refresh(APP, grant)


@pytest.mark.parametrize(
    ("said", "host"), [("https://new.bitrix24.ru/rest/", "new.bitrix24.ru"), ("", "127.0.0.1")]
)
def test_a_renamed_portal_is_known_by_its_new_address(
    box: BitrixSandbox, grant: Grant, said: str, host: str
) -> None:
    pair = {"access_token": "a", "refresh_token": "b", "client_endpoint": said}
    box.faults.append(Fault(status=200, body=orjson.dumps(pair)))
    grants = BitrixGrants(Hosts(BitrixGrants.hosts, ("127.0.0.1", ".bitrix24.ru")))
    assert urlsplit(grants.refresh(APP, grant).base_url).hostname == host


@pytest.mark.parametrize(
    ("portal_url", "server"),
    [
        ("https://acme.bitrix24.ru", "https://oauth.bitrix24.tech"),
        ("https://acme.bitrix24.kz", "https://oauth.bitrix24.tech"),
        ("https://acme.bitrix24.de", "https://oauth.bitrix.info"),
        ("https://crm.acme.example", "https://crm.acme.example"),
    ],
)
def test_the_secret_goes_to_the_makers_server_of_the_region(portal_url: str, server: str) -> None:
    assert token_server(Hosts(BitrixGrants.hosts), portal_url) == server


def test_a_portal_on_a_strange_host_is_not_followed(
    box: BitrixSandbox, grants: BitrixGrants, grant: Grant
) -> None:
    body = {"access_token": "a", "refresh_token": "b", "client_endpoint": "https://evil.test/rest/"}
    box.faults.append(Fault(status=200, body=orjson.dumps(body)))
    with pytest.raises(NeedsPerson) as caught:
        grants.refresh(APP, grant)
    assert caught.value.kind is ErrorKind.STRANGE_HOST


def test_nobody_proves_that_an_app_was_removed(grants: BitrixGrants) -> None:
    assert grants.read_disconnect(APP, {"event": "ONAPPUNINSTALL"}) is None
