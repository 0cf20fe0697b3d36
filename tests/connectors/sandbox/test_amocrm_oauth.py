"""The sandbox gives, rotates and takes back tokens as amoCRM does."""

import hmac
import re
from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import orjson
import pytest

from connectors.sandbox.amocrm import AmoSandbox, OAuthApp
from tests.fakes.browsing import TRUST
from tests.fakes.clock import Clock

APP = OAuthApp("aaaaaaaa-1111", "s3cr3t", "https://app.example.test/amo/callback")
DAY = 86_400


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def box(open_box: Any, clock: Clock) -> AmoSandbox:
    return open_box(oauth=APP, clock=clock)


def ask(box: AmoSandbox, host: str = "", **changed: str) -> httpx.Response:
    """One request to the token endpoint, right but for what was changed."""
    body = {
        "client_id": APP.client_id,
        "client_secret": APP.client_secret,
        "redirect_uri": APP.redirect_uri,
    }
    address = f"http://{host or box.host}/oauth2/access_token"
    return httpx.post(address, json=body | changed, verify=TRUST)


def exchange(box: AmoSandbox, code: str, **changed: str) -> httpx.Response:
    return ask(box, grant_type="authorization_code", code=code, **changed)


def refresh(box: AmoSandbox, token: str, host: str = "", **changed: str) -> httpx.Response:
    return ask(box, host, grant_type="refresh_token", refresh_token=token, **changed)


def claims(token: str) -> dict[str, Any]:
    """The middle part of a JWT."""
    middle = token.split(".")[1]
    return orjson.loads(urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))


def refused(answer: httpx.Response) -> tuple[int, str]:
    assert answer.json()["status"] == answer.status_code
    return answer.status_code, answer.json()["hint"]


def test_a_code_becomes_a_pair_that_opens_the_api(box: AmoSandbox, get: Any, clock: Clock) -> None:
    answer = exchange(box, box.oauth.code())
    given = answer.json()
    assert answer.status_code == 200
    assert given.keys() == {
        *("token_type", "expires_in", "server_time", "access_token", "refresh_token"),
    }
    assert (given["token_type"], given["expires_in"]) == ("Bearer", DAY)
    assert given["server_time"] == int(clock.now)
    assert get(box, "leads", given["access_token"]).status_code == 200
    assert get(box, "leads").status_code == 200  # the fixed token opens it too
    assert get(box, "leads", "another").status_code == 401


def test_the_time_of_the_server_may_be_missing(box: AmoSandbox) -> None:
    box.oauth.server_time = False
    assert "server_time" not in exchange(box, box.oauth.code()).json()


def test_an_access_token_is_a_jwt_that_names_account_and_end(box: AmoSandbox, clock: Clock) -> None:
    read = claims(box.oauth.pair().access)
    assert (read["account_id"], read["exp"]) == (30_000_001, int(clock.now) + DAY)
    assert read["api_domain"] == box.host
    assert "crm" in read["scopes"]


def test_a_code_is_good_once_and_for_20_minutes(box: AmoSandbox, clock: Clock) -> None:
    first, late = box.oauth.code(), box.oauth.code()
    clock.now += 1_199
    assert exchange(box, first).status_code == 200
    assert refused(exchange(box, first)) == (400, "Authorization code has been revoked")
    clock.now += 1
    assert refused(exchange(box, late)) == (400, "Authorization code has expired")
    assert refused(exchange(box, "x")) == (400, "Cannot decrypt the authorization code")


def test_a_refresh_gives_a_new_pair_and_kills_the_old(box: AmoSandbox, get: Any) -> None:
    old = box.oauth.pair()
    new = refresh(box, old.refresh).json()
    assert get(box, "leads", new["access_token"]).status_code == 200
    assert get(box, "leads", old.access).status_code == 401
    assert refused(refresh(box, old.refresh)) == (401, "Token has been revoked")
    assert refresh(box, new["refresh_token"]).status_code == 200


def test_of_two_refreshes_at_once_only_one_gets_a_pair(box: AmoSandbox) -> None:
    token = box.oauth.pair().refresh
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: refresh(box, token).status_code, range(4)))
    assert sorted(answers) == [200, 401, 401, 401]


def test_pairs_of_several_admins_rotate_on_their_own(box: AmoSandbox, get: Any) -> None:
    one, other = box.oauth.pair(), box.oauth.pair()
    assert refresh(box, one.refresh).status_code == 200
    assert get(box, "leads", other.access).status_code == 200
    assert refresh(box, other.refresh).status_code == 200


@pytest.mark.parametrize(
    ("changed", "hint"),
    [
        ({"client_id": "b"}, "Check the `client_id` parameter"),
        ({"client_secret": "b"}, "Check the `client_secret` parameter"),
        ({"redirect_uri": f"{APP.redirect_uri}/"}, "Redirect URI is not associated with client"),
        ({"grant_type": "password"}, "Check the `grant_type` parameter"),
    ],
)
def test_what_is_wrong_stands_in_the_hint(
    box: AmoSandbox, changed: dict[str, str], hint: str
) -> None:
    usual = {"grant_type": "refresh_token", "refresh_token": box.oauth.pair().refresh}
    answer = ask(box, **(usual | changed))
    assert refused(answer) == (400, hint)
    assert answer.json()["type"].endswith("OAuthProblemJson")


def test_a_body_that_is_not_json_is_refused(box: AmoSandbox) -> None:
    answer = httpx.post(f"{box.url}/oauth2/access_token", content=b"grant_type=refresh_token")
    assert refused(answer) == (400, "Check the `client_id` parameter")


def test_titles_of_errors_speak_the_language_of_the_account(box: AmoSandbox) -> None:
    russian = refresh(box, "x")
    box.oauth.language = "en"
    english = refresh(box, "x")
    assert refused(russian) == refused(english) == (401, "Cannot decrypt the refresh token")
    assert russian.json()["title"] == "Некорректный запрос"
    assert english.json()["title"] == "Invalid request"


def test_tokens_end_after_a_day_and_after_three_months(
    box: AmoSandbox, get: Any, clock: Clock
) -> None:
    pair = box.oauth.pair()
    clock.now += DAY
    assert get(box, "leads", pair.access).status_code == 401
    clock.now += 90 * DAY
    assert refused(refresh(box, pair.refresh)) == (401, "Invalid refresh token")


def test_access_tokens_can_be_made_to_last_less(box: AmoSandbox, get: Any, clock: Clock) -> None:
    box.oauth.lifetime = 30
    given = refresh(box, box.oauth.pair().refresh).json()
    clock.now += 30
    assert given["expires_in"] == 30
    assert get(box, "leads", given["access_token"]).status_code == 401


def test_expired_access_tokens_can_be_refreshed(box: AmoSandbox, get: Any) -> None:
    pair = box.oauth.pair()
    box.oauth.expire()
    assert get(box, "leads", pair.access).status_code == 401
    assert refresh(box, pair.refresh).status_code == 200


def test_a_switched_off_integration_has_no_live_token(box: AmoSandbox, get: Any) -> None:
    pair, long = box.oauth.pair(), box.oauth.long_lived()
    box.oauth.revoke()
    assert get(box, "leads", pair.access).status_code == 401
    assert get(box, "leads", long).status_code == 401
    assert refused(refresh(box, pair.refresh)) == (401, "Token has been revoked")


def test_a_long_lived_token_says_when_it_ends(box: AmoSandbox, get: Any, clock: Clock) -> None:
    token = box.oauth.long_lived(10 * DAY)
    assert claims(token)["exp"] == int(clock.now) + 10 * DAY
    assert get(box, "leads", token).status_code == 200
    clock.now += 10 * DAY
    assert get(box, "leads", token).status_code == 401


def test_a_lost_answer_has_used_up_the_refresh_token(box: AmoSandbox) -> None:
    token = box.oauth.pair().refresh
    box.oauth.lose_next_answer = True
    with pytest.raises(httpx.RemoteProtocolError, match="disconnected"):
        refresh(box, token)
    assert (box.requests[-1].path, box.requests[-1].status) == ("/oauth2/access_token", 0)
    assert refused(refresh(box, token)) == (401, "Token has been revoked")


def test_a_grace_lets_it_be_used_again_after_a_lost_answer_only(box: AmoSandbox) -> None:
    box.oauth.grace = 1
    token = box.oauth.pair().refresh
    box.oauth.lose_next_answer = True
    with pytest.raises(httpx.RemoteProtocolError):
        refresh(box, token)
    new = refresh(box, token)
    assert new.status_code == 200
    assert refused(refresh(box, token)) == (401, "Token has been revoked")
    assert refresh(box, new.json()["refresh_token"]).status_code == 200
    assert refresh(box, new.json()["refresh_token"]).status_code == 401


def test_consent_sends_the_browser_back_with_a_code(box: AmoSandbox) -> None:
    about = {"client_id": APP.client_id, "state": 'r4nd"om', "mode": "popup"}
    page = httpx.get(f"{box.url}/oauth", params=about)
    links = {name: unescape(to) for name, to in re.findall(r'id="(\w+)" href="([^"]+)"', page.text)}
    back = {key: value[0] for key, value in parse_qs(urlsplit(links["allow"]).query).items()}
    assert page.headers["content-type"].startswith("text/html")
    assert links["allow"].startswith(f"{APP.redirect_uri}?code=def50200")
    assert (back["referer"], back["state"], back["platform"]) == (box.host, 'r4nd"om', "1")
    assert back["client_id"] == APP.client_id
    assert exchange(box, back["code"]).status_code == 200
    refusal = parse_qs(urlsplit(links["refuse"]).query)
    assert refusal["error"] == ["access_denied"]
    assert "code" not in refusal


def test_an_unknown_integration_is_not_asked_about(box: AmoSandbox) -> None:
    assert httpx.get(f"{box.url}/oauth?client_id=other").status_code == 400


def test_the_notice_of_being_switched_off_is_signed(box: AmoSandbox) -> None:
    told = box.oauth.disconnect_notice()
    expected = hmac.new(b"s3cr3t", b"aaaaaaaa-1111|30000001", "sha256").hexdigest()
    assert told == {
        "account_id": "30000001",
        "client_uuid": "aaaaaaaa-1111",
        "signature": expected,
    }


def test_a_renamed_account_answers_on_its_new_host_only(box: AmoSandbox, get: Any) -> None:
    pair = box.oauth.pair()
    new = box.oauth.rename()
    assert new == box.oauth.domain == box.host.replace("127.0.0.1", "localhost")
    assert get(box, "leads", pair.access).status_code == 401
    assert refresh(box, pair.refresh).status_code == 404
    where = f"http://{claims(pair.access)['api_domain']}/oauth2/account/current/subdomain"
    found = httpx.get(where, headers={"X-Refresh-Token": pair.refresh})
    assert found.json() == {
        "id": 30_000_001,
        "subdomain": "localhost",
        "domain": new,
        "top_level_domain": "ru",
    }
    assert httpx.get(where, headers={"X-Refresh-Token": "x"}).status_code == 401
    again = refresh(box, pair.refresh, host=found.json()["domain"])
    access = {"Authorization": f"Bearer {again.json()['access_token']}"}
    assert httpx.get(f"http://{new}/api/v4/leads", headers=access).status_code == 200


def test_a_ban_closes_the_token_endpoint_too(open_box: Any, get: Any) -> None:
    box = open_box(rate=1, ban_after=1)
    assert [get(box, "leads").status_code for _ in range(2)] == [200, 429]
    banned = refresh(box, box.oauth.pair().refresh)
    assert (banned.status_code, banned.headers["content-type"]) == (403, "text/html; charset=utf-8")
