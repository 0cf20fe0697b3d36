"""Where a source is set so, an alert makes a task by itself, and never a second one."""

import pytest

from kam_sync import connecting, tasking
from kam_sync.base.errors import WrongUse
from kam_sync.intake.model import NewSource
from kam_sync.intake.store import WriteStore
from kam_sync.kpi.registry import KPIS
from kam_sync.tasking import MOST_AT_ONCE
from kam_sync.wiring import Services
from tests.fakes.fallen import Mega, fallen, told


def test_an_alert_makes_a_task_for_whoever_is_responsible(services: Services) -> None:
    with fallen(services, tasks_for_alerts="yes") as client:
        task = client.writes()["task"]
        assert (task.asked_by, task.state.value) == ("alerts", "waiting")
        assert task.payload["owner_external_id"] == "702"
        assert "вместо обычных" in task.payload["text"]
        client.ask()
        assert client.write().written == 1
        client.measure(33)
        assert client.write().written == 0
        assert client.tasks() == [(False, "")]

        client.recover()
        client.write()
        assert [is_done for is_done, _ in client.tasks()] == [True]


@pytest.mark.heavy
def test_a_click_comes_first_and_stays_the_one(services: Services) -> None:
    with fallen(services, Mega) as client:
        client.ask()
        connecting.change(services, client.source.name, options={"tasks_for_alerts": "yes"})
        client.measure(33)
        client.write()
        assert client.tasks() == [(False, "")]
        assert client.writes()["task"].asked_by == "page"


def test_a_first_load_makes_tasks_of_the_gravest_alone(services: Services) -> None:
    with told(services, tasks_for_alerts="yes") as client:
        others = [kpi for kpi in KPIS if kpi != "won_revenue"][: MOST_AT_ONCE + 2]
        for place, kpi in enumerate(others):
            client.begin(kpi, 10.0 + place)
        with services.database.transaction() as session:
            assert tasking.follow(session, services, 0) == {client.source.id}
            rows = WriteStore(session, client.source.id).latest(limit=100)
            texts = [row.payload["text"] for row in rows]
        assert len(texts) == MOST_AT_ONCE
        assert client.writes() == {}  # the least grave of all
        assert {KPIS[kpi].title["ru"] for kpi in others[2:]} == {
            text.partition(":")[0] for text in texts
        }


def test_where_no_task_can_be_created_the_option_is_refused(services: Services) -> None:
    new = NewSource(name="base", kind="1c", base_url="https://1c.example.test/base")
    with pytest.raises(WrongUse, match="tasks_for_alerts: no tasks can be created"):
        connecting.add(services, new, "user:secret", {"tasks_for_alerts": "yes"})


def test_a_value_that_is_neither_yes_nor_no_is_refused(services: Services) -> None:
    with fallen(services) as client, pytest.raises(WrongUse, match="tasks_for_alerts"):
        connecting.change(services, client.source.name, options={"tasks_for_alerts": "maybe"})
