"""No row is missed, whatever happens to Megaplan's lists while they are read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit import pace as kit_pace
from connectors.kit.contract import Page
from connectors.kit.errors import NeedsReauth, NoRights, RetryLater
from connectors.kit.records import Noun
from connectors.sandbox.faults import Fault
from connectors.sandbox.megaplan import MegaplanSandbox
from connectors.sandbox.megaplan.tagged import link, moment
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


def test_a_field_that_the_account_does_not_know_is_asked_for_no_more() -> None:
    with opened(60, missing=frozenset({"stateTimeUpdated", "cost"})) as (box, crm):
        pages = list(crm.pull(Noun.DEAL, None))
        assert ids(pages) == alive(box)
        assert "price" in records(pages)[0].body
        assert sum(seen.status == 422 for seen in box.requests) == 1


def test_what_rights_hide_is_absent_and_not_nothing() -> None:
    with opened(60, hidden=frozenset({"price", "cost"})) as (_, crm):
        raw = records(crm.pull(Noun.DEAL, None))[0]
        deal: Any = crm.translate(raw)
        assert deal.amount is None


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


def test_an_error_inside_of_a_good_answer_is_an_error() -> None:
    with opened(60, error_inside=True) as (box, crm):
        box.token, good = "another", box.token
        box.tokens.replace("another")
        with pytest.raises(NeedsReauth, match="401"):
            list(crm.pull(Noun.DEAL, None))
        box.tokens.replace(good)
        for status, error in (
            (403, NoRights),
            (422, NoRights),
            (429, RetryLater),
            (502, RetryLater),
        ):
            body = b'{"meta":{"status":%d,"errors":[]},"data":null}' % status
            box.faults.append(Fault(path="/api/v3/deal$", status=200, body=body, times=None))
            with pytest.raises(error, match=str(status)):
                list(crm.pull(Noun.DEAL, None))
            box.faults.clear()


def test_too_fast_is_waited_out_with_and_without_a_hint(waits: list[float]) -> None:
    with opened(60) as (box, crm):
        for tells in (True, False):
            box.switches.tells_wait = tells
            box.faults.append(Fault(path="/api/v3/deal$", is_limit=True))
            assert ids(list(crm.pull(Noun.DEAL, None))) == alive(box)
        assert waits[0] == 1.0
        assert len(waits) == 2


def test_legal_details_are_found_for_many_for_a_few_and_where_they_are_hidden() -> None:
    with opened() as (box, crm):
        cursor = last_cursor(crm.pull(Noun.COMPANY, None))
        company = box.ids("contractorCompany")[0]
        box.change("contractorCompany", company, payers=[], payersCount=1)
        few: Any = [crm.translate(raw) for raw in records(again(box).pull(Noun.COMPANY, cursor))]
        assert [one.inn for one in few] == [box.row("payer", company)["inn"]]
        box.switches.no_access = frozenset({"payer", "contractor"})
        blind: Any = [crm.translate(raw) for raw in records(again(box).pull(Noun.COMPANY, None))]
        assert {one.inn for one in blind} == {None}


def test_comments_come_by_the_deals_that_were_commented_on() -> None:
    with opened() as (box, crm):
        first = list(crm.pull(Noun.NOTE, None))
        assert len(records(first)) == box.count("comment")
        cursor, deal = last_cursor(first), box.ids("deal")[0]
        said = link("Comment", 99) | {"content": "новое", "subject": link("Deal", deal)}
        now = moment(datetime.now(UTC))  # noqa: TID251 - the sandbox's clock
        box.put("comment", said | {"timeCreated": now, "timeUpdated": now})
        box.put("deal", box.row("deal", deal) | {"lastCommentTimeCreated": now})
        assert ids(list(crm.pull(Noun.NOTE, cursor))) == {"99"}
        box.switches.sorts = False
        assert "99" in ids(list(again(box).pull(Noun.NOTE, cursor)))


def test_records_are_fetched_by_their_ids_as_lists_have_them() -> None:
    with opened() as (box, crm):
        for noun in crm.nouns:
            listed = records(crm.pull(noun, None))[-1]
            assert list(crm.get_many(noun, [listed.external_id, "404404"])) == [listed]
        deal = str(box.row("task", box.ids("task")[0])["deals"][0]["id"])
        assert {raw.noun for raw in crm.get_related(Noun.DEAL, deal)} >= {Noun.TASK}
        assert list(crm.get_related(Noun.DEAL, "../x")) == []


def test_who_the_account_is_and_whose_rights_we_have() -> None:
    with opened() as (box, crm):
        about = crm.about()
        assert (about.account, about.facts, about.warnings) == (box.host, {"currency": "RUB"}, ())
        me = b'{"data":{"contentType":"ContractorHuman","id":"1","name":"x"}}'
        box.faults.append(Fault(path="/api/v3/currentUser", status=200, body=me))
        box.switches.no_access = frozenset({"currency"})
        stranger = again(box).about()
        assert stranger.facts == {}
        assert "customer" in stranger.warnings[0]


def test_definitions_that_we_may_not_see_cost_only_the_custom_values() -> None:
    with opened(60) as (box, _):
        box.faults.append(Fault(path=r".*/extraFields", status=403, body=b"{}", times=None))
        crm = again(box)
        assert ids(list(crm.pull(Noun.DEAL, None))) == alive(box)
        with pytest.raises(NoRights):
            list(crm.pull(Noun.FIELD, None))
