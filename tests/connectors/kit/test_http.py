"""What each answer of a CRM means for the caller."""

from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import respx

from connectors.kit import pace as kit_pace
from connectors.kit.auth import Proof, basic, bearer, in_body
from connectors.kit.contract import Credentials
from connectors.kit.errors import (
    ConnectorError,
    ErrorKind,
    NeedsPerson,
    NeedsReauth,
    NoRights,
    RetryLater,
)
from connectors.kit.http import CrmHttp
from connectors.kit.pace import Pace

URL = "https://example.test"


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it would have waited."""
    waited: list[float] = []
    monkeypatch.setattr(kit_pace, "sleep", waited.append)
    return waited


@pytest.fixture
def crm(waits: list[float]) -> Iterator[CrmHttp]:
    """An account at URL, with nothing to wait for."""
    http = CrmHttp(URL, proof=bearer("secret-token"), turns=Pace(0))
    yield http
    http.close()


@respx.mock
def test_an_answer_carries_the_servers_time(crm: CrmHttp) -> None:
    date = {"Date": "Mon, 23 Nov 2026 09:00:00 GMT"}
    respx.get(f"{URL}/x").respond(200, json={"a": 1}, headers=date)
    answer = crm.get("/x")
    assert answer.data == {"a": 1}
    assert answer.at.isoformat() == "2026-11-23T09:00:00+00:00"


@respx.mock
def test_no_content_is_an_answer_and_no_error(crm: CrmHttp) -> None:
    respx.get(f"{URL}/x").respond(204)
    assert crm.get("/x").data is None


@respx.mock
@pytest.mark.parametrize(
    "answer",
    [
        {"status_code": 500}, {"status_code": 504, "html": "<html>"}, {"status_code": 429},
        {"status_code": 302, "headers": {"Location": "/maintenance"}}, {"status_code": 423},
        {"status_code": 429, "headers": {"Retry-After": "9" * 30}},
        {"status_code": 429, "json": {"retry_after": -5}},
        {"status_code": 200, "text": '{"_embedded": {"leads": [{"id": 1'},
        {"status_code": 200, "html": "<!DOCTYPE html><title>Вход</title>"},
    ],
)  # fmt: skip
def test_a_passing_trouble_is_tried_again(
    crm: CrmHttp, waits: list[float], answer: dict[str, Any]
) -> None:
    route = respx.get(f"{URL}/x")
    route.side_effect = [httpx.Response(**answer), httpx.Response(200, json={})]
    assert crm.get("/x").data == {}
    assert crm.requests == 2
    assert len(waits) == 1


@respx.mock
def test_a_lasting_trouble_becomes_retry_later_after_five_tries(
    crm: CrmHttp, waits: list[float]
) -> None:
    respx.get(f"{URL}/x").mock(side_effect=httpx.ConnectError("refused"))
    with pytest.raises(RetryLater, match="example.test: cannot connect"):
        crm.get("/x")
    assert crm.requests == 5
    assert waits == sorted(waits)


@respx.mock
@pytest.mark.parametrize(
    "answer",
    [
        {"headers": {"Retry-After": "7"}},
        {"headers": {"Retry-After": "Mon, 23 Nov 2026 09:00:07 GMT"}},
        {"json": {"status": 429, "retry_after": 7}},
    ],
)
def test_the_wait_that_the_crm_asks_for_is_kept(
    crm: CrmHttp, waits: list[float], answer: dict[str, Any]
) -> None:
    date = {"Date": "Mon, 23 Nov 2026 09:00:00 GMT"}
    headers = {**date, **answer.pop("headers", {})}
    limited = httpx.Response(429, headers=headers, **answer)
    respx.get(f"{URL}/x").side_effect = [limited, httpx.Response(200, json={})]
    crm.get("/x")
    assert waits == [7.0]


@respx.mock
def test_a_long_wait_is_left_to_the_scheduler(crm: CrmHttp, waits: list[float]) -> None:
    respx.get(f"{URL}/x").respond(429, json={"retry_after": 300})
    with pytest.raises(RetryLater) as caught:
        crm.get("/x")
    assert caught.value.wait is not None
    assert caught.value.wait.total_seconds() == 300
    assert waits == []


@respx.mock
@pytest.mark.parametrize(
    ("answer", "remedy", "says", "kind"),
    [
        ({"status_code": 401, "json": {}}, NeedsPerson, "token is refused", "token_refused"),
        ({"status_code": 402, "json": {}}, NeedsPerson, "not paid", "not_paid"),
        ({"status_code": 403, "json": {}}, NoRights, "no rights", "no_rights"),
        ({"status_code": 403, "html": "<html>403 Forbidden"}, NeedsPerson, "banned", "banned"),
        ({"status_code": 404, "json": {}}, NoRights, "is the base URL right", "not_there"),
        ({"status_code": 422, "json": {}}, NoRights, "refuses what was asked", "refused"),
    ],
)
def test_what_only_a_person_can_mend_is_not_tried_again(
    crm: CrmHttp, answer: dict[str, Any], remedy: type[Exception], says: str, kind: str
) -> None:
    respx.get(f"{URL}/x").respond(**answer)
    with pytest.raises(remedy, match=says) as caught:
        crm.get("/x")
    assert caught.value.kind == kind
    assert crm.requests == 1
    assert "secret-token" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["", "example.test", "ftp://example.test", "https://", "http://[::1"]
)
def test_a_wrong_base_url_is_refused_at_once(url: str) -> None:
    with pytest.raises(NeedsPerson, match="base URL"):
        CrmHttp(url, proof=Proof(), turns=Pace(0))


@respx.mock
def test_a_broken_letter_in_one_name_does_not_cost_the_page(crm: CrmHttp) -> None:
    body = rb'{"cut": "a\ud83d", "back": "\ude00b", "whole": "\ud83d\ude00", "price": 5}'
    respx.get(f"{URL}/x").respond(200, content=body)
    assert crm.get("/x").data == {"cut": "a�", "back": "�b", "whole": "😀", "price": 5}


def test_the_pace_spreads_requests_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    now, waited = [100.0], []

    def sleep(seconds: float) -> None:
        waited.append(round(seconds, 6))
        now[0] += seconds

    monkeypatch.setattr(kit_pace, "sleep", sleep)
    monkeypatch.setattr(kit_pace.time, "monotonic", lambda: now[0])
    pace = Pace(4)
    for _ in range(5):
        pace.take()
    assert waited == [0.25, 0.25, 0.25, 0.25]


@respx.mock
@pytest.mark.parametrize(
    ("trouble", "says", "kind"),
    [
        (httpx.ConnectError("[Errno 111] Connection refused"), "cannot connect", "no_connection"),
        (httpx.ReadError("[Errno 104] Connection reset"), "the answer broke off", "no_answer"),
        (httpx.ReadTimeout("timed out"), "no answer in time", "no_answer"),
        (httpx.Response(200, html="<html>"), "answered a web page", "unreadable"),
        (httpx.Response(429, json={}), "too many requests", "too_many_requests"),
        (httpx.Response(503, json={}), "the CRM fails", "crm_fails"),
    ],
)
def test_people_are_told_the_host_and_the_log_the_path_and_what_lies_beneath(
    waits: list[float],
    caplog: pytest.LogCaptureFixture,
    trouble: httpx.Response | Exception,
    says: str,
    kind: str,
) -> None:
    respx.get(f"{URL}/api/v4/leads").mock(side_effect=[trouble])
    with caplog.at_level("INFO"), pytest.raises(RetryLater) as caught:
        CrmHttp(URL, proof=Proof(), turns=Pace(0), tries=1).get("/api/v4/leads")
    assert str(caught.value).startswith(f"example.test: {says}")
    assert "Errno" not in str(caught.value)
    assert caught.value.kind == kind
    assert "GET /api/v4/leads: example.test: " in caplog.text


@respx.mock
def test_a_question_by_post_is_repeated_like_a_get(crm: CrmHttp, waits: list[float]) -> None:
    route = respx.post(f"{URL}/list")
    route.side_effect = [httpx.ReadTimeout("late"), httpx.Response(200, json={"rows": []})]
    assert crm.ask("/list", {"page": 1}).data == {"rows": []}
    assert len(waits) == 1


@respx.mock
def test_a_root_is_told_to_the_crm_and_to_nobody_else(
    waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    http = CrmHttp(URL, proof=Proof(), turns=Pace(0), root="/rest/1/se-cret", tries=1)
    asked = respx.post(f"{URL}/rest/1/se-cret/deal.list").respond(500, json={})
    with caplog.at_level("INFO"), pytest.raises(RetryLater) as caught:
        http.ask("/deal.list", {})
    http.close()
    assert asked.called
    assert "deal.list" in caplog.text
    assert "se-cret" not in caplog.text + str(caught.value)


@respx.mock
def test_a_proof_in_the_body_is_renewed_there(waits: list[float]) -> None:
    access = Credentials(URL, "old", renew={"old": "new"}.__getitem__)
    http = CrmHttp(URL, proof=Proof.by(access, in_body("auth")), turns=Pace(0))
    route = respx.post(f"{URL}/x", json={"a": 1, "auth": "old"}).respond(401, json={})
    respx.post(f"{URL}/x", json={"a": 1, "auth": "new"}).respond(200, json={"ok": True})
    assert http.ask("/x", {"a": 1}).data == {"ok": True}
    http.close()
    assert route.call_count == 1


class _Held(Pace):
    """Notes for how long others are held."""

    def __init__(self, per_second: float) -> None:
        super().__init__(per_second)
        self.held: list[float] = []

    def hold(self, seconds: float, reason: str) -> None:
        self.held.append(seconds)


def _of_this_crm(status: int, data: Any) -> ConnectorError | None:
    said = data.get("error") if isinstance(data, dict) else None
    if said == "LIMIT":
        return RetryLater("slow down", kind=ErrorKind.TOO_MANY_REQUESTS)
    return NeedsReauth("token gone") if (status, said) == (200, "GONE") else None


@respx.mock
def test_what_a_crm_means_by_an_answer_wins_over_its_status(waits: list[float]) -> None:
    turns = _Held(0)
    http = CrmHttp(URL, proof=Proof(), turns=turns, special=_of_this_crm)
    respx.get(f"{URL}/x").side_effect = [
        httpx.Response(503, json={"error": "LIMIT"}), httpx.Response(200, json={"error": "GONE"})
    ]  # fmt: skip
    with pytest.raises(NeedsReauth, match=r"^example\.test: token gone$"):
        http.get("/x")
    http.close()
    assert turns.held == waits
    assert len(waits) == 1


@respx.mock
def test_what_has_no_json_or_no_special_meaning_is_judged_by_its_status(
    waits: list[float],
) -> None:
    http = CrmHttp(URL, proof=Proof(), turns=Pace(0), special=_of_this_crm, tries=1)
    respx.get(f"{URL}/x").side_effect = [
        httpx.Response(502, html="<html>"), httpx.Response(200, json=[1])
    ]  # fmt: skip
    with pytest.raises(RetryLater, match="502"):
        http.get("/x")
    assert http.get("/x").data == [1]
    http.close()


def test_a_user_with_a_password_may_be_written_in_any_alphabet() -> None:
    told = b64decode(basic("Обмен:пароль:1").headers["Authorization"].removeprefix("Basic "))
    assert told.decode() == "Обмен:пароль:1"
    with pytest.raises(ValueError, match="user:password"):
        basic("Обмен")


def test_a_proof_never_shows_when_it_is_printed() -> None:
    assert "secret" not in repr(bearer("secret-token")) + repr(in_body("auth")("secret-token"))
