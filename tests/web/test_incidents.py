"""Incidents are shown where those who run us look: API, page, metrics."""

from kam_sync.alerts.model import IncidentKind
from kam_sync.alerts.store import IncidentStore
from tests.conftest import NOW
from tests.web.conftest import TestClient
from tests.web.world import World


def open_one(world: World, subject: str = "source:1/hooks") -> None:
    facts = {"source": "sales <b>", "since": NOW.isoformat(), "lost": 34, "of": 34}
    with world.services.database.transaction() as session:
        IncidentStore(session).open(IncidentKind.QUIET_HOOKS, subject, facts, NOW)


def test_the_api_lists_incidents_in_words_and_numbers(client: TestClient, world: World) -> None:
    open_one(world)
    (item,) = client.get("/api/v1/incidents?state=open&lang=en").json()["items"]
    assert item["kind"] == "quiet_hooks"
    assert item["text"] == (
        "sales <b>: webhooks are silent since Nov 23, 2026, 12:00; "
        "34 of 34 changes came by polling alone."
    )
    assert item["facts"]["lost"] == 34
    assert client.get("/api/v1/incidents?state=resolved").json()["items"] == []


def test_the_api_pages_through_incidents(client: TestClient, world: World) -> None:
    for number in range(3):
        open_one(world, f"source:{number}/hooks")
    first = client.get("/api/v1/incidents?limit=2").json()
    rest = client.get("/api/v1/incidents", params={"cursor": first["next_cursor"]}).json()
    subjects = [item["subject"] for item in first["items"] + rest["items"]]
    assert subjects == ["source:2/hooks", "source:1/hooks", "source:0/hooks"]


def test_the_page_says_what_needs_attention_and_nothing_else(
    client: TestClient, world: World
) -> None:
    assert "Требует внимания" not in client.get("/sources").text
    open_one(world)
    page = client.get("/sources").text
    assert "Требует внимания" in page
    assert "sales &lt;b&gt;: вебхуки молчат с 23 нояб. 2026" in page


def test_the_metrics_count_open_incidents(client: TestClient, world: World) -> None:
    open_one(world)
    metrics = client.get("/metrics").text
    assert 'kam_sync_incidents_open{kind="quiet_hooks"} 1.0' in metrics
    assert 'kam_sync_incidents_open{kind="overdue"} 0.0' in metrics
