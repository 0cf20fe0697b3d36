"""Where people are told of alerts, over HTTP: for programs and for people."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from kam_sync import flow, telling
from kam_sync.base.settings import Settings
from kam_sync.notify.store import ChannelStore
from kam_sync.web.wording import letters
from tests.fakes.mailbox import Mailbox
from tests.web.world import World

ALL = "/api/v1/channels"
ONE = f"{ALL}/olga"
SECRET = "abcdefg_hijklmnop_qrstuv-wxyz0123"
CHAT = f"tgram://123456789:{SECRET}/-1001234567"


@pytest.fixture(autouse=True)
def allowed(world: World) -> Iterator[None]:
    """This machine may be sent to."""
    settings: Settings = world.services.settings
    settings.allowed_targets = "127.0.0.1"
    yield
    settings.allowed_targets = ""


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with Mailbox() as box:
        yield box


def tell(world: World) -> None:
    """Send what is due on the channel."""
    with world.services.database.transaction() as session:
        channel_id = ChannelStore(session).by_name("olga").id
    telling.tell(world.services, channel_id, letters.write)


def test_a_channel_is_made_shown_changed_and_removed_and_its_url_never_seen(client) -> None:
    made = client.post(ALL, json={"name": "olga", "url": CHAT, "locale": "en"})
    assert made.status_code == 201
    shown = client.get(ONE)
    assert made.json() == shown.json()
    assert (shown.json()["address"], shown.json()["locale"]) == ("tgram", "en")
    changed = client.patch(ONE, json={"zone": "Asia/Omsk", "is_paused": True}).json()
    assert (changed["zone"], changed["is_paused"], changed["locale"]) == ("Asia/Omsk", True, "en")
    moved = client.patch(ONE, json={"url": "mmosts://198.51.100.1/abcdefghijk1234567890abcde"})
    assert moved.json()["detail"].startswith("channel 198.51.100.1")
    assert client.patch(ONE, json={"is_paused": False}).json()["is_paused"] is False
    everything = [made, shown, moved, client.get(ALL), client.get("/channels")]
    assert not [answer for answer in everything if SECRET in answer.text]
    assert client.delete(ONE).status_code == 204
    assert client.get(ONE).status_code == 404


def test_a_channel_whose_host_is_not_there_yet_can_be_kept_untested(client) -> None:
    later = "json://later.invalid/in"
    form = {"name": "olga", "url": later, "locale": "en", "zone": ""}
    refused = client.post("/channels?lang=en", data=form)
    assert refused.status_code == 400
    assert "Save it without a test" in refused.text
    kept = client.post("/channels?lang=en", data={**form, "untested": "yes"})
    page = client.get("/channels?lang=en").text
    assert kept.status_code == 200
    assert "json://later.invalid" in page
    assert "Nothing was sent by it yet" in page
    tried = client.post("/channels/olga?lang=en", data={"do": "test"}).text
    assert "olga did not take the trial." in tried

    private = {"name": "router", "url": "json://192.168.0.1/in", "is_untested": True}
    assert client.post(ALL, json=private).status_code == 400
    made = client.post(ALL, json={"name": "api", "url": later, "is_untested": True})
    assert made.status_code == 201
    assert client.patch(ONE, json={"url": later}).status_code == 400
    assert client.patch(ONE, json={"url": later, "is_untested": True}).status_code == 200


@pytest.mark.parametrize(
    ("wanted", "status", "says"),
    [
        ({"name": "x", "url": f"nonsense://{SECRET}"}, 400, "misspelt"),
        ({"name": "x", "url": f"json://10.0.0.1/{SECRET}"}, 400, "not public"),
        ({"name": "../x", "url": CHAT}, 400, "Latin letters"),
        ({"name": "x", "url": CHAT, "zone": "Mars"}, 400, "zone Mars"),
        ({"name": "x", "url": CHAT, "locale": "de"}, 422, "locale"),
        ({"name": "x", "url": [SECRET]}, 422, "url"),
    ],
)
def test_what_cannot_be_is_refused_without_the_secret(
    client, wanted: dict[str, object], status: int, says: str
) -> None:
    answer = client.post(ALL, json=wanted)
    assert answer.status_code == status
    assert says in answer.json()["detail"]
    assert SECRET not in answer.text
    assert client.get(ALL).json()["items"] == []


def test_routes_are_made_and_removed(client) -> None:
    client.post(ALL, json={"name": "olga", "url": CHAT})
    wanted = {"owner": "olga@example.com", "kpi": "won_revenue", "events": ["opened"]}
    made = client.post(f"{ONE}/routes", json=wanted)
    assert made.status_code == 201
    [route] = client.get(ONE).json()["routes"]
    assert route == made.json()
    assert (route["owner"], route["is_owner_known"]) == ("olga@example.com", False)
    assert client.post(f"{ONE}/routes", json={"kpi": "revnue"}).status_code == 400
    assert client.delete(f"{ONE}/routes/{route['id']}").status_code == 204
    assert client.delete(f"{ONE}/routes/{route['id']}").status_code == 404


def test_a_trial_is_sent_at_once_and_says_what_came_of_it(client, box: Mailbox) -> None:
    client.post(ALL, json={"name": "olga", "url": box.url, "locale": "en"})
    assert client.post(f"{ONE}/test").json() == {"is_taken": True, "error": ""}
    assert box.mails[0]["subject"] == "kam_sync: a trial"
    assert "“olga”" in box.texts()[0]
    box.refusal = "554 no"
    said = client.post(f"{ONE}/test").json()
    assert said == {"is_taken": False, "error": "not taken: the mail server answers 554"}
    assert client.get(ONE).json()["failures"] == 0  # a trial says nothing of what waits


def test_an_alert_is_told_listed_and_sent_again(
    client, world: World, fallen: UUID, box: Mailbox
) -> None:
    client.post(ALL, json={"name": "olga", "url": box.url})
    client.post(f"{ONE}/routes", json={"owner": "Анна Смирнова"})
    alerts = client.get("/api/v1/alerts").json()["items"]
    assert alerts, "the account has fallen"
    alert_id = alerts[0]["id"]
    flow.notify(world.services)
    tell(world)
    client.post(f"/api/v1/alerts/{alert_id}/resolve", json={"outcome": "known"})
    flow.notify(world.services)
    tell(world)
    send, *before = client.get(f"{ONE}/sends").json()["items"]
    assert {one["event"] for one in before} == {"opened"}
    assert (send["event"], send["state"], send["alert_id"]) == (
        "resolved", "sent", alert_id,
    )  # fmt: skip
    assert box.mails[0]["subject"].startswith("ООО «Ромашка»: ")
    assert client.post(f"{ONE}/retry", json={"ids": [int(send["id"])]}).json() == {"count": 1}
    assert client.get(f"{ONE}/sends?state=waiting").json()["items"][0]["id"] == send["id"]
    page = client.get("/channels?lang=ru").text
    assert "ООО «Ромашка»" in page
    assert "клиенты: Анна Смирнова" in page
    assert "В CRM никого так не зовут" not in page
    tell(world)
    assert len(box.mails) == 3
    assert client.post(f"{ONE}/retry", json={"ids": [999]}).status_code == 404
    assert 'kam_sync_channel_waiting{channel="olga"} 0.0' in client.get("/metrics").text


@pytest.mark.parametrize(("language", "says"), [("ru", "Добавить канал"), ("en", "Add a channel")])
def test_the_page_works_without_a_channel(client, language: str, says: str) -> None:
    page = client.get(f"/channels?lang={language}").text
    assert says in page
    assert "/channels" in client.get("/settings").text


def test_people_add_try_route_and_remove_on_the_page(client, box: Mailbox) -> None:
    form = {"name": "olga", "url": f"nonsense://{SECRET}", "locale": "en", "zone": ""}
    wrong = client.post("/channels?lang=en", data=form)
    assert wrong.status_code == 400
    assert "misspelt" in wrong.text
    assert 'value="olga"' in wrong.text
    assert SECRET not in wrong.text
    made = client.post("/channels", data=form | {"url": box.url}, follow_redirects=False)
    assert (made.status_code, made.headers["location"]) == (303, "/channels#channel-olga")
    tried = client.post("/channels/olga", data={"do": "test"})
    assert "look whether it has come" in tried.text
    assert len(box.mails) == 1
    box.refusal = "554 no"
    assert "did not take the trial" in client.post("/channels/olga", data={"do": "test"}).text
    change = {"do": "set", "url": "", "locale": "ru", "zone": "Mars"}
    assert "There is no such time zone" in client.post("/channels/olga", data=change).text
    client.post("/channels/olga", data=change | {"zone": "Asia/Omsk"})
    shown = client.get(ONE).json()
    assert (shown["zone"], shown["locale"], shown["address"]) == (
        "Asia/Omsk", "ru", "mailto://127.0.0.1",
    )  # fmt: skip
    route = {"do": "route", "owner": "anna@example.com", "kpi": "", "days": "3"}
    assert "1 to 60 working days" in client.post("/channels/olga", data=route).text
    client.post("/channels/olga", data=route | {"events": "escalated"})
    page = client.get("/channels").text
    assert "accounts of anna@example.com; nobody has answered" in page
    assert "Nobody in the CRMs is called so" in page
    [found] = client.get(ONE).json()["routes"]
    client.post("/channels/olga", data={"do": "unroute", "route": found["id"]})
    assert "everything of everybody" in client.get("/channels").text
    for button, is_paused in (("pause", True), ("resume", False)):
        client.post("/channels/olga", data={"do": button})
        assert client.get(ONE).json()["is_paused"] is is_paused
    assert client.post("/channels/olga", data={"do": "dance"}).status_code == 400
    client.post("/channels/olga", data={"do": "remove"})
    assert client.get(ALL).json()["items"] == []


def test_another_site_changes_nothing(client) -> None:
    client.post(ALL, json={"name": "olga", "url": CHAT})
    evil = {"Origin": "https://evil.example"}
    for method, path in (
        ("POST", ALL), ("PATCH", ONE), ("DELETE", ONE), ("POST", f"{ONE}/test"),
        ("POST", f"{ONE}/routes"), ("POST", f"{ONE}/retry"), ("POST", "/channels"),
        ("POST", "/channels/olga"),
    ):  # fmt: skip
        assert client.request(method, path, headers=evil, json={}).status_code == 403
    assert client.get(ONE).status_code == 200
