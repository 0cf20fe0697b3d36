"""No row is missed, whatever happens to Megaplan's lists while they are read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit import pace as kit_pace
from connectors.kit.contract import Page
from connectors.kit.errors import NoRights, RetryLater
from connectors.kit.records import Noun
from connectors.sandbox.faults import Fault
from connectors.sandbox.megaplan import MegaplanSandbox
from connectors.sandbox.megaplan.tagged import moment
from tests.connectors.checks import last_cursor, records
from tests.connectors.megaplan_opened import again, opened

LOST = ["refused", "first", "empty"]


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr(kit_pace, "sleep", waited.append)
    return waited


def alive(box: MegaplanSandbox) -> set[str]:
    return {str(id_) for id_ in box.ids("deal")}


def ids(pages: list[Page]) -> set[str]:
    return {raw.external_id for raw in records(pages)}


@pytest.mark.parametrize("lost", LOST)
@settings(max_examples=20, database=None, derandomize=True, deadline=None)
@given(data=st.data())
def test_rows_that_change_or_vanish_between_pages_hide_no_others(
    lost: str, data: st.DataObject
) -> None:
    with opened(60, lost_anchor=lost, most=8) as (box, crm):
        known = sorted(alive(box))
        cursor: str | None = None
        since = datetime.now(UTC)  # noqa: TID251 - the sandbox's clock
        seen: set[str] = set()
        if data.draw(st.booleans(), label="after the first load"):
            first = list(crm.pull(Noun.DEAL, None))
            cursor, seen = last_cursor(first), ids(first)
            for id_ in known[:30]:
                box.change("deal", int(id_), timeUpdated=moment(since))
        wanted = set(known[:30]) if cursor else set(known)
        touched: set[str] = set()
        left = 6  # a list whose every last row is touched for ever has no end
        for page in crm.pull(Noun.DEAL, cursor):
            seen |= {raw.external_id for raw in page.records}
            now = sorted(alive(box))
            shown = [raw.external_id for raw in page.records]
            last = [id_ for id_ in shown[-1:] if id_ in now]
            touching = st.lists(st.sampled_from([*now[:40], *last]), max_size=3)
            for id_ in data.draw(touching) if left else ():
                if id_ not in alive(box) or not left:
                    continue
                left -= 1
                if data.draw(st.booleans()):
                    box.remove("deal", int(id_))
                else:
                    box.change("deal", int(id_), timeUpdated=moment(since + timedelta(minutes=1)))
                    touched.add(id_)
        # what changed in the middle comes now or with the next pull, which begins before this one
        assert (wanted - touched) & alive(box) - seen == set()


@pytest.mark.parametrize("lost", LOST)
def test_a_load_that_was_stopped_goes_on_when_the_whole_last_page_is_gone(lost: Any) -> None:
    with opened(60, lost_anchor=lost, most=10) as (box, crm):
        pages = crm.pull(Noun.DEAL, None)
        stored = [next(pages), next(pages)]
        for raw in stored[1].records:
            box.remove("deal", int(raw.external_id))
        later = list(again(box).pull(Noun.DEAL, stored[1].cursor))
        assert alive(box) - ids([*stored, *later]) == set()


def test_an_empty_page_in_the_middle_is_not_the_end() -> None:
    empty = b'{"meta":{"status":200,"errors":[],"pagination":[]},"data":[]}'
    with opened(60, most=10) as (box, crm):
        pages = crm.pull(Noun.DEAL, None)
        first = next(pages)
        box.faults.append(Fault(path="/api/v3/deal$", status=200, body=empty))
        assert ids([first, *pages]) == alive(box)


def test_what_always_promises_more_ends() -> None:
    more = b'{"meta":{"status":200,"pagination":{"hasMoreNext":true}},"data":[]}'
    with opened(60, most=10) as (box, crm):
        box.faults.append(Fault(path="/api/v3/deal$", status=200, body=more, times=None))
        with pytest.raises(RetryLater, match="more was promised"):
            list(crm.pull(Noun.DEAL, None))


def test_changes_come_by_the_last_change_and_cost_little() -> None:
    with opened(330) as (box, crm):
        cursor = last_cursor(crm.pull(Noun.DEAL, None))
        changed = sorted(alive(box))[:3]
        for id_ in changed:
            box.change("deal", int(id_), name="новое имя")
        before = crm.requests
        assert ids(list(crm.pull(Noun.DEAL, cursor))) == set(changed)
        assert crm.requests - before == 1


def test_a_list_that_does_not_keep_its_order_is_read_whole() -> None:
    with opened(60, most=10) as (box, crm):
        cursor = last_cursor(crm.pull(Noun.DEAL, None))
        box.switches.sorts = False
        assert ids(list(crm.pull(Noun.DEAL, cursor))) == alive(box)


def test_a_week_later_all_is_read_and_who_is_gone_shows() -> None:
    with opened(60) as (box, crm):
        cursor = last_cursor(crm.pull(Noun.DEAL, None))
        box.clock = lambda: datetime.now(UTC).timestamp() + 8 * 86_400  # noqa: TID251 - a week on
        pages = list(again(box).pull(Noun.DEAL, cursor))
        assert ids(pages) == alive(box)
        assert all(page.is_whole for page in pages)


def test_invoices_and_fields_are_read_again_after_some_hours_only() -> None:
    with opened(60) as (box, crm):
        for noun in (Noun.INVOICE, Noun.FIELD):
            cursor = last_cursor(crm.pull(noun, None))
            assert list(crm.pull(noun, cursor)) == []
            box.clock = lambda: datetime.now(UTC).timestamp() + 86_400  # noqa: TID251 - a day on
            assert records(again(box).pull(noun, cursor))
            box.clock = lambda: datetime.now(UTC).timestamp()  # noqa: TID251 - today


def test_finished_tasks_come_too_and_without_the_filter_nobody_counts_as_gone() -> None:
    with opened() as (box, crm):
        box.change("task", box.ids("task")[-1], status="accepted")
        pages = list(crm.pull(Noun.TASK, None))
        assert len(records(pages)) == box.count("task")
        assert all(page.is_whole for page in pages)
        box.switches.filters = "refused"
        pages = list(again(box).pull(Noun.TASK, None))
        assert 0 < len(records(pages)) < box.count("task")
        assert not any(page.is_whole for page in pages)
        task = box.ids("task")[0]
        assert [raw.external_id for raw in crm.get_many(Noun.TASK, [str(task)])] == [str(task)]


def test_too_fast_is_waited_out_with_and_without_a_hint(waits: list[float]) -> None:
    with opened(60) as (box, crm):
        for tells in (True, False):
            box.switches.tells_wait = tells
            box.faults.append(Fault(path="/api/v3/deal$", is_limit=True))
            assert ids(list(crm.pull(Noun.DEAL, None))) == alive(box)
        assert waits[0] == 1.0
        assert len(waits) == 2


def test_an_order_that_is_refused_is_gone_without() -> None:
    with opened(60, most=10) as (box, crm):
        box.faults.append(Fault(path="/api/v3/deal$", status=422))
        first = list(crm.pull(Noun.DEAL, None))
        assert ids(first) == alive(box)
        box.faults.append(Fault(path="/api/v3/deal$", status=422))
        assert ids(list(again(box).pull(Noun.DEAL, last_cursor(first)))) == alive(box)
        box.faults.append(Fault(path="/api/v3/deal$", status=422, times=None))
        with pytest.raises(NoRights, match="422"):
            list(again(box).pull(Noun.DEAL, None))
