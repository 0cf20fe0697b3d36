"""What came of a task is told where each CRM shows it, once, whatever it lets us do."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import pytest

from connectors.bitrix24 import Bitrix24
from connectors.kit import pace
from connectors.kit.contract import Credentials
from connectors.kit.errors import RetryLater
from connectors.kit.marks import mark
from connectors.kit.records import Noun
from connectors.kit.writes import DoneTask, Ending, NewTask, NotWritten, Ref, Writes, Written
from connectors.profiled import SberCrm
from connectors.sandbox.bitrix24 import BitrixSandbox
from connectors.sandbox.faults import Fault
from connectors.sandbox.sbercrm import SberSandbox
from connectors.sandbox.world import MadeUpWorld
from tests.fakes import profiles
from tests.fakes.portal import connected, portal

BACK = "Вернулось к обычному"


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "sleep", lambda _: None)


@pytest.fixture
def box() -> Iterator[BitrixSandbox]:
    with portal(deals=12) as box:
        yield box


@pytest.fixture
def crm(box: BitrixSandbox) -> Iterator[Bitrix24]:
    with connected(box) as crm:
        yield crm


@pytest.fixture
def tenant() -> Iterator[SberSandbox]:
    with SberSandbox(MadeUpWorld(size=3, deals=20, contacts=6, today=date(2026, 11, 1))) as box:
        yield box


def tell(crm: Writes, done: DoneTask) -> Written | NotWritten:
    (outcome,) = crm.write([done])
    return outcome


def ending(crm: Writes, done: DoneTask) -> Ending | None:
    outcome = tell(crm, done)
    assert isinstance(outcome, Written), outcome
    return outcome.ending


def made(crm: Writes, about: Ref, kind: str | None = None) -> DoneTask:
    """What finishes a task that was just created."""
    task = NewTask("a", about, "Позвонить", due_on=date(2026, 12, 1), type_external_id=kind)
    (outcome,) = crm.write([task])
    assert isinstance(outcome, Written), outcome
    return DoneTask("d", outcome.external_id, BACK, about, task.text)


def company(box: BitrixSandbox) -> Ref:
    return Ref(Noun.COMPANY, str(box.ids("company")[-1]))


@pytest.mark.parametrize("kind", ["todo", "task"])
def test_bitrix24_has_it_once_in_the_timeline_of_the_record(
    box: BitrixSandbox, crm: Bitrix24, kind: str
) -> None:
    done = made(crm, company(box), kind)
    box.faults.append(Fault(".*(complete|activity[.]update)", hang_up=True, times=None))
    with pytest.raises(RetryLater):
        tell(crm, done)
    assert crm.find_written(done) is None
    box.faults.clear()
    assert ending(crm, done) is Ending.FINISHED
    said = [box.row("comment", id_)["COMMENT"] for id_ in box.ids("comment")]
    assert said.count(f"{BACK}\n{mark('d')}") == 1


def test_bitrix24_has_it_where_the_task_may_not_be_ticked_off(
    box: BitrixSandbox, crm: Bitrix24
) -> None:
    done = made(crm, company(box), "task")
    box.forbidden.add("tasks.task.complete")
    assert ending(crm, done) is Ending.COMMENTED
    outcome = tell(crm, DoneTask("e", done.external_id))
    assert isinstance(outcome, NotWritten)
    assert "insufficient_scope" in outcome.reason


def test_a_task_of_bitrix24_is_ticked_off_where_comments_are_refused(
    box: BitrixSandbox, crm: Bitrix24
) -> None:
    done = made(crm, company(box))
    box.forbidden.add("crm.timeline.comment.add")
    outcome = tell(crm, done)
    assert isinstance(outcome, Written)
    assert outcome.ending is Ending.FINISHED
    assert "the comment was refused" in outcome.remark


def test_a_task_of_bitrix24_that_waits_for_approval_is_done(
    box: BitrixSandbox, crm: Bitrix24
) -> None:
    done = made(crm, company(box), "task")
    number = int(done.external_id.removeprefix("task/"))
    box.change("task", number, taskControl="Y")
    assert ending(crm, done) is Ending.FINISHED
    assert box.row("task", number)["status"] == "4"
    assert ending(crm, DoneTask("e", done.external_id)) is Ending.WAS_DONE


def sbercrm(tenant: SberSandbox, text: str) -> Any:
    token = profiles.secrets(tenant.token, tenant.url)
    return SberCrm(Credentials(tenant.url, token, {"profile": text}))


def test_a_webhook_that_is_told_the_id_finishes_the_task_even_twice(tenant: SberSandbox) -> None:
    with closing(sbercrm(tenant, profiles.writing_sbercrm())) as crm:
        done = made(crm, Ref(Noun.DEAL, tenant.ids("deal")[0]))
        tenant.faults.append(Fault(".*webhook.*", lose_answer=True))
        with pytest.raises(RetryLater):
            tell(crm, done)
        assert crm.find_written(done) is None  # nobody can be asked, and twice does no harm
        assert ending(crm, done) is Ending.FINISHED
    row = tenant.books.rows["task"][done.external_id]
    assert (row["done"], row["name"], row["kommentarij$c"]) == (True, "Позвонить", BACK)


def test_where_the_profile_cannot_finish_a_task_it_is_noted(tenant: SberSandbox) -> None:
    text = profiles.writing_sbercrm()
    alone = text[: text.rindex("  done:")]
    with closing(sbercrm(tenant, alone)) as crm:
        done = made(crm, Ref(Noun.DEAL, tenant.ids("deal")[0]))
        assert tell(crm, done) == NotWritten("d", "the profile does not say how a task is finished")
    noting = alone + alone[alone.rindex("  task:") :].replace("task:", "note:")
    with closing(sbercrm(tenant, noting)) as crm:
        assert ending(crm, done) is Ending.COMMENTED
    rows = tenant.books.rows["task"].values()
    assert [row["name"] for row in rows if mark("d") in str(row.get("kommentarij$c"))] == [BACK]
