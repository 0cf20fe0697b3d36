"""The API shows webhooks that came in, and has them read again."""

from kam_sync.intake.inbox import HookState, Post, Reading
from kam_sync.intake.store import InboxStore
from tests.conftest import NOW
from tests.fakes.connecting import ask
from tests.web.conftest import TestClient
from tests.web.world import World


def fill(world: World) -> None:
    source_id = world.add_source("sales")
    with world.services.database.transaction() as session:
        inbox = InboxStore(session)
        inbox.keep([Post(source_id, {"user-agent": "crm"}, b"name=\xff")] * 3)
        inbox.note([Reading(2, HookState.UNKNOWN, "not understood: name")], NOW)


def test_webhooks_are_listed_by_pages_and_state(client: TestClient, world: World) -> None:
    fill(world)
    first = client.get("/api/v1/sources/sales/hooks?limit=2").json()
    rest = client.get("/api/v1/sources/sales/hooks", params={"cursor": first["next_cursor"]}).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == ["3", "2", "1"]
    (unknown,) = client.get("/api/v1/sources/sales/hooks?state=unknown").json()["items"]
    assert (unknown["source"], unknown["reason"]) == ("sales", "not understood: name")
    assert unknown.keys() >= {"received_at", "named", "read_at", "replayed_at"}
    assert "body" not in unknown


def test_a_webhook_is_shown_as_it_came(client: TestClient, world: World) -> None:
    fill(world)
    hook = client.get("/api/v1/hooks/1").json()
    assert (hook["body"], hook["headers"]) == ("name=\ufffd", {"user-agent": "crm"})
    assert client.get("/api/v1/hooks/9").status_code == 404


def test_a_webhook_is_read_again_when_somebody_asks(client: TestClient, world: World) -> None:
    fill(world)
    answer = client.post("/api/v1/hooks/2/replay")
    assert (answer.status_code, answer.json()["state"]) == (202, "new")
    assert answer.json()["replayed_at"]
    queued = "SELECT task_name FROM procrastinate_jobs"
    assert ask(world.services, queued) == [("read_hooks",)]
    assert client.post("/api/v1/hooks/9/replay").status_code == 404
    other_site = {"origin": "https://evil.example"}
    assert client.post("/api/v1/hooks/2/replay", headers=other_site).status_code == 403
