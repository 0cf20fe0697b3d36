"""What is written into Bitrix24 stands there once, or it is said why not."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from connectors.bitrix24 import Bitrix24
from connectors.kit import pace
from connectors.kit.errors import RetryLater
from connectors.kit.marks import mark
from connectors.kit.records import Noun, Task
from connectors.kit.writes import (
    AddTag,
    DoneTask,
    Ending,
    NewNote,
    NewTask,
    NotWritten,
    Ref,
    SetField,
    Value,
    Write,
    Written,
)
from connectors.sandbox.bitrix24 import BitrixSandbox, setup
from connectors.sandbox.faults import Fault
from tests.fakes.portal import connected, portal

FIELDS = {"company.segment": f"company/{setup.SEGMENT}"}
DAY = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr(pace, "sleep", waited.append)
    return waited


@pytest.fixture
def box() -> Iterator[BitrixSandbox]:
    with portal(deals=12) as box:
        yield box


@pytest.fixture
def crm(box: BitrixSandbox) -> Iterator[Bitrix24]:
    with connected(box, {"timezone": "Asia/Yekaterinburg"}, fields=FIELDS) as crm:
        yield crm


def ref(box: BitrixSandbox, noun: Noun = Noun.DEAL) -> Ref:
    return Ref(noun, str(box.ids(noun.value)[-1]))


def task(box: BitrixSandbox, key: str = "a", **more: Any) -> NewTask:
    return NewTask(key, ref(box), "Позвонить", **({"due_on": DAY} | more))


def one(crm: Bitrix24, write: Write) -> Written | NotWritten:
    (outcome,) = crm.write([write])
    assert outcome.key == write.key
    return outcome


def written(crm: Bitrix24, write: Write) -> Written:
    outcome = one(crm, write)
    assert isinstance(outcome, Written), outcome
    return outcome


def why_not(crm: Bitrix24, write: Write) -> str:
    outcome = one(crm, write)
    assert isinstance(outcome, NotWritten), outcome
    return outcome.reason


def row(box: BitrixSandbox, noun: str, external_id: str) -> dict[str, Any]:
    return box.row(noun, int(external_id.rpartition("/")[2]))


def test_a_task_is_a_todo_due_at_the_end_of_the_day(box: BitrixSandbox, crm: Bitrix24) -> None:
    wish = task(box, owner_external_id="702", link="https://kam.example.test/1")
    found = written(crm, wish)
    assert found.external_id.startswith("todo/")
    kept = row(box, "activity", found.external_id)
    assert kept["SUBJECT"] == f"Позвонить {mark('a')}"
    assert kept["DESCRIPTION"] == "https://kam.example.test/1"
    assert kept["DEADLINE"] == "2026-12-01T23:59:59+05:00"
    assert (kept["RESPONSIBLE_ID"], kept["OWNER_ID"]) == ("702", wish.about.external_id)
    (raw,) = crm.get_many(Noun.TASK, [found.external_id])
    said = crm.translate(raw)
    assert isinstance(said, Task)
    assert (said.is_ours, said.is_done, said.about_noun) == (True, False, Noun.DEAL)
    assert said.due_at == datetime(2026, 12, 1, 18, 59, 59, tzinfo=UTC)


def test_a_task_of_the_tasks_module_is_made_when_it_is_asked_for(
    box: BitrixSandbox, crm: Bitrix24
) -> None:
    at = datetime(2026, 12, 1, 9, tzinfo=UTC)
    wish = NewTask("b", ref(box, Noun.COMPANY), "Счёт\nподробно", at, type_external_id="task")
    kept = row(box, "task", written(crm, wish).external_id)
    assert (kept["title"], kept["description"]) == (f"Счёт {mark('b')}", "подробно")
    assert kept["ufCrmTask"] == [f"CO_{wish.about.external_id}"]
    assert kept["responsibleId"] == "701"  # whose webhook it is
    assert kept["deadline"] == "2026-12-01T14:00:00+05:00"


def test_a_long_text_loses_nothing(box: BitrixSandbox, crm: Bitrix24) -> None:
    long = NewTask("c", ref(box), "я" * 450, due_on=DAY)
    kept = row(box, "activity", written(crm, long).external_id)
    assert kept["SUBJECT"].endswith(mark("c"))
    assert (len(kept["SUBJECT"]) < 255, kept["DESCRIPTION"]) == (True, "я" * 250)


@pytest.mark.parametrize("noun", [Noun.DEAL, Noun.CONTACT, Noun.COMPANY])
def test_a_note_is_a_comment_of_the_timeline(box: BitrixSandbox, crm: Bitrix24, noun: Noun) -> None:
    note = NewNote("n", ref(box, noun), "Отгрузили", link="https://kam.example.test/2")
    kept = row(box, "comment", written(crm, note).external_id)
    assert kept["COMMENT"] == f"Отгрузили\nhttps://kam.example.test/2\n{mark('n')}"
    assert (kept["ENTITY_TYPE"], kept["ENTITY_ID"]) == (noun.value, note.about.external_id)


def test_todos_and_tasks_are_ticked_off(box: BitrixSandbox, crm: Bitrix24) -> None:
    for kind in ("todo", "task"):
        made = written(crm, task(box, kind, type_external_id=kind)).external_id
        assert crm.find_written(DoneTask("d", made)) is None
        done = written(crm, DoneTask("d", made, "Договорились"))
        assert "no result" in done.remark
        assert crm.find_written(DoneTask("d", made)) == Written("d", made, ending=Ending.FINISHED)
        (raw,) = crm.get_many(Noun.TASK, [made])
        said = crm.translate(raw)
        assert isinstance(said, Task)
        assert said.is_done


@pytest.mark.parametrize(
    ("noun", "field", "value", "held"),
    [
        ("company", "company.segment", "ключевой", "44"),
        ("company", "UF_CRM_1700000001", "Прочие", "45"),
        ("company", f"company/{setup.REGION}", ["Тверь", "Псков"], ["Тверь", "Псков"]),
        ("company", setup.REGION, None, []),
        ("company", setup.SEGMENT, None, ""),
        ("deal", setup.TENDER, "да", "Y"),
        ("deal", setup.UNTIL, "2026-12-31", "2026-12-31"),
        ("deal", setup.PLEDGE, "1 500,50", "1500.50|RUB"),
        ("deal", setup.SIGNED, "2026-12-31T15:00", "2026-12-31T15:00:00+05:00"),
    ],
)
def test_a_field_is_set_in_the_form_of_its_type(
    box: BitrixSandbox, crm: Bitrix24, noun: str, field: str, value: Value, held: object
) -> None:
    about = ref(box, Noun(noun))
    found = written(crm, SetField("f", about, field, value))
    key = {"company.segment": setup.SEGMENT, "UF_CRM_1700000001": setup.SEGMENT}.get(field, field)
    kept = row(box, noun, about.external_id)
    assert kept[key.rpartition("/")[2]] == held
    assert found.updated_at == datetime.fromisoformat(kept["updatedTime"])


def test_a_phone_is_added_to_the_others(box: BitrixSandbox, crm: Bitrix24) -> None:
    about = ref(box, Noun.COMPANY)
    before = row(box, "company", about.external_id)["fm"]
    written(crm, SetField("f", about, "PHONE", "+7 900 000-00-00"))
    after = row(box, "company", about.external_id)["fm"]
    assert after[:-1] == before
    assert after[-1]["value"] == "+7 900 000-00-00"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        (setup.SEGMENT, "Золотой", "there are: Ключевой, Прочие"),
        (setup.SEGMENT, ["Ключевой", "Прочие"], "one value"),
        (setup.LOGO, "x", "cannot be written into a file"),
        ("company.website", "x", "map it first"),
        ("UF_CRM_5", "x", "no such field"),
        ("PHONE", None, "one value"),
    ],
)
def test_a_value_that_does_not_fit_is_not_written(
    box: BitrixSandbox, crm: Bitrix24, field: str, value: Value, why: str
) -> None:
    assert why in why_not(crm, SetField("f", ref(box, Noun.COMPANY), field, value))


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        (setup.UNTIL, "завтра", "2026-12-31"),
        (setup.PLEDGE, "много", "not a number"),
        (setup.PLEDGE, "inf", "not a number"),
        (setup.TENDER, "может", "boolean"),
    ],
)
def test_nor_is_one_that_cannot_be_read(
    box: BitrixSandbox, crm: Bitrix24, field: str, value: str, why: str
) -> None:
    assert why in why_not(crm, SetField("f", ref(box), field, value))


def test_what_bitrix_does_not_take_is_told_item_by_item(box: BitrixSandbox, crm: Bitrix24) -> None:
    writes: Sequence[Write] = [
        AddTag("tag", ref(box), "срочно"),
        NewTask("undue", ref(box), "Когда?"),
        NewTask("gone", Ref(Noun.DEAL, "99"), "Нет такой", due_on=DAY),
        NewTask("odd", Ref(Noun.DEAL, "x"), "Нет такой", due_on=DAY),
        NewNote("user", Ref(Noun.USER, "1"), "Никому"),
        NewNote("fine", ref(box), "Всё хорошо"),
        DoneTask("none", "todo/x"),
    ]
    outcomes = {one.key: one for one in crm.write(writes)}
    reasons = {key: o.reason for key, o in outcomes.items() if isinstance(o, NotWritten)}
    assert set(outcomes) - set(reasons) == {"fine"}
    said = {"tag": "no tags", "undue": "the day", "gone": "Element not found", "odd": "numbers",
            "user": "takes nothing", "none": "numbers"}  # fmt: skip
    assert {key: said[key] in reason for key, reason in reasons.items()} == dict.fromkeys(
        said, True
    )


def test_a_right_that_is_missing_is_told(box: BitrixSandbox, crm: Bitrix24) -> None:
    box.forbidden.add("crm.activity.todo.add")
    assert "insufficient_scope" in why_not(crm, task(box))


@pytest.mark.parametrize("kind", ["todo", "task", "note"])
def test_a_write_whose_answer_is_lost_is_found_and_not_made_twice(
    box: BitrixSandbox, crm: Bitrix24, kind: str
) -> None:
    wish: NewTask | NewNote = task(box, "lost", type_external_id=kind)
    if kind == "note":
        wish = NewNote("lost", ref(box), "Отгрузили")
    assert crm.find_written(wish) is None
    box.faults.append(Fault(".*[.]add", lose_answer=True))
    with pytest.raises(RetryLater) as caught:
        list(crm.write([wish]))
    assert caught.value.is_unsure
    found = crm.find_written(wish)
    assert found is not None
    kept = row(
        box, {"todo": "activity", "task": "task", "note": "comment"}[kind], found.external_id
    )
    assert mark("lost") in str(kept)
    assert crm.find_written(AddTag("t", ref(box), "x")) is None
    assert crm.find_written(NewNote("n", Ref(Noun.USER, "1"), "x")) is None


def test_a_change_is_not_repeated_over_what_a_person_did_since(
    box: BitrixSandbox, crm: Bitrix24
) -> None:
    about = ref(box, Noun.COMPANY)
    wish = SetField("f", about, setup.SEGMENT, "Прочие")
    crm.about()
    assert crm.find_written(wish) is None
    assert crm.find_written(wish, timedelta(minutes=5)) is None
    box.change("company", int(about.external_id), title="Новое")
    found = crm.find_written(wish, timedelta(minutes=5))
    assert found is not None
    assert "changed" in found.remark
    gone = SetField("f", Ref(Noun.COMPANY, "99"), setup.SEGMENT, "Прочие")
    assert crm.find_written(gone, timedelta(minutes=5)) is None


def test_too_many_requests_before_a_write_are_waited_out(
    box: BitrixSandbox, crm: Bitrix24, waits: list[float]
) -> None:
    box.faults.append(Fault(".*[.]add", is_limit=True))
    written(crm, task(box))
    assert len(waits) == 1
