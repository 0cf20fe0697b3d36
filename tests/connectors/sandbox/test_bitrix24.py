"""The sandbox Bitrix24 answers as the documents say, whoever asks and in whatever form."""

import json
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from connectors.sandbox.bitrix24 import BitrixSandbox
from connectors.sandbox.bitrix24.events import APP_TOKEN
from connectors.sandbox.served import found
from connectors.sandbox.world import MadeUpWorld
from tests.fakes.browsing import TRUST
from tests.fakes.portal import TODAY, portal

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def box() -> Iterator[BitrixSandbox]:
    with portal(deals=130) as box:
        yield box


def asked(box: BitrixSandbox, method: str, what: Any = None, **form: str) -> httpx.Response:
    """A call by the webhook: with JSON, or with a form where one is given."""
    url = f"{box.url}/rest/{box.token}/{method}"
    if form:
        return httpx.post(url, data=form, verify=TRUST)
    return httpx.post(url, json=what or {}, verify=TRUST)


def result(box: BitrixSandbox, method: str, what: Any = None, **form: str) -> Any:
    answer = asked(box, method, what, **form)
    assert answer.status_code == 200
    return answer.json()["result"]


def deals(box: BitrixSandbox, **what: Any) -> list[int]:
    rows = result(box, "crm.item.list", {"entityTypeId": 2, "start": -1, **what})["items"]
    return [row["id"] for row in rows]


def test_pages_have_fifty_rows_and_say_where_the_next_one_begins(box: BitrixSandbox) -> None:
    seen: list[int] = []
    start: int | None = 0
    while start is not None:
        said = asked(box, "crm.item.list", {"entityTypeId": 2, "start": start}).json()
        seen += [row["id"] for row in said["result"]["items"]]
        assert said["total"] == box.count("deal")
        start = said.get("next")
    assert seen == box.ids("deal")


def test_with_minus_one_there_is_no_total_and_no_next(box: BitrixSandbox) -> None:
    said = asked(box, "crm.item.list", {"entityTypeId": 2, "start": -1}).json()
    assert (said["total"], "next" in said) == (0, False)
    assert said["time"]["date_start"].endswith("+03:00")


def test_the_operator_of_a_filter_stands_before_its_name(box: BitrixSandbox) -> None:
    ids = box.ids("deal")
    assert deals(box, filter={">id": ids[5]})[0] == ids[6]
    assert deals(box, filter={">=id": ids[5]})[0] == ids[5]
    assert deals(box, filter={"<id": ids[2]}) == ids[:2]
    assert deals(box, filter={"<=id": ids[2]}) == ids[:3]
    assert deals(box, filter={"@id": ids[3:5]}) == ids[3:5]
    assert deals(box, filter={"id": ids[3]}) == deals(box, filter={"=id": ids[3]}) == [ids[3]]
    assert deals(box, filter={">id": ids[-3]}, order={"id": "DESC"}) == ids[:-3:-1]
    assert deals(box, filter={"unheardOf": 1}) == ids[:50]
    said = asked(box, "crm.item.list", {"entityTypeId": 2, "filter": {"<=id": ids[2]}}).json()
    assert said["total"] == 3


def test_only_what_is_selected_comes(box: BitrixSandbox) -> None:
    what = {"entityTypeId": 2, "select": ["id", "title"], "start": -1}
    (first, *_) = result(box, "crm.item.list", what)["items"]
    assert set(first) == {"id", "title"}


def test_forms_with_brackets_are_read_as_well(box: BitrixSandbox) -> None:
    ids = box.ids("deal")
    form = {"entityTypeId": "2", "filter[@id][0]": str(ids[0]), "filter[@id][]": str(ids[2])}
    assert [row["id"] for row in result(box, "crm.item.list.json", **form)["items"]] == [
        ids[0], ids[2],
    ]  # fmt: skip
    url = f"{box.url}/rest/{box.token}/crm.item.list?entityTypeId=2&start=-1"
    assert len(httpx.post(url, content=b"{", verify=TRUST).json()["result"]["items"]) == 50
    broken = {"content-type": "application/json"}
    assert httpx.post(url, content=b"{", headers=broken, verify=TRUST).status_code == 200


def batch(box: BitrixSandbox, halt: int = 0, **commands: str) -> dict[str, Any]:
    found: dict[str, Any] = result(box, "batch", {"halt": halt, "cmd": commands})
    return found


def test_a_batch_refers_to_earlier_results_and_to_nothing_by_an_empty_text(
    box: BitrixSandbox,
) -> None:
    ids = box.ids("deal")
    one = "crm.item.list?entityTypeId=2&start=-1&filter[%3Eid]="
    said = batch(
        box,
        a=f"{one}0", b=f"{one}$result[a][items][49][id]", c=f"{one}$result[b][items][99][id]",
        d=f"{one}$result[z][0]", e="profile?", f="user.get?filter[ID]=$result[e][ID]",
    )  # fmt: skip
    rows = {key: [row["id"] for row in said["result"][key]["items"]] for key in "abcd"}
    assert rows == {"a": ids[:50], "b": ids[50:100], "c": ids[:50], "d": ids[:50]}
    assert [row["ID"] for row in said["result"]["f"]] == ["701"]
    assert said["result_error"] == []


def test_after_an_error_with_halt_the_rest_is_missing(box: BitrixSandbox) -> None:
    commands = {"a": "profile", "b": "no.such.method", "c": "profile"}
    said = batch(box, halt=1, **commands)
    assert (set(said["result"]), set(said["result_error"])) == ({"a"}, {"b"})
    said = batch(box, **commands)
    assert (set(said["result"]), set(said["result_error"])) == ({"a", "c"}, {"b"})
    assert batch(box)["result"] == []


def test_a_batch_has_fifty_commands_and_no_batch_in_it(box: BitrixSandbox) -> None:
    said = batch(box, **{f"c{place}": "profile" for place in range(52)})
    assert len(said["result"]) == 50
    assert {one["error"] for one in said["result_error"].values()} == {
        "ERROR_BATCH_LENGTH_EXCEEDED"
    }
    said = batch(box, a="batch?cmd[x]=profile")
    assert said["result_error"]["a"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"


@pytest.mark.parametrize(
    ("method", "what", "status", "code"),
    [
        ("no.such.method", {}, 404, "ERROR_METHOD_NOT_FOUND"),
        ("crm.item.list", {"entityTypeId": 5}, 400, "ENTITY_TYPE_NOT_SUPPORTED"),
        ("crm.item.update", {"entityTypeId": 2}, 400, "100"),
        ("crm.activity.update", {"id": 5, "fields": {}}, 400, ""),
        ("crm.activity.todo.add", {"ownerId": 1, "ownerTypeId": 4}, 400, "100"),
        ("tasks.task.add", {"fields": {"TITLE": "x"}}, 400, "100"),
        ("event.bind", {"event": "ONCRMDEALADD"}, 403, "ACCESS_DENIED"),
    ],
)
def test_errors_have_a_code_and_a_text(
    box: BitrixSandbox, method: str, what: Any, status: int, code: str
) -> None:
    answer = asked(box, method, what)
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert answer.json()["error_description"]


def test_who_has_no_good_proof_is_not_let_in(box: BitrixSandbox) -> None:
    wrong = httpx.post(f"{box.url}/rest/1/wrong/profile", verify=TRUST)
    none = httpx.post(f"{box.url}/rest/profile", json={"auth": "x"}, verify=TRUST)
    assert {wrong.json()["error"], none.json()["error"]} == {"NO_AUTH_FOUND"}
    assert httpx.get(f"{box.url}/", verify=TRUST).status_code == 404


def test_events_are_forms_and_their_queue_keeps_the_last_state_of_each() -> None:
    with portal(deals=30) as box:
        token = box.access.token()
        url = f"{box.url}/rest"

        def app(method: str, **what: Any) -> Any:
            body = {"auth": token, **what}
            return httpx.post(f"{url}/{method}", json=body, verify=TRUST).json()

        bound = {"event": "onCrmDealUpdate", "event_type": "offline"}
        assert app("event.bind", **bound)["result"] is True
        assert app("event.bind", **bound)["error"] == "ERROR_EVENT_BINDING_EXISTS"
        for _ in range(2):
            box.change("deal", box.ids("deal")[0], title="Новое")
        (event,) = app("event.offline.get")["result"]["events"]
        assert event["EVENT_NAME"] == "ONCRMDEALUPDATE"
        assert app("event.offline.get")["result"]["events"] == []  # who reads deletes
        box.change("user", 701, NAME="Имя")  # of users no event tells
        # nobody listens there, and nobody tries again
        app("event.bind", event="ONCRMDEALUPDATE", handler="http://127.0.0.1:1/x")
        box.change("deal", box.ids("deal")[0], title="Новое")
        body = box.events.body("ONCRMDEALADD", {"FIELDS": {"ID": 5}})
        assert urlencode({"auth[application_token]": APP_TOKEN}).encode() in body


def test_it_is_served_by_the_command() -> None:
    parser = ArgumentParser()
    served = found()["bitrix24"]
    served.add_options(parser)
    chosen = parser.parse_args(["--redirect-uri", "http://127.0.0.1:9/back"])
    chosen.token, chosen.rate, chosen.port = None, None, 0
    with served.open(MadeUpWorld(size=1, deals=3, today=TODAY), chosen) as box:
        said = box.announced()
    assert said["token"] == "1/sandbox-secret-bitrix24"
    assert said["oauth"].redirect_uri == "http://127.0.0.1:9/back"
    assert said["rows"]["deal"] >= 3


def test_it_says_where_it_is_and_ends_with_its_input() -> None:
    command = [
        sys.executable,
        "-m",
        "connectors.sandbox",
        "bitrix24",
        "--size",
        "1",
        "--deals",
        "3",
    ]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout
        assert process.stdin
        said = json.loads(process.stdout.readline())
        answer = httpx.post(f"{said['url']}/rest/{said['token']}/profile", verify=TRUST)
        process.stdin.close()
        assert process.wait(10) == 0
    assert answer.json()["result"]["ADMIN"] is True
