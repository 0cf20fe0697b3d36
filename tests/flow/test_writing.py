"""What is asked to be written stands in the CRM once, whatever happens on the way."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors import AddTag, DoneTask, NewNote, NewTask, Noun, Ref, Write
from connectors.kit.marks import mark
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from kam_sync import connecting, removing, writing
from kam_sync.base.clock import stopped_at
from kam_sync.base.errors import Busy
from kam_sync.intake.model import RunState, Source, SourceState
from kam_sync.intake.store import WriteStore
from kam_sync.intake.writes import CrmWrite, WriteState
from kam_sync.wiring import Services
from tests.fakes.connecting import state

TOP = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("write_and_die.py")
AT_ONCE = timedelta(0)


def company(box: AmoSandbox, place: int = 0) -> Ref:
    return Ref(Noun.COMPANY, str(box.ids("companies")[place]))


def task(key: str, about: Ref) -> NewTask:
    return NewTask(key, about, f"Позвонить: {key}", due_on=date(2026, 12, 1))


def ask_for(services: Services, source: Source, *writes: Write) -> None:
    with services.database.transaction() as session:
        WriteStore(session, source.id).ask(writes, by="a test", now=services.now())


def ledger(services: Services, source: Source) -> dict[str, CrmWrite]:
    with services.database.transaction() as session:
        rows = WriteStore(session, source.id).latest(limit=1000)
        return {row.key: CrmWrite(**row.model_dump()) for row in rows}


def states(services: Services, source: Source) -> dict[str, str]:
    return {key: row.state.value for key, row in ledger(services, source).items()}


def write(services: Services, source: Source, settle: timedelta = AT_ONCE) -> writing.WriteResult:
    return writing.write(services, source.id, settle=settle)


def marked(box: AmoSandbox, keys: Sequence[str]) -> dict[str, int]:
    """How many tasks of each key the sandbox holds."""
    texts = [box.row("tasks", number)["text"] for number in box.ids("tasks")]
    return {key: sum(mark(key) in text for text in texts) for key in keys}


def test_what_waits_is_written_and_the_ledger_says_where(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    about = company(box)
    ask_for(services, source, task("t1", about), NewNote("n1", about, "x"), AddTag("a", about, "y"))
    result = write(services, source)
    assert (result.state, result.written, result.failed) == (RunState.DONE, 3, 0)
    row = ledger(services, source)["t1"]
    assert (row.state, row.kind, row.about_noun) == (WriteState.DONE, "task", "company")
    assert mark("t1") in box.row("tasks", int(row.external_id or "0"))["text"]
    assert row.asked_by == "a test"
    assert row.done_at is not None


def test_the_same_key_twice_is_one_task(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    ask_for(services, source, task("t1", company(box)))
    write(services, source)
    ask_for(services, source, task("t1", company(box, 1)))
    assert write(services, source).written == 0
    assert marked(box, ["t1"]) == {"t1": 1}


def test_a_refused_write_waits_for_a_person_and_is_tried_again_when_asked(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.faults.append(Fault(path="/api/v4/tasks$", status=403, body=b"{}"))
    ask_for(services, source, task("t1", company(box)))
    assert write(services, source).failed == 1
    assert "no rights for this (403)" in ledger(services, source)["t1"].reason
    assert write(services, source).written == 0

    with services.database.transaction() as session:
        assert WriteStore(session, source.id).retry() == 1
    assert write(services, source).written == 1
    assert marked(box, ["t1"]) == {"t1": 1}


def test_a_lost_answer_makes_no_second_task(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.faults.append(Fault(path="/api/v4/tasks$", lose_answer=True))
    ask_for(services, source, task("t1", company(box)))
    assert write(services, source).state is RunState.LATER
    assert states(services, source) == {"t1": "sending"}
    assert write(services, source).written == 1
    assert states(services, source) == {"t1": "done"}
    assert marked(box, ["t1"]) == {"t1": 1}


def test_what_may_have_been_sent_is_not_looked_for_before_the_crm_can_show_it(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    services = replace(services, now=stopped_at(services.now()))
    box.faults.append(Fault(path="/api/v4/tasks$", lose_answer=True))
    ask_for(services, source, task("t1", company(box)))
    write(services, source, settle=writing.SETTLE)
    asked = box.requests.total
    later = write(services, source, settle=writing.SETTLE)
    assert ledger(services, source)["t1"].sent_at == services.now()
    until = (services.now() + writing.SETTLE).astimezone(services.zone)
    assert later.state is RunState.LATER
    assert later.message == f"waits until {until:%H:%M} to see whether it was done"
    assert later.wait == writing.SETTLE == timedelta(minutes=10)
    assert box.requests.total == asked


def test_a_crm_that_is_away_leaves_it_waiting(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.faults.append(Fault(path="/api/v4/tasks$", status=429, body=b'{"retry_after": 300}'))
    ask_for(services, source, task("t1", company(box)))
    result = write(services, source)
    assert (result.state, result.wait) == (RunState.LATER, timedelta(seconds=300))
    assert write(services, source).written == 1


def test_a_refused_token_is_shown_on_the_source_and_the_write_is_kept(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    good, box.token = box.token, "another"
    ask_for(services, source, task("t1", company(box)))
    assert write(services, source).state is RunState.FAILED
    assert state(services, source)[0] is SourceState.NEEDS_REAUTH
    box.token = good
    assert write(services, source).written == 1


def test_nothing_is_written_into_a_paused_source(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    ask_for(services, source, task("t1", company(box)))
    connecting.set_paused(services, source.name, paused=True)
    assert write(services, source).message == "the source is paused"
    connecting.set_paused(services, source.name, paused=False)
    assert write(services, source).written == 1


def test_one_process_at_a_time_writes_into_a_source(services: Services, source: Source) -> None:
    with services.database.alone(f"write {source.id}"), pytest.raises(Busy):
        write(services, source)


def test_a_task_that_we_wrote_can_be_closed_by_us(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    ask_for(services, source, task("t1", company(box)))
    write(services, source)
    number = ledger(services, source)["t1"].external_id or "0"
    ask_for(services, source, DoneTask("d1", number, "Сделано"))
    assert write(services, source).written == 1
    row = ledger(services, source)["d1"]
    assert (row.about_noun, row.about_external_id) == ("task", number)
    assert box.row("tasks", int(number))["is_completed"] is True


def test_a_crm_that_never_says_what_became_of_it_is_left_to_a_person(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    silent = b'{"_embedded": {"tasks": []}}'
    box.faults.append(Fault(path="/api/v4/tasks$", status=200, body=silent, times=None))
    ask_for(services, source, task("t1", company(box)))
    for _ in range(5):
        write(services, source)
    row = ledger(services, source)["t1"]
    assert row.state is WriteState.FAILED
    assert "look there before you retry" in row.reason

    asked = box.requests.total
    with services.database.transaction() as session:
        WriteStore(session, source.id).retry()
    assert write(services, source, settle=writing.SETTLE).state is RunState.LATER
    assert box.requests.total == asked


@pytest.mark.heavy
@pytest.mark.slow
def test_a_process_killed_at_any_commit_makes_no_second_task(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    keys = [f"t{number}" for number in range(4)]
    ask_for(services, source, *(task(key, company(box)) for key in keys))
    told = (services.database.conninfo, str(services.settings.data_dir), str(source.id))
    environment = dict(os.environ, PYTHONPATH=f"{TOP}/src:{TOP}")  # noqa: TID251 - of a child
    command = [sys.executable, str(SCRIPT), *told, *map(str, range(1, 8))]
    ended = subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
    died = [int(code) for code in ended.stdout.split()]
    assert died[:4] == [-signal.SIGKILL] * 4
    write(services, source)
    assert set(states(services, source).values()) == {"done"}
    assert marked(box, keys) == dict.fromkeys(keys, 1)


def test_a_source_takes_its_ledger_along_when_it_is_removed(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    ask_for(services, source, task("t1", company(box)))
    removing.remove(services, source.name)
    with services.database.transaction() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM crm_write")) == 0
