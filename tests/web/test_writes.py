"""Writing into CRMs over HTTP: asked for, listed, and about an alert by a button."""

from uuid import UUID

import pytest

from connectors import NotWritten, Written
from kam_sync.alerts.acting import Acting
from kam_sync.alerts.life import Outcome
from kam_sync.intake.store import WriteStore
from tests.web.world import WHEN, World

NOTE = {
    "key": "n1", "kind": "note", "text": "Перезвонили",
    "about": {"noun": "company", "external_id": "1"},
}  # fmt: skip
TASK = NOTE | {"key": "t1", "kind": "task", "text": "Позвонить", "due_on": "2026-12-01"}
WRITES = "/api/v1/sources/sales/writes"


@pytest.fixture
def source_id(world: World) -> int:
    return world.add_source()


@pytest.fixture
def alert(client, world: World, fallen: UUID) -> str:
    """The open alert about the account that fell."""
    return client.get(f"/api/v1/alerts?account={fallen}&state=open").json()["items"][0]["id"]


def keep(world: World, outcome: Written | NotWritten) -> None:
    """What a worker writes down."""
    with world.services.database.transaction() as session:
        WriteStore(session, 1).keep(outcome, WHEN)


def test_a_list_of_writes_is_asked_for_and_queued(client, world: World, source_id: int) -> None:
    fields = NOTE | {"kind": "field", "field": "company.segment", "value": "Ключевой"}
    tag = NOTE | {"key": "a1", "kind": "tag", "tag": "срочно"}
    done = {"key": "d1", "kind": "done", "external_id": "88"}
    del fields["text"], tag["text"]
    answer = client.post(WRITES, json=[TASK, fields, tag, done])
    assert answer.status_code == 202
    items = answer.json()["items"]
    assert [(one["key"], one["kind"], one["state"]) for one in items] == [
        ("t1", "task", "waiting"), ("n1", "field", "waiting"),
        ("a1", "tag", "waiting"), ("d1", "done", "waiting"),
    ]  # fmt: skip
    assert items[3]["about"] == {"noun": "task", "external_id": "88"}
    assert world.deferred_writes == [source_id]


def test_the_same_key_is_the_same_write(client, source_id: int) -> None:
    first = client.post(WRITES, json=[NOTE]).json()["items"][0]["id"]
    again = client.post(WRITES, json=[NOTE | {"text": "Другое"}]).json()["items"][0]["id"]
    assert first == again


def test_writes_are_listed_newest_first_and_one_by_one(client, world: World, source_id) -> None:
    client.post(WRITES, json=[NOTE, TASK])
    keep(world, NotWritten("n1", "no rights"))
    listed = client.get(WRITES).json()["items"]
    assert [one["key"] for one in listed] == ["t1", "n1"]
    failed = client.get(f"{WRITES}?state=failed").json()["items"]
    assert [(one["key"], one["reason"]) for one in failed] == [("n1", "no rights")]
    assert client.get(f"{WRITES}/{failed[0]['id']}").json() == failed[0]
    page = client.get(f"{WRITES}?limit=1").json()
    rest = client.get(f"{WRITES}?cursor={page['next_cursor']}").json()["items"]
    assert [one["key"] for one in rest] == ["n1"]


@pytest.mark.parametrize("write_id", ["7", "x", "9" * 30])
def test_a_write_that_is_not_there_is_404(client, source_id: int, write_id: str) -> None:
    assert client.get(f"{WRITES}/{write_id}").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [NOTE | {"kind": "letter"}],
        [NOTE | {"colour": "red"}],
        [NOTE | {"text": ""}],
        [NOTE | {"about": {"noun": "user", "external_id": "1"}}],
        [TASK | {"due_on": None}],
        [TASK | {"due_at": "2026-12-01T10:00:00Z"}],
        [NOTE | {"key": ""}],
    ],
)
def test_a_wrong_write_is_refused_and_none_is_kept(client, source_id: int, wrong: object) -> None:
    assert client.post(WRITES, json=wrong).status_code == 422
    assert client.get(WRITES).json()["items"] == []


def test_another_site_cannot_make_a_browser_write(client, alert: str) -> None:
    strange = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(WRITES, json=[NOTE], headers=strange).status_code == 403
    for path in (f"/api/v1/alerts/{alert}/task", f"/alerts/{alert}/task"):
        assert client.post(path, headers=strange).status_code == 403


def test_a_task_about_an_alert_says_what_fell_for_whoever_looks_after_the_account(
    client, world: World, alert: str, fallen: UUID
) -> None:
    answer = client.post(f"/api/v1/alerts/{alert}/task")
    assert answer.status_code == 202
    assert answer.json()["about"] == {"noun": "company", "external_id": "1"}
    with world.services.database.transaction() as session:
        payload = WriteStore(session, 1).one(int(answer.json()["id"])).payload
    assert payload["text"].startswith("Выручка выигранных сделок: ")
    assert "вместо обычных" in payload["text"]
    assert payload["owner_external_id"] == "7"
    assert payload["due_on"] > world.services.now().date().isoformat()
    assert client.post(f"/api/v1/alerts/{alert}/task").json()["id"] == answer.json()["id"]
    assert world.deferred_writes


def test_the_button_asks_for_the_task_and_shows_what_came_of_it(
    client, world: World, alert: str, fallen: UUID
) -> None:
    page = f"/accounts/{fallen}?lang=en"
    assert "Create a task in the CRM" in client.get(page).text
    assert "Create a task in the CRM" in client.get("/?lang=en").text

    back = client.post(f"/alerts/{alert}/task?back=account", follow_redirects=False)
    assert back.status_code == 303
    assert back.headers["location"].startswith(f"/accounts/{fallen}")
    assert "A task is on its way into the CRM." in client.get(page).text

    keep(world, Written(f"alert:{alert}", "8800123"))
    shown = client.get(page).text
    assert "Task: Анна Смирнова, due " in " ".join(shown.split())
    assert 'href="https://sales.example/companies/detail/1"' in shown
    assert "Задача: Анна Смирнова, срок " in " ".join(client.get("/?lang=ru").text.split())
    assert "Create a task in the CRM" not in client.get(page).text


def test_a_task_that_was_refused_says_why_and_can_be_tried_again(
    client, world: World, alert: str
) -> None:
    client.post(f"/alerts/{alert}/task")
    keep(world, NotWritten(f"alert:{alert}", "the token has no rights"))
    shown = client.get("/?lang=en").text
    assert "The CRM did not take the task." in shown
    assert '<p class="note" lang="en">the token has no rights</p>' in shown
    assert "Try again" in shown
    client.post(f"/alerts/{alert}/task")
    assert "A task is on its way into the CRM." in client.get("/?lang=en").text


def test_nothing_is_done_about_an_alert_that_is_resolved(client, world: World, alert: str) -> None:
    with world.services.database.transaction() as session:
        Acting(session, "Анна", WHEN).resolve(UUID(alert), Outcome.KNOWN)
    answer = client.post(f"/api/v1/alerts/{alert}/task")
    assert answer.status_code == 400
    assert "it is resolved" in answer.json()["detail"]
