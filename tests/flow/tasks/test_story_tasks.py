"""The task about an alert ends with it: finished in the CRM, or called off."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors import Ending
from connectors.sandbox.faults import Fault
from kam_sync import flow
from kam_sync.alerts.life import Outcome, State
from kam_sync.base.errors import WrongUse
from kam_sync.intake.model import RunState
from kam_sync.intake.store import WriteStore
from kam_sync.jobs.attending import attending
from kam_sync.wiring import Services
from tests.fakes.fallen import SHOPS, WELL, Bitrix, Fallen, Shop, fallen, told
from tests.fakes.worlds import SmallWorld

BACK = "Вернулось к обычному: 100 тыс. ₽ (ожидалось 102 тыс. ₽)."
TOP = Path(__file__).parents[3]
DIE = Path(__file__).parents[1] / "write_and_die.py"
TASKS = "/api/v4/tasks.*"


@pytest.fixture
def client(services: Services) -> Iterator[Fallen]:
    """In amoCRM, with the alert about it."""
    with told(services) as found:
        yield found


def plain(ends: list[tuple[bool, str]]) -> list[tuple[bool, str]]:
    """With ordinary spaces."""
    return [(is_done, text.replace("\N{NO-BREAK SPACE}", " ")) for is_done, text in ends]


def close(client: Fallen, outcome: Outcome, note: str) -> None:
    alert_id = client.alert().id
    with attending(client.services, "Анна") as acting:
        acting.resolve(alert_id, outcome, note)


@pytest.mark.heavy
@pytest.mark.parametrize("make", SHOPS)
def test_a_task_is_finished_with_the_reason_when_the_revenue_is_back(
    services: Services, make: Callable[[SmallWorld], Shop]
) -> None:
    with fallen(services, make) as client:
        assert client.writes() == {}  # nobody has asked for one
        client.ask()
        assert client.write().written == 1
        assert client.tasks() == [(False, "")]

        client.recover()
        assert client.alert().state is State.RESOLVED
        assert client.states() == {"task": "done", "end": "waiting"}
        result = client.write()
        assert (result.written, result.failed, result.message) == (1, 0, "")
        assert plain(client.tasks()) == [(True, BACK)]
        assert client.writes()["end"].ending is Ending.FINISHED

        client.measure(len(WELL))
        assert client.write().written == 0
        assert plain(client.tasks()) == [(True, BACK)]


def test_what_is_closed_by_hand_is_finished_with_what_it_was(client: Fallen) -> None:
    client.ask()
    client.write()
    close(client, Outcome.FALSE, "Клиент в отпуске")
    client.write()
    assert client.tasks() == [(True, "Закрыто вручную: ложная тревога. Клиент в отпуске")]
    assert client.writes()["end"].asked_by == "Анна"
    close(client, Outcome.KNOWN, "")  # said afterwards: no news for the CRM
    assert client.write().written == 0


@pytest.mark.parametrize("is_refused", [False, True])
def test_a_task_that_is_not_in_the_crm_yet_is_called_off(
    client: Fallen, *, is_refused: bool
) -> None:
    client.ask()
    if is_refused:
        client.box.faults.append(Fault(path=TASKS, status=403, body=b"{}"))
        assert client.write().failed == 1
    close(client, Outcome.TRUE, "")
    assert client.states() == {"task": "called_off"}
    with client.services.database.transaction() as session:
        assert WriteStore(session, client.source.id).retry() == 0
    assert client.write().written == 0
    assert client.tasks() == []
    with pytest.raises(WrongUse):
        client.ask()


def test_a_task_whose_answer_was_lost_is_found_and_finished(client: Fallen) -> None:
    client.ask()
    client.box.faults.append(Fault(path=TASKS, lose_answer=True))
    assert client.write().state is RunState.LATER
    close(client, Outcome.TRUE, "")
    assert client.states() == {"task": "sending"}
    assert client.write().written == 2
    assert client.states() == {"task": "done", "end": "done"}
    assert client.tasks() == [(True, "Закрыто вручную: было что делать.")]


def test_a_task_that_may_have_been_lost_on_the_way_is_not_sent_once_more(client: Fallen) -> None:
    client.ask()
    client.box.faults.append(Fault(path=TASKS, hang_up=True))
    assert client.write().state is RunState.LATER
    close(client, Outcome.TRUE, "")
    assert client.write().state is RunState.DONE
    assert client.states() == {"task": "called_off"}
    assert client.tasks() == []


def test_a_task_that_is_called_off_while_it_is_about_to_be_sent_is_not_sent(
    client: Fallen,
) -> None:
    client.ask()
    with client.services.database.transaction() as session:
        store = WriteStore(session, client.source.id)
        assert store.finish(client.key, "x", by="a test", now=client.services.now()) is False
        assert store.sending([client.key], client.services.now()) == set()
    assert client.states() == {"task": "called_off"}


def test_a_task_that_somebody_has_done_is_left_as_it_is(client: Fallen) -> None:
    client.ask()
    client.write()
    number = int(client.writes()["task"].external_id or "0")
    client.box.change("tasks", number, is_completed=True, result={"text": "Позвонил"})
    close(client, Outcome.TRUE, "")
    assert client.write().written == 1
    assert client.writes()["end"].ending is Ending.WAS_DONE
    assert client.tasks() == [(True, "Позвонил")]


def test_of_a_task_that_we_know_to_be_done_nothing_is_asked(client: Fallen) -> None:
    client.ask()
    client.write()
    number = int(client.writes()["task"].external_id or "0")
    client.box.change("tasks", number, is_completed=True, result={"text": "Позвонил"})
    flow.sync(client.services, client.source.id)
    close(client, Outcome.TRUE, "")
    assert client.states() == {"task": "done"}


def test_a_task_that_was_deleted_in_the_crm_is_no_error(client: Fallen) -> None:
    client.ask()
    client.write()
    client.box.remove("tasks", int(client.writes()["task"].external_id or "0"))
    close(client, Outcome.TRUE, "")
    assert client.write().failed == 0
    assert client.writes()["end"].ending is Ending.GONE


def test_a_task_that_was_finished_and_not_noted_is_finished_once_more_without_harm(
    client: Fallen,
) -> None:
    client.ask()
    client.write()
    close(client, Outcome.TRUE, "")
    client.box.faults.append(Fault(path=TASKS, after=1, lose_answer=True))
    assert client.write().state is RunState.LATER
    assert client.states()["end"] == "sending"
    assert client.write().written == 1
    assert client.writes()["end"].ending is Ending.FINISHED
    assert client.tasks() == [(True, "Закрыто вручную: было что делать.")]


def test_a_refused_end_can_be_tried_again(client: Fallen) -> None:
    client.ask()
    client.write()
    client.box.faults.append(Fault(path=TASKS, after=1, status=403, body=b"{}"))
    close(client, Outcome.TRUE, "")
    assert client.write().failed == 1
    assert "no rights for this (403)" in client.writes()["end"].reason
    client.ask()
    assert client.write().written == 1
    assert client.tasks()[0][0] is True


def test_what_comes_back_is_a_new_alert_with_a_task_of_its_own(client: Fallen) -> None:
    client.ask()
    client.write()
    close(client, Outcome.TRUE, "")
    client.write()
    before = client.key
    client.begin("won_revenue", 9.0)
    assert client.key != before
    client.ask()
    client.write()
    assert client.tasks() == [(False, "")]
    assert client.shop.tasks(before) == [(True, "Закрыто вручную: было что делать.")]


@pytest.mark.heavy
@pytest.mark.slow
def test_a_process_killed_at_any_commit_finishes_it_once(services: Services) -> None:
    with told(services, Bitrix) as client:
        client.ask()
        client.write()
        close(client, Outcome.TRUE, "")
        told_of = (services.database.conninfo, str(services.settings.data_dir))
        environment = dict(os.environ, PYTHONPATH=f"{TOP}/src:{TOP}")  # noqa: TID251 - of a child
        command = [sys.executable, str(DIE), *told_of, str(client.source.id)]
        ended = subprocess.run(
            [*command, *map(str, range(1, 8))],
            check=True, env=environment, capture_output=True, text=True,
        )  # fmt: skip
        died = [int(code) for code in ended.stdout.split()]
        assert died.count(-signal.SIGKILL) >= 4  # the fourth had sent it
        client.write()
        assert client.writes()["end"].ending is Ending.FINISHED
        assert client.tasks() == [(True, "Закрыто вручную: было что делать.")]
