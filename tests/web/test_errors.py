"""Errors as programs and people see them."""

from errno import EACCES, ENOSPC
from os import strerror
from uuid import UUID

import pytest

from tests.web.world import World

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    "path",
    [
        "accounts/nobody", f"accounts/{NOBODY}", f"accounts/{NOBODY}/deals",
        f"accounts/{NOBODY}/kpis", f"alerts/{NOBODY}", "alerts/x", "sources/nowhere",
        "sources/99999999999999999999", "sources/%00", "deals?source=nowhere",
        "deals?account=nobody", "no-such-list",
    ],
)  # fmt: skip
def test_what_is_not_here_is_a_problem_document(client, path: str) -> None:
    answer = client.get(f"/api/v1/{path}")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["title"]) == (404, "Not Found")
    assert problem["instance"].startswith("/api/v1/")


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("accounts/nobody", "account nobody: no such account; all there are: /api/v1/accounts"),
        ("deals?source=x", "source x: no such source; there are: none yet; "
                           "all there are: /api/v1/sources"),
        ("no-such-list", "/api/v1/no-such-list: there is no such path; "
                         "all there are: /openapi.json"),
    ],
)  # fmt: skip
def test_a_problem_says_what_is_not_here_and_where_to_look(client, path: str, detail: str) -> None:
    assert client.get(f"/api/v1/{path}").json()["detail"] == detail


def test_a_wrong_method_is_a_problem_that_says_which_are_right(client) -> None:
    answer = client.post("/api/v1/accounts")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "/api/v1/accounts: POST is not for this path, but GET"


def test_a_wrong_time_names_the_parameter(client) -> None:
    problem = client.get("/api/v1/deals?updated_since=yesterday").json()

    assert (problem["status"], problem["errors"][0]["where"]) == (422, "query.updated_since")


@pytest.mark.parametrize("path", ["/api/v1/broken", "/broken"])
def test_what_nobody_foresaw_shows_an_id_and_no_internals(client, caplog, path: str) -> None:
    def broken() -> None:
        raise RuntimeError("secret internals")

    client.app.add_api_route(path, broken)
    client.app.router.routes.insert(0, client.app.router.routes.pop())

    answer = client.get(path)

    assert answer.status_code == 500
    assert "secret internals" not in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    if path.startswith("/api"):
        assert len(answer.json()["error_id"]) == 32


@pytest.mark.parametrize(
    ("errno", "status", "said"),
    [(ENOSPC, 503, "not kept: No space left on device"), (EACCES, 500, None)],
)
def test_a_full_disk_is_told_and_passes(client, errno: int, status: int, said: str | None) -> None:
    def full() -> None:
        raise OSError(errno, strerror(errno), "/home/of/the/service")

    client.app.add_api_route("/api/v1/full", full)
    client.app.router.routes.insert(0, client.app.router.routes.pop())
    answer = client.get("/api/v1/full")
    assert answer.status_code == status
    assert "/home" not in answer.text
    assert said is None or answer.json()["detail"].startswith(said)


@pytest.mark.parametrize(
    ("path", "russian", "english"),
    [
        ("/nope", "Такой страницы нет", "There is no such page"),
        ("/accounts/nobody", "Такого клиента нет", "There is no such account"),
        (f"/accounts/{NOBODY}", "Такого клиента нет", "There is no such account"),
        ("/sources/nowhere/fields", "Такого источника нет", "There is no such source"),
        ("/oauth/consents/x", "больше не действует", "This link is no longer good"),
    ],
)
def test_a_missing_page_is_a_page_that_says_what_is_missing(
    client, path: str, russian: str, english: str
) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert russian in answer.text
    assert english in client.get(f"{path}?lang=en").text


def test_a_wrong_cursor_on_a_page_is_a_page(client) -> None:
    answer = client.get("/accounts?cursor=nonsense")

    assert answer.status_code == 400
    assert "Вернитесь и исправьте запрос." in answer.text
    assert '<p class="note" lang="en">cursor: not one of this list' in answer.text


@pytest.mark.parametrize("path", ["/", "/api/v1/accounts", "/nope", "/static/app.css", "/healthz"])
def test_every_answer_has_the_guarding_headers(client, path: str) -> None:
    headers = client.get(path).headers

    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_a_living_process_says_so(client) -> None:
    assert client.get("/healthz").status_code == 200


def test_requests_are_counted_by_route_and_never_by_path(client, world: World) -> None:
    (account_id,) = world.add_companies(world.add_source(), "Вега")
    client.get(f"/api/v1/accounts/{account_id}/deals")
    client.get(f"/accounts/{UUID(int=5)}")
    client.get("/nope")

    text = client.get("/metrics").text

    route = 'route="/api/v1/accounts/{account_id}/deals",status="200"'
    assert f'kam_sync_http_requests_total{{method="GET",{route}}} 1.0' in text
    assert 'route="/accounts/{account_id}",status="404"' in text
    assert 'route="unmatched",status="404"' in text
    assert str(account_id) not in text


def test_openapi_describes_every_list_with_examples(client) -> None:
    document = client.get("/openapi.json").json()

    assert {"/api/v1/accounts", "/api/v1/alerts/{alert_id}", "/healthz"} <= set(document["paths"])
    assert "/sources" not in document["paths"]
    money = document["components"]["schemas"]["Money"]["properties"]
    assert money["amount"]["examples"] == ["123.45"]
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert operation["description"] or operation["summary"], path
