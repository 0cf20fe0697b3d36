"""What Bitrix24 says when something is wrong, and what we make of it; and who is let in."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import orjson
import pytest

from connectors.bitrix24 import Bitrix24
from connectors.bitrix24.trouble import Judge
from connectors.kit import pace
from connectors.kit.contract import Credentials
from connectors.kit.errors import (
    ConnectorError,
    ErrorKind,
    NeedsPerson,
    NeedsReauth,
    NoRights,
    Refused,
    RetryLater,
)
from connectors.kit.records import Noun
from connectors.sandbox.bitrix24 import BitrixSandbox
from connectors.sandbox.faults import Fault
from tests.fakes.portal import connected, portal, pulled

SECRET = "sandbox-secret-bitrix24"


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr(pace, "sleep", waited.append)
    return waited


@pytest.fixture
def box() -> Iterator[BitrixSandbox]:
    with portal(deals=120) as box:
        yield box


def saying(status: int, code: object, text: str = "") -> Fault:
    body = orjson.dumps({"error": code, "error_description": text})
    return Fault(status=status, body=body, times=None)


ANSWERS: tuple[tuple[int, object, str, type[ConnectorError], ErrorKind], ...] = (
    (503, "QUERY_LIMIT_EXCEEDED", "", RetryLater, ErrorKind.TOO_MANY_REQUESTS),
    (429, "OPERATION_TIME_LIMIT", "", RetryLater, ErrorKind.TOO_MANY_REQUESTS),
    (503, "OVERLOAD_LIMIT", "", NeedsPerson, ErrorKind.OTHER),
    (401, "expired_token", "", NeedsReauth, ErrorKind.TOKEN_REFUSED),
    (401, "NO_AUTH_FOUND", "", NeedsReauth, ErrorKind.TOKEN_REFUSED),
    (401, "ERROR_OAUTH", "", NeedsReauth, ErrorKind.TOKEN_REFUSED),
    (200, "WRONG_CLIENT", "", NeedsReauth, ErrorKind.TOKEN_REFUSED),
    (401, "insufficient_scope", "", NoRights, ErrorKind.NO_RIGHTS),
    (403, "INVALID_CREDENTIALS", "", NoRights, ErrorKind.NO_RIGHTS),
    (403, "ACCESS_DENIED", "Access denied!", NoRights, ErrorKind.NO_RIGHTS),
    (
        403, "ACCESS_DENIED", "REST API is available only on commercial plans.", NeedsPerson,
        ErrorKind.NOT_PAID,
    ),
    (401, "PAYMENT_REQUIRED", "", NeedsPerson, ErrorKind.NOT_PAID),
    (403, "WRONG_AUTH_TYPE", "", NoRights, ErrorKind.NO_RIGHTS),
    (400, "ACCESS_DENIED", "Access denied.", Refused, ErrorKind.REFUSED),
    (404, "ERROR_METHOD_NOT_FOUND", "", NoRights, ErrorKind.NO_RIGHTS),
    (400, "ENTITY_TYPE_NOT_SUPPORTED", "", Refused, ErrorKind.NOT_OFFERED),
    (400, "", "Not found", Refused, ErrorKind.REFUSED),
    (400, 0, "Not found", Refused, ErrorKind.REFUSED),
    (400, "100", "Could not find value for parameter {id}", Refused, ErrorKind.REFUSED),
    (400, {"code": "BITRIX_REST_V3_EXCEPTION"}, "", Refused, ErrorKind.REFUSED),
    (500, "ERROR_CORE", "", Refused, ErrorKind.REFUSED),
    (500, "INTERNAL_SERVER_ERROR", "", RetryLater, ErrorKind.CRM_FAILS),
    (503, "SOMETHING_NEW", "", RetryLater, ErrorKind.CRM_FAILS),
    (500, "PORTAL_DELETED", "", NeedsPerson, ErrorKind.OTHER),
    (410, "portal_deleted", "", NeedsPerson, ErrorKind.OTHER),
)  # fmt: skip


@pytest.mark.parametrize(("status", "code", "text", "error", "kind"), ANSWERS)
def test_each_error_names_its_remedy(
    box: BitrixSandbox, status: int, code: object, text: str, error: type, kind: ErrorKind
) -> None:
    box.faults.append(saying(status, code, text))
    with connected(box) as crm, pytest.raises(ConnectorError, match=r"^127\.") as caught:
        list(crm.pull(Noun.PRODUCT, None))
    assert type(caught.value) is error
    assert caught.value.kind is kind


def test_an_error_without_a_code_says_its_text(box: BitrixSandbox) -> None:
    box.faults.append(saying(400, "", "Not found"))
    with connected(box) as crm, pytest.raises(Refused, match="Not found"):
        list(crm.pull(Noun.PRODUCT, None))


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_page_instead_of_an_answer_is_for_later(box: BitrixSandbox, status: int) -> None:
    box.faults.append(Fault(html=True, status=status, times=None))
    with connected(box) as crm, pytest.raises(RetryLater):
        list(crm.pull(Noun.PRODUCT, None))


def test_too_many_requests_are_waited_out_and_hold_up_the_others(
    box: BitrixSandbox, waits: list[float]
) -> None:
    held: list[float] = []

    class Turns(pace.Pace):
        def hold(self, seconds: float, reason: str) -> None:
            held.append(seconds)

    box.faults.append(Fault(is_limit=True, times=2))
    crm = Bitrix24(Credentials(box.url, box.token, {"per_second": "0"}, turns=Turns))
    assert len(pulled(crm, Noun.PRODUCT)[0]) == box.count("product")
    crm.close()
    assert held == waits
    assert len(waits) == 2


def test_the_bucket_lets_fifty_through_at_once_and_then_refuses() -> None:
    with portal(rate=0.001) as box, connected(box) as crm:
        for _ in range(50):
            crm.about()
        with pytest.raises(RetryLater, match="too many requests"):
            crm.about()
        assert box.requests[-1].status == 503


def test_work_that_is_used_up_is_waited_for_as_the_answers_before_have_told(
    box: BitrixSandbox, waits: list[float]
) -> None:
    box.operating.cost, box.operating.limit = 200.0, 400.0
    with connected(box) as crm:
        crm.about()  # two of the lists in it
        with pytest.raises(RetryLater, match="used up its time") as caught:
            list(crm.pull(Noun.DEAL, None))
    assert caught.value.wait is not None
    assert timedelta(seconds=590) <= caught.value.wait <= timedelta(seconds=600)
    assert waits == []  # too long: the pull ends and keeps its cursor


def test_a_limit_within_a_batch_ends_the_batch(box: BitrixSandbox, waits: list[float]) -> None:
    box.operating.cost, box.operating.limit = 200.0, 400.0
    with connected(box) as crm, pytest.raises(RetryLater, match="used up"):
        list(crm.pull(Noun.DEAL, None))
    assert waits == []


def test_what_a_portal_tells_of_its_time_may_be_missing_or_absurd() -> None:
    judge = Judge()
    for time in ([], {}, {"operating_reset_at": "x", "finish": None}, {"date_start": "today"}):
        assert judge(200, {"result": [], "time": time}) is None
    assert judge(200, []) is None
    blocked = judge(429, {"error": "OPERATION_TIME_LIMIT"})
    assert isinstance(blocked, RetryLater)
    assert blocked.wait == timedelta(seconds=60)
    assert judge(200, {"result": [], "time": {"operating_reset_at": 9e9, "finish": 1}}) is None
    blocked = judge(429, {"error": "OPERATION_TIME_LIMIT"})
    assert isinstance(blocked, RetryLater)
    assert blocked.wait == timedelta(seconds=600)


@pytest.mark.parametrize(
    "form",
    ["{token}", "rest/{token}/", "/rest/{token}", "{url}/rest/{token}/",
     "{url}/rest/{token}/profile.json", " {token} "],
)  # fmt: skip
def test_a_webhook_is_taken_in_all_its_forms(box: BitrixSandbox, form: str) -> None:
    token = form.format(token=box.token, url=box.url)
    with connected(box, token=token) as crm:
        assert crm.about().account == box.host


@pytest.mark.parametrize(
    "token",
    ["", "x/y", "1/a b", "https://other.bitrix24.ru/rest/1/abcdef/", "1/", "пароль",
     "https://other.bitrix24.ru/"],
)  # fmt: skip
def test_what_is_no_token_is_refused_and_not_repeated_aloud(token: str) -> None:
    with pytest.raises(ValueError, match="token|webhook") as caught:
        Bitrix24(Credentials("https://acme.bitrix24.ru", token))
    assert not token or token not in str(caught.value)


def test_the_address_of_another_portal_is_refused(box: BitrixSandbox) -> None:
    with pytest.raises(ValueError, match="another portal"):
        Bitrix24(Credentials(box.url, f"https://acme.bitrix24.ru/rest/{box.token}/"))


def test_the_secret_of_a_webhook_is_in_no_log_and_no_error(
    box: BitrixSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "connectors"):
        box.faults.append(Fault(hang_up=True, times=None))
        with connected(box) as crm, pytest.raises(RetryLater) as caught:
            crm.about()
    assert "batch" in caplog.text
    assert SECRET not in caplog.text
    assert SECRET not in f"{caught.value!r} {caught.value.__cause__!r} {crm!r}"


def test_an_ended_token_of_an_app_is_renewed_once_and_goes_into_the_body(
    box: BitrixSandbox,
) -> None:
    asked: list[str] = []

    def renew(refused: str) -> str:
        asked.append(refused)
        return box.access.token()

    first = box.access.token()
    crm = Bitrix24(Credentials(box.url, first, {"per_second": "0"}, renew=renew))
    crm.about()
    box.access.expire()
    assert {raw.external_id for raw in pulled(crm, Noun.DEAL)[0]} == {
        str(id_) for id_ in box.ids("deal")
    }
    crm.close()
    assert asked == [first]
    assert not [seen for seen in box.requests if first in seen.path + seen.query]


def test_a_renamed_portal_is_no_end_of_a_list(box: BitrixSandbox) -> None:
    moved = (("Location", "https://new.bitrix24.ru/rest/"),)
    box.faults.append(Fault(status=302, headers=moved, times=None))
    with connected(box) as crm, pytest.raises(RetryLater, match="base URL"):
        list(crm.pull(Noun.DEAL, None))


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b'{"result_of":1}'])
def test_an_answer_without_a_result_is_for_later(box: BitrixSandbox, body: bytes) -> None:
    box.faults.append(Fault(status=200, body=body, times=None))
    with connected(box) as crm:
        for noun in (Noun.PRODUCT, Noun.USER, Noun.FIELD):
            with pytest.raises(RetryLater, match="no result"):
                list(crm.pull(noun, None))


def test_a_short_list_that_does_not_page_is_for_later(box: BitrixSandbox) -> None:
    with connected(box) as crm:
        for body, said in (
            ({"result": [{"ID": "1"}], "next": 0}, "repeats"),
            ({"result": {"a": 1}}, "no list"),
        ):
            box.faults.append(Fault(".*/user.get", status=200, body=orjson.dumps(body)))
            with pytest.raises(RetryLater, match=said):
                list(crm.pull(Noun.USER, None))


def test_short_lists_are_read_page_by_page() -> None:
    with portal() as box, connected(box) as crm:
        for number in range(120):
            box.books.put("user", {"ID": str(number + 1), "NAME": "Имя", "ACTIVE": True})
        assert len(pulled(crm, Noun.USER)[0]) == box.count("user")


def test_without_any_custom_field_or_any_right_to_them(box: BitrixSandbox) -> None:
    box.forbidden.add("crm.item.fields")
    with connected(box) as crm, pytest.raises(NoRights, match="insufficient_scope"):
        list(crm.pull(Noun.FIELD, None))
