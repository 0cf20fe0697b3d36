"""What is written into Megaplan stands there once, and what it calls us for is asked about."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from connectors.kit import pace as kit_pace
from connectors.kit.errors import BadHook, RetryLater
from connectors.kit.marks import mark
from connectors.kit.records import Noun
from connectors.kit.writes import (
    AddTag,
    DoneTask,
    Ending,
    NewNote,
    NewTask,
    NotWritten,
    Ref,
    Written,
)
from connectors.sandbox.faults import Fault
from tests.connectors.checks import last_cursor, records
from tests.connectors.megaplan_opened import opened

JSON = {"content-type": "application/json"}


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit_pace, "sleep", lambda _: None)


def test_a_task_is_about_its_deal_due_on_its_day_and_known_as_ours() -> None:
    with opened() as (box, crm):
        deal = str(box.ids("deal")[0])
        user = str(box.ids("employee")[1])
        text = "Позвонить <клиенту>\nПочему"
        task = NewTask("k1", Ref(Noun.DEAL, deal), text, due_on=date(2026, 2, 10),
                       owner_external_id=user, link="https://a.example/1?x=1&y=2")  # fmt: skip
        cursor = last_cursor(crm.pull(Noun.TASK, None))
        (done,) = crm.write([task])
        assert isinstance(done, Written)
        row = box.row("task", int(done.external_id))
        assert row["statement"] == (
            "<p>Позвонить &lt;клиенту&gt;<br>Почему<br>https://a.example/1?x=1&amp;y=2<br>"
            f"{mark('k1')}</p>"
        )
        assert row["deadline"]["month"] == 1
        (raw,) = [
            r for r in records(crm.pull(Noun.TASK, cursor)) if r.external_id == done.external_id
        ]
        read: Any = crm.translate(raw)
        assert (read.text, read.is_ours, read.is_done) == ("Позвонить <клиенту>", True, False)
        assert (read.about_noun, read.about_external_id) == (Noun.DEAL, deal)
        assert (read.owner_external_id, read.updated_at) == (user, done.updated_at)
        found = crm.find_written(task, timedelta(minutes=1))
        assert found is not None
        assert found.external_id == done.external_id


def test_what_a_task_cannot_have_is_left_out_and_told() -> None:
    with opened() as (_, crm):
        task = NewTask("k1", Ref(Noun.COMPANY, "7000007"), "x", owner_external_id="404",
                       due_at=datetime(2026, 2, 10, 9, tzinfo=UTC))  # fmt: skip
        (done,) = crm.write([task])
        assert isinstance(done, Written)
        assert "responsible" in done.remark


def test_a_write_whose_answer_is_lost_is_found_again_and_made_once() -> None:
    with opened() as (box, crm):
        deal = Ref(Noun.DEAL, str(box.ids("deal")[0]))
        for write, shelf in (
            (NewTask("t", deal, "x"), "task"),
            (NewNote("n", deal, "y"), "comment"),
        ):
            before = box.count(shelf)
            assert crm.find_written(write, timedelta(0)) is None
            box.faults.append(Fault(path=r".*(task|comments)$", after=0, lose_answer=True))
            with pytest.raises(RetryLater) as lost:
                list(crm.write([write]))
            assert lost.value.is_unsure
            assert crm.find_written(write, None) is not None
            assert box.count(shelf) == before + 1


def test_comments_stand_at_deals_companies_and_people_who_are_customers() -> None:
    with opened() as (box, crm):
        company = str(box.ids("contractorCompany")[0])
        for about in (Ref(Noun.COMPANY, company), Ref(Noun.COMPANY, "7000007")):
            (done,) = crm.write([NewNote("n", about, "Маржа < 5 %")])
            assert isinstance(done, Written)
            row = box.row("comment", int(done.external_id))
            assert row["subject"]["id"] == about.external_id
            found = crm.find_written(NewNote("n", about, ""))
            assert found is not None
        related = [crm.translate(raw) for raw in crm.get_related(Noun.COMPANY, company)]
        assert [getattr(one, "is_ours", None) for one in related] == [True]


def test_a_task_is_done_once() -> None:
    with opened() as (box, crm):
        box.change("task", box.ids("task")[0], status="accepted")
        done = DoneTask("d", str(box.ids("task")[0]), "готово")
        assert crm.find_written(done) is None
        assert [type(one) for one in crm.write([done])] == [Written]
        assert crm.find_written(done) is not None


def test_a_task_that_another_has_is_commented_where_he_alone_may_finish_it() -> None:
    with opened() as (box, crm):
        box.switches.finishes = "who has it"
        theirs = str(box.ids("employee")[1])
        box.change("task", box.ids("task")[0], status="accepted",
                   responsible={"contentType": "Employee", "id": theirs})  # fmt: skip
        done = DoneTask("d", str(box.ids("task")[0]), "Вернулось <к обычному>")
        for _ in range(2):
            (told,) = crm.write([done])
            assert isinstance(told, Written)
            assert told.ending is Ending.COMMENTED
            assert "только ответственному" in told.remark
        said = [box.row("comment", number)["content"] for number in box.ids("comment")]
        assert said.count(f"<p>Вернулось &lt;к обычному&gt;<br>{mark('d')}</p>") == 1
        (refused,) = crm.write([DoneTask("e", done.external_id)])
        assert isinstance(refused, NotWritten)


def test_what_cannot_be_written_says_why() -> None:
    with opened() as (_, crm):
        writes = [
            AddTag("a", Ref(Noun.DEAL, "1"), "x"),
            NewNote("b", Ref(Noun.DEAL, "404"), "x"),
            NewNote("c", Ref(Noun.USER, "1"), "x"),
            NewNote("d", Ref(Noun.DEAL, "../1"), "x"),
            DoneTask("e", "../404"),
            NewTask("f", Ref(Noun.DEAL, "1"), " "),
        ]
        told = list(crm.write(writes))
        assert [one.key for one in told] == list("abcdef")
        assert all(isinstance(one, NotWritten) and one.reason for one in told)
        assert crm.find_written(writes[0]) is None


def test_a_call_names_what_is_to_be_asked_for() -> None:
    with opened() as (box, crm):
        deal = box.ids("deal")[0]
        (hint,) = crm.read_hook(JSON, box.call("deal", deal, "on_after_update")).hints
        assert (hint.noun, hint.external_id) == (Noun.DEAL, str(deal))
        assert hint.happened_at is not None
        (dropped,) = crm.read_hook(JSON, box.call("deal", deal, "on_after_drop")).hints
        assert dropped.happened_at is None
        person = crm.read_hook(JSON, box.call("contractorHuman", 7000007, "on_after_create"))
        assert {one.noun for one in person.hints} == {Noun.CONTACT, Noun.COMPANY}
        assert list(crm.get_many(Noun.COMPANY, ["7000007"]))
        payer = crm.read_hook(JSON, box.call("payer", box.ids("payer")[0], "on_after_update"))
        assert [one.noun for one in payer.hints] == [Noun.COMPANY]


@pytest.mark.parametrize(
    ("body", "hints", "unknown"),
    [
        ({"class": "BumsTradeM_Deal", "id": 4311, "data": {}}, 1, 0),
        ({"event": "on_after_update", "data": {"contentType": "Todo", "id": "1"}}, 0, 0),
        ({"event": "on_after_update", "data": {"contentType": "Unheard", "id": "1"}}, 0, 1),
        ({"event": "on_after_update", "data": {"contentType": "Deal", "id": "../1"}}, 0, 1),
        ({"event": "on_after_update", "data": {"contentType": "Deal", "id": True}}, 0, 1),
        ({"data": [], "accountInfo": {"model": "Deal"}}, 0, 1),
    ],
)
def test_a_call_of_any_shape_is_read_or_told(body: Any, hints: int, unknown: int) -> None:
    with opened(10) as (_, crm):
        hook = crm.read_hook(JSON, json.dumps(body).encode())
        assert (len(hook.hints), len(hook.unknown)) == (hints, unknown)
        with pytest.raises(BadHook):
            crm.read_hook(JSON, b"{")
