"""What people do to an alert by the API: it is written down, and the next look keeps to it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kam_sync import flow
from tests.web.conftest import TestClient
from tests.web.world import WHEN, World

UNTIL = (WHEN + timedelta(days=400)).isoformat()


@pytest.fixture
def alert(client: TestClient, fallen: UUID) -> str:
    """The path of an alert that fires."""
    [found] = client.get("/api/v1/alerts", params={"account": str(fallen)}).json()["items"]
    assert found["state"] == "firing"
    return f"/api/v1/alerts/{found['id']}"


def _history(client: TestClient, alert: str) -> list[tuple[str, str, str]]:
    return [(one["change"], one["by"], one["note"]) for one in client.get(alert).json()["history"]]


@pytest.mark.parametrize(
    ("act", "said", "state"),
    [
        ("acknowledge", {}, "acknowledged"),
        ("snooze", {"until": UNTIL}, "snoozed"),
        ("expect", {"until": UNTIL}, "expected"),
        ("resolve", {"outcome": "false"}, "resolved"),
    ],
)
def test_what_was_put_aside_stays_there(
    client: TestClient, world: World, alert: str, act: str, said: dict[str, Any], state: str
) -> None:
    done = client.post(f"{alert}/{act}", json={**said, "note": "сезон", "by": "Анна"}).json()
    assert (done["state"], done["outcome"]) == (state, said.get("outcome"))
    assert _history(client, alert)[-1] == (done["history"][-1]["change"], "Анна", "сезон")
    flow.detect(world.services)
    assert client.get(alert).json()["state"] == state
    assert client.get("/api/v1/alerts?state=firing").json()["items"] == []


def test_it_is_taken_back_commented_and_given_to_somebody(client: TestClient, alert: str) -> None:
    client.post(f"{alert}/snooze", json={"until": UNTIL})
    assert client.post(f"{alert}/wake", json={}).json()["state"] == "firing"
    client.post(f"{alert}/comment", json={"note": "звонил, ждут бюджета", "by": "Пётр"})
    given = client.post(f"{alert}/assign", json={"assignee": "Анна"}).json()
    assert given["assignee"] == "Анна"
    changes = [change for change, *_ in _history(client, alert)]
    assert changes == ["opened", "snoozed", "woken", "commented", "assigned"]


def test_what_cannot_be_is_refused(client: TestClient, alert: str) -> None:
    assert client.post(f"{alert}/wake", json={}).status_code == 400
    past = client.post(f"{alert}/snooze", json={"until": "2020-01-01T00:00:00Z"})
    assert (past.status_code, "future" in past.json()["detail"]) == (400, True)
    assert client.post(f"{alert}/resolve", json={"outcome": "perhaps"}).status_code == 422
    assert client.post(f"{alert}/comment", json={"note": ""}).status_code == 422
    nobody = f"/api/v1/alerts/{UUID(int=0)}/acknowledge"
    assert client.post(nobody, json={}).status_code == 404


def test_of_a_resolved_one_it_is_said_afterwards_what_it_was(
    client: TestClient, alert: str
) -> None:
    client.post(f"{alert}/resolve", json={"outcome": "true"})
    judged = client.post(f"{alert}/resolve", json={"outcome": "known"}).json()
    assert judged["outcome"] == "known"
    assert [change for change, *_ in _history(client, alert)][-2:] == ["resolved", "judged"]


def test_the_page_does_the_same(client: TestClient, alert: str) -> None:
    page = alert.removeprefix("/api/v1")
    assert "ждёт ответа" in client.get(page).text
    client.post(page, data={"do": "snooze", "until": "2027-12-31", "note": "ждём бюджета"})
    shown = client.get(page).text
    assert "отложено до 31 дек. 2027" in shown
    assert "ждём бюджета" in shown
    assert "отложено до 31 дек. 2027" in client.get("/?state=away").text
    client.post(page, data={"do": "wake"})
    client.post(page, data={"do": "resolve", "outcome": "known"})
    assert "так и было, это известно" in client.get(page).text
    no_days = [{"do": "snooze", "until": day} for day in ("завтра", "0001-01-01")]
    for wrong in (*no_days, {"do": "resolve"}, {"do": "dance"}):
        assert client.post(page, data=wrong).status_code == 400
