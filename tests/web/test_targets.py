"""Targets of webhooks over HTTP: for programs and for people."""

from collections.abc import Iterator

import pytest

from kam_sync.base.settings import Settings
from tests.fakes.listener import Listener
from tests.web.world import World

ALL = "/api/v1/targets"
ONE = f"{ALL}/bridge"


@pytest.fixture(autouse=True)
def allowed(world: World) -> Iterator[None]:
    """This machine may be sent to."""
    settings: Settings = world.services.settings
    settings.allowed_targets = "127.0.0.1"
    yield
    settings.allowed_targets = ""


@pytest.fixture
def ear() -> Iterator[Listener]:
    with Listener() as ear:
        yield ear


@pytest.fixture
def secret(client, ear: Listener) -> str:
    """The secret of a target "bridge"."""
    made = client.post(ALL, json={"name": "bridge", "url": ear.url, "events": ["deal.*"]})
    assert made.status_code == 201
    return str(made.json()["secret"])


def test_a_target_is_made_shown_changed_and_removed(client, secret: str, ear: Listener) -> None:
    shown = client.get(ONE).json()
    assert "secret" not in shown
    assert (shown["state"], shown["events"], shown["waiting"]) == ("active", ["deal.*"], 0)
    assert [one["name"] for one in client.get(ALL).json()["items"]] == ["bridge"]
    changed = client.patch(ONE, json={"events": ["alert.opened"]}).json()
    assert (changed["url"], changed["events"]) == (ear.url, ["alert.opened"])
    assert client.post(f"{ONE}/pause").json()["state"] == "paused"
    assert client.post(f"{ONE}/resume").json()["state"] == "active"
    fresh = client.post(f"{ONE}/rotate").json()
    assert fresh["secret"] not in {"", secret}
    assert fresh["former_until"]
    assert client.delete(ONE).status_code == 204
    assert client.get(ONE).status_code == 404


@pytest.mark.parametrize(
    ("wanted", "status", "says"),
    [
        ({"name": "b", "url": "https://192.168.0.1/"}, 400, "not public"),
        ({"name": "b", "url": "https://10.0.0.1/", "events": ["x"]}, 400, "no such event"),
        ({"name": "../b", "url": "https://10.0.0.1/"}, 400, "Latin letters"),
        ({"name": "bridge", "url": "http://127.0.0.1/"}, 400, "taken"),
        ({"name": "b", "url": "https://u:p@example.com/"}, 400, "password"),
        ({"name": "b"}, 422, "url"),
        ({"name": "b", "url": "https://10.0.0.1/", "often": True}, 422, "often"),
    ],
)
def test_what_cannot_be_is_refused(
    client, secret: str, wanted: dict[str, object], status: int, says: str
) -> None:
    answer = client.post(ALL, json=wanted)
    assert (answer.status_code, says in answer.json()["detail"]) == (status, True)
    assert len(client.get(ALL).json()["items"]) == 1


def test_deliveries_are_listed_and_replayed(client, secret: str, ear: Listener) -> None:
    ear.statuses.append(503)
    assert client.post(f"{ONE}/test").json()["error"] == "HTTP 503"
    tested = client.post(f"{ONE}/test").json()
    assert (tested["is_taken"], tested["status"]) == (True, 200)
    first = client.get(f"{ONE}/deliveries?limit=1").json()
    assert first["items"][0]["message_id"] == tested["message_id"]
    rest = client.get(f"{ONE}/deliveries?cursor={first['next_cursor']}").json()["items"]
    assert [(one["type"], one["state"], one["status"]) for one in rest] == [
        ("ping", "given_up", 503)
    ]
    failed = client.get(f"{ONE}/deliveries?is_failed=true").json()["items"]
    assert [one["id"] for one in failed] == [rest[0]["id"]]
    replayed = client.post(f"{ONE}/replay", json={"ids": [rest[0]["id"]]})
    assert (replayed.status_code, replayed.json()) == (202, {"count": 1})
    assert client.get(ONE).json()["waiting"] == 1
    assert client.post(f"{ONE}/replay", json={"ids": ["999"]}).status_code == 404
    assert client.post(f"{ONE}/replay", json={}).status_code == 400
    since = {"since": "2020-01-01T00:00:00Z"}
    assert client.post(f"{ONE}/replay", json=since).json() == {"count": 0}  # pings are no news
    by_message = {"ids": [tested["message_id"]]}
    assert client.post(f"{ONE}/replay", json=by_message).json() == {"count": 1}
    assert client.post(f"{ONE}/replay", json={"ids": ["msg_1"]}).status_code == 422
    unknown = client.post(f"{ONE}/replay", json={"ids": [f"msg_{'0' * 32}"]})
    assert unknown.status_code == 404


def test_what_waits_again_shows_nothing_of_the_tries_before(
    client, secret: str, ear: Listener
) -> None:
    ear.statuses.append(503)
    message = client.post(f"{ONE}/test").json()["message_id"]
    client.post(f"{ONE}/replay", json={"ids": [message]})
    [shown] = client.get(f"{ONE}/deliveries").json()["items"]
    untried = {"state": "waiting", "attempts": 0, "status": None, "error": "", "tried_at": None}
    assert {name: shown[name] for name in untried} == untried
    assert message in client.get("/targets").text


def test_another_site_changes_nothing(client, secret: str) -> None:
    evil = {"Origin": "https://evil.example"}
    for method, path in (
        ("POST", ALL), ("PATCH", ONE), ("DELETE", ONE), ("POST", f"{ONE}/rotate"),
        ("POST", f"{ONE}/test"), ("POST", "/targets"), ("POST", "/targets/bridge"),
    ):  # fmt: skip
        assert client.request(method, path, headers=evil, json={}).status_code == 403
    assert client.get(ONE).status_code == 200


def test_metrics_tell_how_webhooks_come_through(client, secret: str, ear: Listener) -> None:
    client.post(f"{ONE}/test")
    delivery = client.get(f"{ONE}/deliveries").json()["items"][0]["id"]
    client.post(f"{ONE}/replay", json={"ids": [delivery]})
    said = client.get("/metrics").text
    assert 'kam_sync_deliveries{result="delivered",target="bridge"} 1.0' in said
    assert 'kam_sync_deliveries_waiting{target="bridge"} 1.0' in said
    assert 'kam_sync_deliveries_oldest_waiting_seconds{target="bridge"}' in said
    assert secret not in said


@pytest.mark.parametrize(("language", "says"), [("ru", "Добавить адрес"), ("en", "Add an address")])
def test_the_page_works_without_a_target(client, language: str, says: str) -> None:
    assert says in client.get(f"/targets?lang={language}").text


def test_people_add_try_and_pause_a_target_on_the_page(client, ear: Listener) -> None:
    wrong = client.post("/targets", data={"name": "crm", "url": "https://10.1.1.1/", "events": ""})
    assert wrong.status_code == 400
    assert 'value="https://10.1.1.1/"' in wrong.text
    made = client.post("/targets", data={"name": "crm", "url": ear.url, "events": "deal.* ping*"})
    assert made.status_code == 400
    made = client.post("/targets", data={"name": "crm", "url": ear.url, "events": "deal.won"})
    assert "whsec_" in made.text
    assert made.headers["cache-control"] == "no-store"
    assert "whsec_" not in client.get("/targets").text
    ear.statuses += [200, 500]
    assert "HTTP 200" in client.post("/targets/crm", data={"do": "test"}).text
    assert "HTTP 500" in client.post("/targets/crm", data={"do": "test"}).text
    assert "на паузе" in client.post("/targets/crm", data={"do": "pause"}).text
    assert "активен" in client.post("/targets/crm", data={"do": "resume"}).text
    delivery = client.get(f"{ALL}/crm/deliveries").json()["items"][0]["id"]
    again = client.post("/targets/crm", data={"do": "replay", "delivery": delivery}).text
    assert "Ждут отправки: 1" in again
    assert "whsec_" in client.post("/targets/crm", data={"do": "rotate"}).text
    assert client.post("/targets/crm", data={"do": "explode"}).status_code == 400
    assert client.post("/targets/nobody", data={"do": "pause"}).status_code == 404


@pytest.mark.parametrize(
    ("form", "field", "russian", "english"),
    [
        ({"name": "../b", "url": "https://10.1.1.1/"}, "name", "латинских букв", "Latin letters"),
        ({"name": "bridge", "url": "https://127.0.0.1/"}, "name", "уже занято", "taken already"),
        ({"name": "b", "url": "https://10.1.1.1/"}, "url", "не публичный", "not public"),
        ({"name": "b", "url": "https://пример.рф/"}, "url", "xn--", "xn--"),
        ({"name": "b", "url": "nonsense"}, "url", "Нужен адрес", "An address such as"),
        ({"name": "b", "url": "https://u:p@127.0.0.1/"}, "url", "подпись", "Leave user"),
        ({"name": "b", "url": "https://127.0.0.1/", "events": "x"}, "events", "нет", "no such"),
    ],
)
def test_the_page_says_what_is_wrong_at_its_field_and_at_the_top(
    client, secret: str, form: dict[str, str], field: str, russian: str, english: str
) -> None:
    for language, says in (("ru", russian), ("en", english)):
        page = client.post(f"/targets?lang={language}", data=form)
        assert page.status_code == 400
        at_top, _, rest = page.text.partition("target-bridge")
        assert says in at_top
        _, _, at_field = rest.partition(f'id="wrong-new-{field}">')
        assert says in at_field.partition("</p>")[0]
        assert page.text.count("aria-invalid") == 1
        for name, value in form.items():
            assert f'value="{value}"' in page.text, name


def test_people_change_and_remove_a_target_on_the_page(client, secret: str, ear: Listener) -> None:
    page = "/targets/bridge"
    wrong = client.post(page, data={"do": "set", "url": "https://10.1.1.1/", "events": "deal.won"})
    assert wrong.status_code == 400
    assert 'id="wrong-bridge-url"' in wrong.text
    assert 'value="https://10.1.1.1/"' in wrong.text
    assert client.get(ONE).json()["url"] == ear.url
    other = f"{ear.url}/other"
    client.post(page, data={"do": "set", "url": other, "events": "deal.won alert.*"})
    changed = client.get(ONE).json()
    assert (changed["url"], changed["events"]) == (other, ["deal.won", "alert.*"])
    client.post(page, data={"do": "set", "url": other, "events": ""})
    assert client.get(ONE).json()["events"] == ["*"]
    assert "Да, удалить" in client.get("/targets").text
    assert client.post(page, data={"do": "remove"}).status_code == 200
    assert client.get(ONE).status_code == 404
