"""What a pull after the first one brings, also where a portal leaves something out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import time

import orjson
import pytest

from connectors.bitrix24.cursor import OVERLAP, Reach
from connectors.kit import pace
from connectors.kit.errors import NoRights, RetryLater
from connectors.kit.records import Company, Noun
from connectors.sandbox.bitrix24 import BitrixSandbox
from connectors.sandbox.faults import Fault
from tests.fakes.portal import connected, portal, pulled, records


@pytest.fixture
def box() -> Iterator[BitrixSandbox]:
    with portal() as box:
        yield box


def reach(cursor: str) -> Reach:
    return Reach.model_validate_json(cursor)


def test_with_nothing_changed_a_noun_costs_one_request_or_two(box: BitrixSandbox) -> None:
    with connected(box) as crm:
        crm.about()
        cursors = {noun: pulled(crm, noun)[1] for noun in crm.nouns}
        costs = {}
        for noun, cursor in cursors.items():
            before = crm.requests
            pulled(crm, noun, cursor or None)
            costs[noun] = crm.requests - before
    assert sum(costs.values()) == 16
    assert {noun: cost for noun, cost in costs.items() if cost > 1} == {
        Noun.PIPELINE: 2,  # funnels and stages
        Noun.COMPANY: 3,  # and their requisites, changed and new
        Noun.TASK: 2,  # to-dos and tasks
    }


def test_the_time_moves_at_the_end_and_begins_a_little_before(box: BitrixSandbox) -> None:
    with connected(box) as crm:
        pages = list(crm.pull(Noun.DEAL, None))
    amid, end = (reach(page.cursor or "") for page in pages)
    assert (amid.since, amid.after) == (None, max(box.ids("deal")))
    assert end.since == (amid.until or datetime.min.replace(tzinfo=UTC)) - OVERLAP
    assert abs((end.whole or datetime.min.replace(tzinfo=UTC)).timestamp() - time()) < 60


def test_a_change_of_requisites_brings_their_company(box: BitrixSandbox) -> None:
    with connected(box) as crm:
        _, cursor = pulled(crm, Noun.COMPANY)
        id_ = box.ids("requisite")[0]
        company = box.row("requisite", id_)["ENTITY_ID"]
        box.change("requisite", id_, RQ_INN="7799999990")
        rows, _ = pulled(crm, Noun.COMPANY, cursor)
        assert [raw.external_id for raw in rows] == [company]
        found = crm.translate(rows[0])
    assert isinstance(found, Company)
    assert found.inn == "7799999990"


def test_new_requisites_bring_their_company_though_they_never_changed(box: BitrixSandbox) -> None:
    company = box.ids("company")[1]
    with connected(box) as crm:
        _, cursor = pulled(crm, Noun.COMPANY)
        box.add("requisite", ENTITY_TYPE_ID="4", ENTITY_ID=str(company), DATE_MODIFY=None)
        rows, _ = pulled(crm, Noun.COMPANY, cursor)
    assert [raw.external_id for raw in rows] == [str(company)]
    assert len(rows[0].body["joined"]["requisites"]) == 2


def test_more_requisites_than_a_page_holds_all_come(box: BitrixSandbox) -> None:
    company = box.ids("company")[1]
    for _ in range(60):
        box.add("requisite", ENTITY_TYPE_ID="4", ENTITY_ID=str(company))
    with connected(box) as crm:
        (raw,) = crm.get_many(Noun.COMPANY, [str(company)])
    assert len(raw.body["joined"]["requisites"]) == 61


def test_requisites_of_many_companies_come_in_one_batch(box: BitrixSandbox) -> None:
    for number in range(100, 260):
        box.add("company", title=f"Фирма {number}", isMyCompany="N")
    for id_ in box.ids("company")[-60:]:
        box.add("requisite", ENTITY_TYPE_ID="4", ENTITY_ID=str(id_), RQ_INN="7700000000")
    with connected(box) as crm:
        rows, _ = pulled(crm, Noun.COMPANY)
    numbered = [raw for raw in rows if "requisites" in raw.body.get("joined", {})]
    assert len(numbered) == box.count("requisite")


def test_all_is_read_once_in_a_while_so_that_deletions_show(box: BitrixSandbox) -> None:
    with connected(box) as crm:
        rows, cursor = pulled(crm, Noun.DEAL)
        at = reach(cursor)
        old = (at.whole or datetime.now(UTC)) - timedelta(days=8)  # noqa: TID251 - the sandbox's
        box.remove("deal", int(rows[0].external_id))
        pages = list(crm.pull(Noun.DEAL, at.model_copy(update={"whole": old}).kept()))
        assert all(page.is_whole for page in pages)
        assert {raw.external_id for raw in records(pages)} == {raw.external_id for raw in rows[1:]}
        assert reach(pages[-1].cursor or "").whole != old
        assert not any(page.is_whole for page in crm.pull(Noun.DEAL, pages[-1].cursor))


def test_the_history_only_grows_and_is_not_read_again(box: BitrixSandbox) -> None:
    with connected(box) as crm:
        _, cursor = pulled(crm, Noun.EVENT)
        old = reach(cursor).model_copy(update={"whole": datetime(2020, 1, 1, tzinfo=UTC)})
        rows, _ = pulled(crm, Noun.EVENT, old.kept())
        assert rows == []
        box.add("history", OWNER_ID=5, TYPE_ID=2, STAGE_ID="NEW", CATEGORY_ID=0)
        rows, _ = pulled(crm, Noun.EVENT, cursor)
    assert len(rows) == 1


def test_tasks_without_the_right_to_them_keep_no_todo_waiting(box: BitrixSandbox) -> None:
    """They all come as soon as the scope is there."""
    box.forbidden.add("tasks.task.list")
    stored = []
    with connected(box) as crm:
        pages = crm.pull(Noun.TASK, None)
        with pytest.raises(NoRights, match="insufficient_scope"):
            stored.extend(iter(pages))
        with pytest.raises(NoRights, match="insufficient_scope"):
            stored.extend(crm.pull(Noun.TASK, None))
        assert {raw.external_id.partition("/")[0] for raw in records(stored)} == {"todo"}
        last = stored[-1]
        assert (last.is_whole, reach(last.cursor or "").left) == (False, ("task/",))
        box.forbidden.clear()
        rows, cursor = pulled(crm, Noun.TASK, last.cursor)
    assert {raw.external_id for raw in rows} == {f"task/{id_}" for id_ in box.ids("task")}
    assert reach(cursor).left == ()


def test_a_walk_that_stopped_in_the_second_list_does_not_read_the_first(
    box: BitrixSandbox,
) -> None:
    with connected(box) as crm:
        pages = list(crm.pull(Noun.TASK, None))
        middle = next(p.cursor for p in pages if reach(p.cursor or "").place == "task/")
        rows, _ = pulled(crm, Noun.TASK, middle)
    assert rows == []


def test_a_portal_without_smart_invoices_has_none(box: BitrixSandbox) -> None:
    box.lists.off.add("invoice")
    with connected(box) as crm:
        assert list(crm.pull(Noun.INVOICE, None)) == []
        assert {raw.external_id.partition("/")[0] for raw in pulled(crm, Noun.FIELD)[0]} == {
            "deal", "company",
        }  # fmt: skip
        with pytest.raises(NoRights):
            list(crm.get_many(Noun.INVOICE, ["1"]))


def test_a_portal_that_ignores_a_way_of_writing_times_is_asked_in_the_other(
    box: BitrixSandbox,
) -> None:
    box.lists.ignores_iso = True
    with connected(box) as crm:
        assert crm.about().facts["dates"] == "plain"
    with connected(box, {"dates": "plain"}) as crm:
        _, cursor = pulled(crm, Noun.DEAL)
        changed = box.ids("deal")[0]
        box.change("deal", changed, title="Новое")
        rows, _ = pulled(crm, Noun.DEAL, cursor)
    assert [raw.external_id for raw in rows] == [str(changed)]


def test_a_portal_that_keeps_to_no_time_gives_all_and_says_so(box: BitrixSandbox) -> None:
    box.lists.ignores_iso = True
    with connected(box) as crm:
        _, cursor = pulled(crm, Noun.DEAL)
        assert len(pulled(crm, Noun.DEAL, cursor)[0]) == box.count("deal")
    late = {"result": {"items": [{"id": 1}]}}
    body = {"result": {"result": {"me": {"ADMIN": True}, "money": [], **late_of(late)}}}
    box.faults.append(Fault(".*/batch", status=200, body=orjson.dumps(body)))
    with connected(box) as crm:
        about = crm.about()
    assert "dates" not in about.facts
    assert "ignores the filter" in about.warnings[0]


def late_of(answer: dict[str, object]) -> dict[str, object]:
    return {"iso": answer["result"], "plain": answer["result"]}


def test_who_is_no_administrator_is_warned(box: BitrixSandbox) -> None:
    box.admin = False
    with connected(box) as crm:
        about = crm.about()
    assert about.facts == {"currency": "RUB", "is_admin": "no", "dates": "iso"}
    assert (about.account, "administrator" in about.warnings[0]) == (box.host, True)


def test_a_renamed_portal_is_the_one_that_it_was_where_an_admin_says_so(
    box: BitrixSandbox,
) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    body = box.events.body("ONCRMDEALADD", {"FIELDS": {"ID": 5}})
    with connected(box, {"account": "old.bitrix24.ru"}) as crm:
        assert crm.about().account == "old.bitrix24.ru"
        assert crm.read_hook(form, body).account == "old.bitrix24.ru"
        stranger = body.replace(b"127.0.0.1", b"127.0.0.9")
        assert str(crm.read_hook(form, stranger).account).startswith("127.0.0.9")


def test_no_filter_is_used_that_a_strict_portal_does_not_know(box: BitrixSandbox) -> None:
    box.lists.strict = True
    with connected(box) as crm:
        for noun in crm.nouns:
            _, cursor = pulled(crm, noun)
            pulled(crm, noun, cursor or None)
            list(crm.get_related(noun, "5"))


def test_a_whole_reading_takes_in_what_was_left_out_before(box: BitrixSandbox) -> None:
    """Else its last page alone would be whole, and all that there is would seem gone."""
    with connected(box) as crm:
        rows, cursor = pulled(crm, Noun.TASK)
        old = {"whole": datetime(2020, 1, 1, tzinfo=UTC), "left": ("task/",)}
        pages = list(crm.pull(Noun.TASK, reach(cursor).model_copy(update=old).kept()))
    assert all(page.is_whole for page in pages)
    assert records(pages) == rows


def test_a_list_that_is_refused_in_a_whole_reading_makes_it_none(box: BitrixSandbox) -> None:
    box.forbidden.add("crm.activity.list")
    stored = []
    with connected(box) as crm, pytest.raises(NoRights):
        stored.extend(crm.pull(Noun.TASK, None))
    assert {raw.external_id for raw in records(stored)} == {
        f"task/{id_}" for id_ in box.ids("task")
    }
    assert not any(page.is_whole for page in stored)


def test_a_gateway_that_gives_up_is_asked_for_fewer_pages(
    box: BitrixSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "sleep", [].append)
    for number in range(400):
        box.add("product", NAME=f"Товар {number}")
    box.faults.append(Fault(".*/batch", status=504, times=10))
    with connected(box) as crm:
        rows, _ = pulled(crm, Noun.PRODUCT)
    assert [raw.external_id for raw in rows] == [str(id_) for id_ in box.ids("product")]


def test_a_kind_of_record_whose_fields_fail_is_not_taken_for_one_without(
    box: BitrixSandbox,
) -> None:
    errors = {"deal": {"error": "INTERNAL_SERVER_ERROR"}}
    rest = {noun: {"fields": []} for noun in ("company", "contact", "invoice")}
    body = {"result": {"result": rest, "result_error": errors}}
    box.faults.append(Fault(".*/batch", status=200, body=orjson.dumps(body)))
    with connected(box) as crm, pytest.raises(RetryLater):
        pulled(crm, Noun.FIELD)
