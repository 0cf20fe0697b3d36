"""amoCRM's OAuth as we use it: refusals are final, lost answers are not, and accounts move."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import orjson
import pytest

from connectors.amocrm.oauth import AmoGrants
from connectors.kit import pace
from connectors.kit.errors import NeedsPerson, NeedsReauth, RetryLater
from connectors.kit.hosts import Hosts
from connectors.kit.oauth import Grant, OAuthApp, claims, ends_at
from connectors.sandbox import amocrm
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from connectors.sandbox.world import MadeUpWorld

APP = OAuthApp("aaaa-1111", "s3cr3t", "https://app.example.test/oauth/amocrm/callback")
TOKENS = "/oauth2/access_token"
HERE = Hosts(AmoGrants.hosts, ("127.0.0.1", "localhost"))


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long we would have waited."""
    waited: list[float] = []
    monkeypatch.setattr(pace, "sleep", waited.append)
    return waited


@pytest.fixture
def box() -> Iterator[AmoSandbox]:
    app = amocrm.OAuthApp(APP.client_id, APP.client_secret, APP.redirect_uri)
    world = MadeUpWorld(size=2, deals=3, contacts=2, today=date(2026, 11, 1))
    with AmoSandbox(world, rate=0, oauth=app) as running:
        yield running


@pytest.fixture
def grants() -> AmoGrants:
    return AmoGrants(HERE)


@pytest.fixture
def grant(box: AmoSandbox, grants: AmoGrants) -> Grant:
    return grants.exchange(APP, box.url, box.oauth.code())


def asked(box: AmoSandbox) -> list[str]:
    """The paths that were asked for."""
    return [seen.path for seen in box.requests]


def test_a_code_becomes_a_grant_that_says_when_it_ends(box: AmoSandbox, grant: Grant) -> None:
    assert box.oauth.opens(grant.access_token)
    assert abs(grant.ends_at - ends_at(grant.access_token)) < timedelta(seconds=5)
    assert grant.access_token not in repr(grant)
    assert grant.refresh_token not in repr(grant)
    assert APP.client_secret not in repr(APP)


def test_the_time_of_the_server_may_be_missing(box: AmoSandbox, grants: AmoGrants) -> None:
    box.oauth.server_time = False
    assert grants.exchange(APP, box.url, box.oauth.code()).refresh_token


def test_a_code_that_was_used_says_to_allow_once_more(box: AmoSandbox, grants: AmoGrants) -> None:
    code = box.oauth.code()
    grants.exchange(APP, box.url, code)
    with pytest.raises(NeedsPerson, match="allow once more") as refused:
        grants.exchange(APP, box.url, code)
    assert "Authorization code has been revoked" in str(refused.value)
    assert code not in str(refused.value)


def test_a_renewal_repeats_the_redirect_uri_byte_for_byte(
    box: AmoSandbox, grants: AmoGrants, grant: Grant
) -> None:
    assert box.oauth.opens(grants.refresh(APP, grant).access_token)
    other = replace(APP, redirect_uri=f"{APP.redirect_uri}/")
    with pytest.raises(NeedsReauth, match="Redirect URI is not associated"):
        grants.refresh(other, grant)


def test_a_token_that_was_used_is_refused_for_good_and_not_asked_about_again(
    box: AmoSandbox, grants: AmoGrants, grant: Grant, waits: list[float]
) -> None:
    grants.refresh(APP, grant)
    box.requests.clear()
    with pytest.raises(NeedsReauth, match="allow kam_sync in amoCRM anew"):
        grants.refresh(APP, grant)
    assert asked(box).count(TOKENS) == 1
    assert waits == []


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 410, 422])
def test_each_refusal_is_final_whatever_its_status_and_language(
    box: AmoSandbox, grants: AmoGrants, grant: Grant, status: int
) -> None:
    body = orjson.dumps({"title": "Solicitud incorrecta", "status": status})
    box.faults.append(Fault(path=TOKENS, times=None, status=status, body=body))
    box.requests.clear()
    with pytest.raises(NeedsPerson) as refused:
        grants.refresh(APP, grant)
    assert isinstance(refused.value, NeedsReauth) is (status != 402)  # an unpaid bill is no refusal
    assert asked(box).count(TOKENS) == 1


def test_a_ban_is_no_refusal_and_is_not_asked_about_again(
    box: AmoSandbox, grants: AmoGrants, grant: Grant
) -> None:
    box.faults.append(Fault(path=TOKENS, times=None, status=403, html=True))
    box.requests.clear()
    with pytest.raises(NeedsPerson, match="banned") as banned:
        grants.refresh(APP, grant)
    assert not isinstance(banned.value, NeedsReauth)
    assert len(box.requests) == 1


def test_too_many_requests_are_for_later(box: AmoSandbox, grants: AmoGrants, grant: Grant) -> None:
    box.faults.append(Fault(path=TOKENS, status=429, html=True))
    with pytest.raises(RetryLater):
        grants.refresh(APP, grant)
    assert box.oauth.opens(grants.refresh(APP, grant).access_token)


@pytest.mark.parametrize("fault", [Fault(path=TOKENS, status=502), Fault(path=TOKENS, html=True)])
def test_after_an_answer_that_says_nothing_the_same_token_is_tried_again(
    box: AmoSandbox, grants: AmoGrants, grant: Grant, waits: list[float], fault: Fault
) -> None:
    box.faults.append(fault)
    assert box.oauth.opens(grants.refresh(APP, grant).access_token)
    assert len(waits) == 1


def test_a_lost_answer_is_overcome_where_the_crm_has_grace(
    box: AmoSandbox, grants: AmoGrants, grant: Grant
) -> None:
    box.oauth.grace = 1
    box.oauth.lose_next_answer = True
    assert box.oauth.opens(grants.refresh(APP, grant).access_token)


def test_a_lost_answer_needs_a_person_where_it_has_none(
    box: AmoSandbox, grants: AmoGrants, grant: Grant
) -> None:
    box.oauth.lose_next_answer = True
    box.requests.clear()
    with pytest.raises(NeedsReauth):
        grants.refresh(APP, grant)
    assert asked(box).count(TOKENS) == 2


def test_it_does_not_ask_for_ever(
    box: AmoSandbox, grants: AmoGrants, grant: Grant, waits: list[float]
) -> None:
    box.faults.append(Fault(path=TOKENS, times=None, status=504))
    box.requests.clear()
    with pytest.raises(RetryLater):
        grants.refresh(APP, grant)
    assert asked(box) == [TOKENS] * 3
    assert len(waits) == 2


def test_an_answer_without_a_pair_is_unsure_and_is_not_shown(
    box: AmoSandbox, grants: AmoGrants, grant: Grant
) -> None:
    body = b'{"access_token": "very-secret", "refresh_token": ""}'
    box.faults.append(Fault(path=TOKENS, times=None, status=200, body=body))
    with pytest.raises(RetryLater, match="no pair of tokens") as broken:
        grants.refresh(APP, grant)
    assert "very-secret" not in str(broken.value)
    assert broken.value.__cause__ is None


def test_an_account_that_has_moved_is_followed(
    box: AmoSandbox, grants: AmoGrants, grant: Grant
) -> None:
    new = box.oauth.rename()
    fresh = grants.refresh(APP, grant)
    assert fresh.base_url == f"http://{new}"
    assert box.oauth.opens(fresh.access_token)


def test_a_grant_is_kept_while_its_account_may_have_moved(
    box: AmoSandbox, grants: AmoGrants
) -> None:
    box.oauth.api_domain = box.host.replace("127.0.0.1", "localhost")  # a second door to ask at
    grant = grants.exchange(APP, box.url, box.oauth.code())
    new = box.oauth.rename()
    where = "/oauth2/account/current/subdomain"
    box.faults.append(Fault(path=where, status=503))
    box.faults.append(Fault(path=where, after=1, status=404))
    with pytest.raises(RetryLater):
        grants.refresh(APP, grant)
    box.faults.clear()
    assert grants.refresh(APP, grant).base_url == f"http://{new}"


def test_a_secret_does_not_follow_an_account_to_a_foreign_host(
    box: AmoSandbox, grant: Grant
) -> None:
    box.oauth.rename()
    box.requests.clear()
    with pytest.raises(NeedsReauth):
        AmoGrants(Hosts(AmoGrants.hosts, ("127.0.0.1",))).refresh(APP, grant)
    assert asked(box).count(TOKENS) == 1


def test_the_consent_page_is_the_makers_and_for_a_sandbox_its_own(grants: AmoGrants) -> None:
    at = {
        "https://sales.amocrm.ru": "https://www.amocrm.ru/oauth?",
        "https://sales.kommo.com": "https://www.kommo.com/oauth?",
        "http://127.0.0.1:4000": "http://127.0.0.1:4000/oauth?",
    }
    for base_url, door in at.items():
        link = grants.consent_url(APP, base_url, "st&te")
        assert link == f"{door}client_id=aaaa-1111&state=st%26te&mode=popup"


def test_a_farewell_is_believed_with_its_signature_alone(
    box: AmoSandbox, grants: AmoGrants
) -> None:
    told = box.oauth.disconnect_notice()
    assert grants.read_disconnect(APP, told) == "30000001"
    other_name = {**told, "client_id": told["client_uuid"]}
    del other_name["client_uuid"]
    assert grants.read_disconnect(APP, other_name) == "30000001"
    for wrong in ({"account_id": "2"}, {"signature": "é"}, {"client_uuid": "b"}):
        assert grants.read_disconnect(APP, told | wrong) is None
    assert grants.read_disconnect(APP, {}) is None


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", "a.!!.c", f"a.{urlsafe_b64encode(b'[1]').decode()}.c"]
)
def test_a_token_that_is_no_jwt_says_nothing_of_itself(token: str) -> None:
    assert claims(token) == {}
    assert ends_at(token) is None


def test_a_jwt_with_an_absurd_end_has_none() -> None:
    for end in ('"soon"', "1e99", "[1]", "null"):
        middle = urlsafe_b64encode(f'{{"exp": {end}}}'.encode()).decode()
        assert ends_at(f"a.{middle}.c") is None
