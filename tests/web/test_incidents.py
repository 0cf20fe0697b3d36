"""Incidents are shown where those who run us look: API, page, metrics."""

import pytest

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


@pytest.mark.parametrize(
    ("facts", "russian", "english"),
    [
        (
            {"trouble": "token_refused", "error": "example.test: the token is refused (401)"},
            "CRM не принимает токен. Создайте в ней новый и укажите его здесь. Затем: do this",
            "The CRM does not accept the token. Make a new one there and give it here. "
            "Then: do this",
        ),
        (
            {"trouble": "", "error": "option per_second: not a number"},
            "option per_second: not a number. Затем: do this",
            "option per_second: not a number. Then: do this",
        ),
    ],
)
def test_a_source_that_stopped_says_what_is_wrong_and_the_way_back(
    client: TestClient, world: World, facts: dict[str, str], russian: str, english: str
) -> None:
    facts |= {"source": "sales", "state": "needs_person", "command": "do this"}
    with world.services.database.transaction() as session:
        IncidentStore(session).open(IncidentKind.SOURCE_STOPPED, "source:1", facts, NOW)
    (item,) = client.get("/api/v1/incidents?lang=en").json()["items"]
    assert item["text"] == (
        "sales: nothing is pulled since Nov 23, 2026, 12:00; a person is needed."
    )
    assert item["advice"] == english
    page = client.get("/sources?lang=ru").text
    assert "sales: с 23 нояб. 2026" in page
    assert russian in page


@pytest.mark.parametrize("kind", list(IncidentKind))
def test_every_kind_has_words_and_advice(
    client: TestClient, world: World, kind: IncidentKind
) -> None:
    with world.services.database.transaction() as session:
        IncidentStore(session).open(kind, "source:1", {}, NOW)
    (item,) = client.get("/api/v1/incidents").json()["items"]
    assert item["text"]
    assert item["advice"]
