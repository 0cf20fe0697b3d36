"""What became of the task of an alert that is over, on the pages and in the API."""

from uuid import UUID

import pytest

from connectors import Ending, NotWritten, Written
from kam_sync.intake.store import WriteStore, finishing
from kam_sync.jobs.queue import WRITE
from tests.jobs.conftest import jobs
from tests.web.conftest import TestClient
from tests.web.world import WHEN, World


@pytest.fixture
def alert(client: TestClient, fallen: UUID) -> str:
    """An alert that fires, about whose task somebody has asked."""
    [found] = client.get(f"/api/v1/alerts?account={fallen}&state=open").json()["items"]
    client.post(f"/api/v1/alerts/{found['id']}/task")
    return str(found["id"])


def keep(world: World, outcome: Written | NotWritten) -> None:
    """What a worker writes down."""
    with world.services.database.transaction() as session:
        WriteStore(session, 1).keep(outcome, WHEN)


def close(client: TestClient, alert: str) -> None:
    said = {"outcome": "false", "by": "Анна"}
    assert client.post(f"/api/v1/alerts/{alert}/resolve", json=said).status_code == 200


def shown(client: TestClient, alert: str, fallen: UUID) -> tuple[str, str]:
    """The pages of the alert and of the account."""
    pages = (f"/alerts/{alert}?lang=en", f"/accounts/{fallen}?lang=en")
    return tuple(" ".join(client.get(page).text.split()) for page in pages)


@pytest.fixture
def end(client: TestClient, world: World, alert: str) -> str:
    """The key of the end of a task that is in the CRM."""
    keep(world, Written(f"alert:{alert}", "8800123"))
    close(client, alert)
    return finishing(f"alert:{alert}")


def test_the_end_of_a_task_is_queued_and_listed(
    client: TestClient, world: World, alert: str, end: str
) -> None:
    assert jobs(world.services, WRITE) == ["todo"]
    [found, task] = client.get("/api/v1/sources/sales/writes").json()["items"]
    assert (found["key"], found["kind"], found["state"]) == (end, "done", "waiting")
    assert found["about"] == {"noun": "task", "external_id": "8800123"}
    assert (found["asked_by"], found["ending"], task["ending"]) == ("Анна", None, None)
    keep(world, Written(end, "8800123", ending=Ending.WAS_DONE))
    [found, _] = client.get("/api/v1/sources/sales/writes").json()["items"]
    assert (found["state"], found["ending"]) == ("done", "was_done")


@pytest.mark.parametrize(
    ("ending", "shows"),
    [
        (
            None,
            (
                "It is being finished in the CRM with the result “Закрыто вручную: ложная",
                False,
            ),
        ),
        (
            Ending.FINISHED,
            ("Finished in the CRM with the result “Закрыто вручную: ложная", True),
        ),
        (Ending.COMMENTED, ("let us finish the task; this is written beside it", False)),
        (Ending.WAS_DONE, ("by whom: done before", True)),
        (Ending.GONE, ("The task is not in the CRM any more.", False)),
    ],
)
def test_the_pages_show_how_it_ended(
    client: TestClient, world: World, fallen: UUID, end: str, ending: Ending | None,
    shows: tuple[str, bool],
) -> None:  # fmt: skip
    if ending is not None:
        keep(world, Written(end, "8800123", remark="by whom: done before", ending=ending))
    alert = end.removeprefix("alert:").removesuffix("/done")
    words, is_done = shows
    for page in shown(client, alert, fallen):
        assert words in page
        assert ('<span class="badge good">done</span>' in page) is is_done
        assert "Create a task in the CRM" not in page


def test_a_refused_end_says_why_and_is_tried_again(
    client: TestClient, world: World, alert: str, fallen: UUID, end: str
) -> None:
    keep(world, NotWritten(end, "the token has no rights"))
    of_alert, _ = shown(client, alert, fallen)
    assert "The CRM did not let us finish the task." in of_alert
    assert "the token has no rights" in of_alert
    back = client.post(f"/alerts/{alert}/task?back=alert", follow_redirects=False)
    assert back.headers["location"] == f"/alerts/{alert}"
    assert "It is being finished in the CRM" in shown(client, alert, fallen)[0]


def test_a_task_that_never_got_there_is_called_off(
    client: TestClient, alert: str, fallen: UUID
) -> None:
    close(client, alert)
    for page in shown(client, alert, fallen):
        assert "The task was called off" in page
    [task] = client.get("/api/v1/sources/sales/writes?state=called_off").json()["items"]
    assert "nobody needs the task any more" in task["reason"]
    assert client.post(f"/api/v1/alerts/{alert}/task").status_code == 400


def test_a_task_that_may_be_there_is_waited_for(
    client: TestClient, world: World, alert: str, fallen: UUID
) -> None:
    with world.services.database.transaction() as session:
        WriteStore(session, 1).sending([f"alert:{alert}"], WHEN)
    close(client, alert)
    for page in shown(client, alert, fallen):
        assert "It is not known yet whether the CRM has the task." in page


def test_an_alert_that_is_over_without_a_task_offers_none(client: TestClient, fallen: UUID) -> None:
    [found] = client.get(f"/api/v1/alerts?account={fallen}&state=open").json()["items"]
    close(client, found["id"])
    for page in shown(client, found["id"], fallen):
        assert "Create a task" not in page
        assert "Over lately" not in page
