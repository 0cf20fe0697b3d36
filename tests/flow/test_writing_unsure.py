"""What may have been written is not sent again too soon, nor over what a person did since."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors import DoneTask, Noun, Ref, SetField
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from connectors.sandbox.http import Request, Response
from kam_sync import writing
from kam_sync.intake.model import RunState, Source
from kam_sync.intake.writes import WriteState
from kam_sync.wiring import Services
from tests.fakes.clock import Clock
from tests.flow.test_writing import ask_for, company, ledger, marked, states, task, write


def test_the_wait_begins_when_an_answer_is_lost_however_long_that_took(
    services: Services, box: AmoSandbox, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    slow = replace(services, now=lambda: datetime.fromtimestamp(clock.now, UTC))

    def answer_late(request: Request) -> Response:
        if request.method == "POST":
            clock.now += 11 * 60
        return AmoSandbox.answer(box, request)

    monkeypatch.setattr(box, "answer", answer_late)
    box.faults.append(Fault(path="/api/v4/tasks$", lose_answer=True))
    ask_for(slow, source, task("t1", company(box)))
    write(slow, source, settle=writing.SETTLE)
    asked = box.requests.total
    assert write(slow, source, settle=writing.SETTLE).state is RunState.LATER
    assert box.requests.total == asked
    clock.now += 10 * 60
    assert write(slow, source, settle=writing.SETTLE).written == 1
    assert marked(box, ["t1"]) == {"t1": 1}


def test_a_new_job_does_not_look_at_once_for_what_another_has_just_sent(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.faults.append(Fault(path="/api/v4/tasks$", lose_answer=True))
    ask_for(services, source, task("t1", company(box)))
    write(services, source, settle=writing.SETTLE)
    ask_for(services, source, task("t2", company(box)))
    assert write(services, source, settle=writing.SETTLE).written == 1
    assert states(services, source) == {"t1": "sending", "t2": "done"}


def test_a_bad_item_that_nobody_names_costs_the_others_a_wait_and_doubles_none(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.faults.append(Fault(path="/api/v4/tasks$", status=400, body=b'{"title": "Bad Request"}'))
    keys = [f"t{number}" for number in range(4)]
    bad = task("bad", Ref(Noun.COMPANY, "987654321"))
    ask_for(services, source, *(task(key, company(box)) for key in keys), bad)
    assert write(services, source).state is RunState.LATER
    result = write(services, source)
    assert (result.written, result.failed) == (4, 1)
    assert states(services, source) == dict.fromkeys(keys, "done") | {"bad": "failed"}
    assert marked(box, keys) == dict.fromkeys(keys, 1)


def changed_by_a_person(box: AmoSandbox, noun: str, ref: Ref, **values: Any) -> None:
    row = box.row(noun, int(ref.external_id))
    box.put(noun, row | values | {"updated_at": int(time.time()) + 60})


def test_what_a_person_changed_after_an_unsure_change_is_not_overwritten(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    about = company(box)
    asked = SetField("f1", about, "company/9013", "Ключевой")
    box.faults.append(Fault(path="/api/v4/companies$", lose_answer=True))
    ask_for(services, source, asked)
    assert write(services, source).state is RunState.LATER
    changed_by_a_person(box, "companies", about, custom_fields_values=None)
    assert write(services, source).written == 1
    row = ledger(services, source)["f1"]
    assert row.state is WriteState.DONE
    assert "changed in the CRM after this had been sent" in row.reason
    assert box.row("companies", int(about.external_id))["custom_fields_values"] is None


def test_a_task_that_a_person_opened_again_is_not_closed_by_a_repeat(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    about = Ref(Noun.TASK, str(box.ids("tasks")[0]))
    box.change("tasks", int(about.external_id), is_completed=False)
    box.faults.append(Fault(path="/api/v4/tasks$", after=1, lose_answer=True))
    ask_for(services, source, DoneTask("d1", about.external_id))
    write(services, source)
    changed_by_a_person(box, "tasks", about, is_completed=False)
    assert write(services, source).written == 1
    assert box.row("tasks", int(about.external_id))["is_completed"] is False


def test_a_change_that_was_surely_not_done_is_sent_whatever_else_has_changed(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    about = company(box)
    busy = Fault(path="/api/v4/companies$", status=429, body=b'{"retry_after": 300}')
    box.faults.append(busy)
    ask_for(services, source, SetField("f1", about, "company/9013", "Ключевой"))
    write(services, source)
    changed_by_a_person(box, "companies", about, name="Другое имя")
    assert write(services, source).written == 1
    assert ledger(services, source)["f1"].reason == ""


def with_clock(services: Services, **apart: float) -> Services:
    """The same services on a machine whose clock is wrong."""
    return replace(services, now=lambda: services.now() + timedelta(**apart))


def test_what_a_person_changed_since_is_known_by_the_crms_clock_where_ours_is_fast(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    fast, about = with_clock(services, hours=1), company(box)
    box.faults.append(Fault(path="/api/v4/companies$", lose_answer=True))
    ask_for(fast, source, SetField("f1", about, "company/9013", "Ключевой"))
    write(fast, source)
    changed_by_a_person(box, "companies", about, custom_fields_values=None)
    assert write(fast, source).written == 1
    assert box.row("companies", int(about.external_id))["custom_fields_values"] is None


def test_what_was_changed_before_keeps_nothing_from_being_sent_again_where_our_clock_is_slow(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    slow, about = with_clock(services, hours=-1), company(box)
    before = box.row("companies", int(about.external_id))
    box.put("companies", before | {"updated_at": int(time.time()) - 600})
    box.faults.append(Fault(path="/api/v4/companies$", status=503))
    ask_for(slow, source, SetField("f1", about, "company/9013", "Ключевой"))
    write(slow, source)
    assert write(slow, source).written == 1
    assert ledger(services, source)["f1"].reason == ""
