"""Writing into amoCRM over HTTP: tasks, notes, batches, and every way they are refused."""

from datetime import UTC, datetime

import orjson
import pytest

from connectors.kit.errors import RetryLater
from connectors.kit.marks import mark
from connectors.kit.records import Noun
from connectors.kit.writes import (
    DoneTask,
    Ending,
    NewNote,
    NewTask,
    NotWritten,
    Ref,
    Writes,
    Written,
)
from connectors.sandbox.faults import Fault
from connectors.sandbox.http import Request, Response
from tests.fakes.writable import (
    Box,
    Opened,
    company,
    finished,
    sent,
    task,
    tasks_marked,
    written,
)


def test_the_connector_says_that_it_can_write(writable: Opened) -> None:
    assert isinstance(writable()[1], Writes)


def test_a_task_ends_with_its_link_and_its_mark(writable: Opened) -> None:
    box, crm = writable()
    about = company(box)
    (found,) = written(crm, task("t1", about, link="https://kam.example.test/accounts/1"))
    row = box.row("tasks", int(found.external_id))
    assert row["text"].splitlines() == [
        "Позвонить по поводу t1", "https://kam.example.test/accounts/1", mark("t1"),
    ]  # fmt: skip
    assert (row["entity_type"], row["entity_id"]) == ("companies", int(about.external_id))


def test_a_task_that_is_due_on_a_day_ends_with_that_day_in_the_accounts_zone(
    writable: Opened,
) -> None:
    box, crm = writable()
    (found,) = written(crm, task("t1", company(box)))
    due = datetime.fromtimestamp(box.row("tasks", int(found.external_id))["complete_till"], UTC)
    assert due == datetime(2026, 12, 1, 18, 59, 59, tzinfo=UTC)


def test_a_task_may_be_due_at_a_moment_for_somebody_and_of_a_type(writable: Opened) -> None:
    box, crm = writable()
    owner = box.ids("users")[1]
    moment = datetime(2026, 12, 1, 10, 30, tzinfo=UTC)
    (found,) = written(
        crm, NewTask("t1", company(box), "Встреча", moment, None, str(owner), type_external_id="2")
    )
    row = box.row("tasks", int(found.external_id))
    assert row["complete_till"] == int(moment.timestamp())
    assert (row["responsible_user_id"], row["task_type_id"]) == (owner, 2)


def test_a_task_is_closed_with_its_result(writable: Opened) -> None:
    box, crm = writable()
    (made,) = written(crm, task("t1", company(box)))
    (done,) = written(crm, DoneTask("d1", made.external_id, "Договорились"))
    row = box.row("tasks", int(made.external_id))
    assert row["is_completed"] is True
    assert row["result"] == {"text": "Договорились"}
    assert done.updated_at == datetime.fromtimestamp(row["updated_at"], UTC)


def test_what_a_person_gave_as_a_result_is_kept_and_one_of_a_batch_may_be_gone(
    writable: Opened,
) -> None:
    box, crm = writable()
    made = written(crm, *(task(key, company(box)) for key in "abc"))
    ids = [one.external_id for one in made]
    box.change("tasks", int(ids[0]), is_completed=True, result={"text": "Сам позвонил"})
    box.remove("tasks", int(ids[1]))
    done = written(crm, *(DoneTask(f"{id_}/done", id_, "Прошло") for id_ in ids))
    assert [one.ending for one in done] == [Ending.WAS_DONE, Ending.GONE, Ending.FINISHED]
    assert box.row("tasks", int(ids[0]))["result"] == {"text": "Сам позвонил"}
    assert sent(crm, [DoneTask("x", "abc")])["x"] == NotWritten(
        "x", "abc: amoCRM's ids are numbers"
    )


def test_a_task_that_goes_while_we_look_is_gone(writable: Opened) -> None:
    box, crm = writable()
    (made,) = written(crm, task("t1", company(box)))
    complaint = {"request_id": mark("d1")[1:-1], "errors": [{"path": "id", "code": "NotFound"}]}
    body = orjson.dumps({"validation-errors": [complaint]})
    box.faults.append(Fault(path="/api/v4/tasks$", after=1, status=400, body=body))
    (done,) = written(crm, DoneTask("d1", made.external_id))
    assert done.ending is Ending.GONE


def test_tasks_that_may_not_be_seen_are_not_taken_for_gone(writable: Opened) -> None:
    box, crm = writable()
    (made,) = written(crm, task("t1", company(box)))
    box.faults.append(Fault(path="/api/v4/tasks.*", status=403, body=b"{}", times=None))
    outcome = sent(crm, [DoneTask("d1", made.external_id)])["d1"]
    assert isinstance(outcome, NotWritten)
    assert "no rights for this (403)" in outcome.reason


def test_a_note_stands_on_its_record_with_its_mark(writable: Opened) -> None:
    box, crm = writable()
    deal = Ref(Noun.DEAL, str(box.ids("leads")[0]))
    (found,) = written(crm, NewNote("n1", deal, "Нет телефона"))
    row = box.row("leads/notes", int(found.external_id))
    assert row["params"]["text"] == f"Нет телефона\n{mark('n1')}"
    assert row["entity_id"] == int(deal.external_id)


def test_a_batch_goes_in_parts_of_fifty_grouped_by_where_it_belongs(writable: Opened) -> None:
    box, crm = writable()
    about = company(box)
    notes = [NewNote(f"n{number}", about, "x") for number in range(3)]
    writes = [task(f"t{number}", about) for number in range(120)]
    written(crm, *writes[:60], *notes, *writes[60:])
    assert [(method, path, len(body)) for method, path, body in box.sent] == [
        ("POST", "tasks", 50), ("POST", "tasks", 50), ("POST", "tasks", 20),
        ("POST", "companies/notes", 3),
    ]  # fmt: skip


def test_answers_are_told_apart_by_request_id_and_never_by_their_order(
    writable: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, crm = writable()

    def answer_backwards(request: Request) -> Response:
        response = Box.answer(box, request)
        if request.method == "POST":
            body = orjson.loads(response.body)
            body["_embedded"]["tasks"].reverse()
            return Response(response.status, orjson.dumps(body), response.content_type)
        return response

    monkeypatch.setattr(box, "answer", answer_backwards)
    for found in written(crm, *(task(f"t{number}", company(box)) for number in range(5))):
        assert mark(found.key) in box.row("tasks", int(found.external_id))["text"]


@pytest.mark.parametrize("batch", ["atomic", "partial"])
def test_one_bad_item_does_not_cost_the_others_of_its_batch_and_doubles_none(
    writable: Opened, batch: str
) -> None:
    box, crm = writable(batch=batch)
    bad = task("bad", Ref(Noun.COMPANY, "987654321"))
    good = [task(f"t{number}", company(box)) for number in range(9)]
    outcomes = finished(crm, [*good[:5], bad, *good[5:]])
    assert isinstance(outcomes["bad"], NotWritten)
    assert "entity_id: NotSupportedChoice" in outcomes["bad"].reason
    assert [tasks_marked(box, write.key) for write in good] == [1] * 9
    for write in good:
        outcome = outcomes[write.key]
        assert isinstance(outcome, Written)
        assert mark(write.key) in box.row("tasks", int(outcome.external_id))["text"]


def test_nothing_of_a_refused_batch_is_sent_again_while_it_may_not_show_yet(
    writable: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, crm = writable(batch="partial")

    def show_nothing_new(request: Request) -> Response:
        if request.method == "GET" and request.path == "/api/v4/tasks":
            return Response(204, b"", "application/hal+json")
        return Box.answer(box, request)

    monkeypatch.setattr(box, "answer", show_nothing_new)
    bad = task("bad", Ref(Noun.COMPANY, "987654321"))
    good = [task(f"t{number}", company(box)) for number in range(3)]
    assert list(sent(crm, [*good, bad])) == ["bad"]
    assert [tasks_marked(box, write.key) for write in good] == [1] * 3


def test_a_bad_item_that_nobody_names_is_found_when_each_goes_by_itself(writable: Opened) -> None:
    box, crm = writable()
    bad = task("bad", Ref(Noun.COMPANY, "987654321"))
    good = [task(f"t{number}", company(box)) for number in range(7)]
    refuse = Fault(path="/api/v4/tasks$", status=400, body=b'{"title":"Bad Request"}', times=1)
    box.faults.append(refuse)
    outcomes = finished(crm, [*good, bad])
    assert [key for key, outcome in outcomes.items() if isinstance(outcome, NotWritten)] == ["bad"]
    assert [tasks_marked(box, write.key) for write in good] == [1] * 7


def test_a_dismissed_user_costs_the_owner_and_not_the_task(writable: Opened) -> None:
    box, crm = writable()
    gone = box.ids("users")[1]
    row = box.row("users", gone)
    box.put("users", row | {"rights": row["rights"] | {"is_active": False}})
    about = company(box)
    outcomes = finished(crm, [task("t1", about, owner_external_id=str(gone)), task("t2", about)])
    of_gone, other = outcomes["t1"], outcomes["t2"]
    assert isinstance(of_gone, Written)
    assert "does not take this user as responsible" in of_gone.remark
    assert isinstance(other, Written)
    assert other.remark == ""
    assert box.row("tasks", int(of_gone.external_id))["responsible_user_id"] != gone


def test_a_task_is_found_again_by_its_mark(writable: Opened) -> None:
    box, crm = writable()
    about = company(box)
    (made,) = written(crm, task("t1", about))
    found = crm.find_written(task("t1", about))
    assert found is not None
    assert found.external_id == made.external_id
    assert crm.find_written(task("t2", about)) is None


def test_a_note_is_found_again_by_its_mark(writable: Opened) -> None:
    box, crm = writable()
    note = NewNote("n1", company(box), "Заметка")
    assert crm.find_written(note) is None
    (made,) = written(crm, note)
    found = crm.find_written(note)
    assert found is not None
    assert found.external_id == made.external_id


def test_request_id_is_no_idempotency_so_a_lost_answer_leaves_the_task_to_be_looked_for(
    writable: Opened,
) -> None:
    box, crm = writable()
    box.faults.append(Fault(path="/api/v4/tasks$", lose_answer=True))
    with pytest.raises(RetryLater) as caught:
        sent(crm, [task("t1", company(box))])
    assert caught.value.is_unsure
    assert tasks_marked(box, "t1") == 1
    assert crm.find_written(task("t1", company(box))) is not None


def test_what_was_surely_not_done_is_sent_again_at_once(writable: Opened) -> None:
    box, crm = writable()
    box.faults.append(Fault(path="/api/v4/tasks$", status=429, html=True, times=2))
    written(crm, task("t1", company(box)))
    assert tasks_marked(box, "t1") == 1


def test_nothing_can_be_written_about_what_amocrm_keeps_no_tasks_for(writable: Opened) -> None:
    _, crm = writable()
    outcome = sent(crm, [task("t1", Ref(Noun.USER, "1"))])["t1"]
    assert isinstance(outcome, NotWritten)
    assert "amoCRM takes nothing about such a record" in outcome.reason


def test_an_id_that_is_no_number_is_not_sent(writable: Opened) -> None:
    _, crm = writable()
    outcome = sent(crm, [task("t1", Ref(Noun.COMPANY, "abc"))])["t1"]
    assert outcome == NotWritten("t1", "abc: amoCRM's ids are numbers")


def test_a_token_without_the_right_to_write_is_told_of_each_write(writable: Opened) -> None:
    box, crm = writable()
    box.faults.append(Fault(path="/api/v4/tasks$", status=403, body=b"{}", times=None))
    outcomes = sent(crm, [task("t1", company(box)), task("t2", company(box))])
    for outcome in outcomes.values():
        assert isinstance(outcome, NotWritten)
        assert "no rights for this (403)" in outcome.reason
