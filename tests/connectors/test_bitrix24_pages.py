"""Walks by id: complete, without repeats, whatever is deleted meanwhile and wherever they stop."""

from collections.abc import Iterator
from random import Random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit import pace
from connectors.kit.errors import NoRights, RetryLater
from connectors.kit.records import Noun
from connectors.sandbox.bitrix24 import BitrixSandbox
from connectors.sandbox.faults import Fault
from tests.fakes.portal import connected, portal, pulled, records

MOST = settings(max_examples=200, deadline=None, database=None, derandomize=True)
LONG = st.integers(0, 330)
BATCH = st.integers(1, 6)


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr(pace, "sleep", waited.append)
    return waited


@pytest.fixture(scope="module")
def box() -> Iterator[BitrixSandbox]:
    with portal(deals=3) as box:
        yield box


def shelf(box: BitrixSandbox, count: int, seed: int) -> list[str]:
    """So many products and no others, with gaps between their ids."""
    dice = Random(seed)
    for id_ in box.ids("product"):
        box.remove("product", id_)
    ids, id_ = [], 0
    for _ in range(count):
        id_ += dice.choice((1, 1, 1, 7, 90))
        box.books.put("product", {"ID": str(id_), "NAME": f"Товар {id_}", "PRICE": "1.00"})
        ids.append(str(id_))
    return ids


@pytest.mark.heavy
@MOST
@given(count=LONG, batch=BATCH, seed=st.integers(0, 9))
def test_all_rows_come_once_in_their_order(
    box: BitrixSandbox, count: int, batch: int, seed: int
) -> None:
    ids = shelf(box, count, seed)
    with connected(box, {"batch": str(batch)}) as crm:
        rows, _ = pulled(crm, Noun.PRODUCT)
    assert [raw.external_id for raw in rows] == ids


@pytest.mark.heavy
@MOST
@given(count=LONG, batch=BATCH, seed=st.integers(0, 9), data=st.data())
def test_what_is_deleted_or_added_between_requests_hides_no_other(
    box: BitrixSandbox, count: int, batch: int, seed: int, data: st.DataObject
) -> None:
    ids = shelf(box, count, seed)
    gone: set[str] = set()
    seen: list[str] = []
    with connected(box, {"batch": str(batch)}) as crm:
        for page in crm.pull(Noun.PRODUCT, None):
            seen += [raw.external_id for raw in page.records]
            rest = [id_ for id_ in ids if id_ not in gone]
            if rest:
                lost = data.draw(st.sampled_from(rest))
                box.remove("product", int(lost))
                gone.add(lost)
            box.add("product", NAME="Новый")
    assert set(ids) - gone <= set(seen)
    assert len(seen) == len(set(seen))


@pytest.mark.heavy
@MOST
@given(count=LONG, batch=BATCH, seed=st.integers(0, 9), data=st.data())
def test_a_walk_that_stops_goes_on_behind_the_last_row_that_was_kept(
    box: BitrixSandbox, count: int, batch: int, seed: int, data: st.DataObject
) -> None:
    ids = shelf(box, count, seed)
    with connected(box, {"batch": str(batch)}) as crm:
        pages = list(crm.pull(Noun.PRODUCT, None))
        kept = data.draw(st.integers(1, len(pages)))
        rest = list(crm.pull(Noun.PRODUCT, pages[kept - 1].cursor)) if kept < len(pages) else []
    found = [raw.external_id for raw in records([*pages[:kept], *rest])]
    assert found == ids
    assert all(page.is_whole for page in [*pages, *rest])


def test_a_first_load_asks_for_more_and_more_pages_at_once(box: BitrixSandbox) -> None:
    shelf(box, 50 * 30, 1)
    with connected(box) as crm:
        crm.about()
        before = crm.requests
        pulled(crm, Noun.PRODUCT)
        assert crm.requests - before == 4  # 1, 4, 16 and 50 pages, the last of which are empty


def test_nothing_behind_a_short_page_is_believed(box: BitrixSandbox) -> None:
    """A reference into a short page is empty and means "from the start"."""
    ids = shelf(box, 120, 2)
    with connected(box) as crm:
        rows, _ = pulled(crm, Noun.PRODUCT)
    assert [raw.external_id for raw in rows] == ids
    (asked,) = [seen for seen in box.requests if seen.path.endswith("/batch")][-1:]
    assert asked.status == 200


def test_a_full_last_page_is_followed_by_an_empty_one(box: BitrixSandbox) -> None:
    ids = shelf(box, 50, 3)
    with connected(box) as crm:
        assert [raw.external_id for raw in pulled(crm, Noun.PRODUCT)[0]] == ids


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ({"result": {"p0": []}, "result_error": []}, "lacks a part"),
        ({"result": [], "result_error": []}, "lacks a part"),
        ([], "lacks a part"),
        ({"result": {f"p{n}": {"a": 1} for n in range(4)}, "result_error": []}, "no list"),
    ],
)
def test_an_answer_that_makes_no_sense_is_no_end(
    box: BitrixSandbox, result: object, said: str
) -> None:
    shelf(box, 60, 4)
    box.faults.append(
        Fault(".*/batch", status=200, body=orjson.dumps({"result": result}), times=None)
    )
    with connected(box) as crm, pytest.raises(RetryLater, match=said):
        pulled(crm, Noun.PRODUCT)
    box.faults.clear()


def test_a_list_that_is_refused_within_a_batch_is_refused(box: BitrixSandbox) -> None:
    shelf(box, 60, 4)
    errors = {f"p{n}": {"error": "ACCESS_DENIED", "error_description": "No"} for n in range(4)}
    body = {"result": {"result": [], "result_error": errors}}
    box.faults.append(Fault(".*/batch", status=200, body=orjson.dumps(body), times=None))
    with connected(box) as crm, pytest.raises(NoRights, match=r"127.*access_denied"):
        pulled(crm, Noun.PRODUCT)
    box.faults.clear()


def test_a_row_without_an_id_is_kept_and_listed(box: BitrixSandbox) -> None:
    body = orjson.dumps({"result": [{"NAME": "?"}, 5, {"ID": "7"}]})
    box.faults.append(Fault(".*/crm.product.list", status=200, body=body))
    with connected(box) as crm:
        rows, _ = pulled(crm, Noun.PRODUCT)
    assert [raw.external_id[:6] for raw in rows] == ["no-id-", "no-id-", "7"]


def test_records_are_fetched_by_id_fifty_at_a_time(box: BitrixSandbox) -> None:
    ids = shelf(box, 130, 5)
    with connected(box) as crm:
        found = list(crm.get_many(Noun.PRODUCT, [*ids, "999999999", "x", ids[0]]))
    assert [raw.external_id for raw in found] == ids


def test_who_is_not_asked_for_shows_that_the_filter_is_ignored(box: BitrixSandbox) -> None:
    shelf(box, 5, 6)
    body = orjson.dumps({"result": [{"ID": "77"}]})
    box.faults.append(Fault(".*/crm.product.list", status=200, body=body))
    with connected(box) as crm, pytest.raises(RetryLater, match="ignores the filter"):
        list(crm.get_many(Noun.PRODUCT, ["5"]))


def test_a_record_comes_alike_from_a_list_and_by_its_id(box: BitrixSandbox) -> None:
    """Each night the two are compared."""
    with connected(box) as crm:
        for noun in crm.nouns:
            rows, _ = pulled(crm, noun)
            alone = list(crm.get_many(noun, [raw.external_id for raw in rows]))
            assert alone == rows


def test_tasks_and_activities_about_a_record_are_found(box: BitrixSandbox) -> None:
    deal = box.ids("deal")[0]
    todo = box.add("activity", OWNER_TYPE_ID="2", OWNER_ID=str(deal), PROVIDER_ID="CRM_TODO")
    call = box.add("activity", OWNER_TYPE_ID="2", OWNER_ID=str(deal), PROVIDER_ID="CALL")
    task = box.add("task", title="Счёт", ufCrmTask=[f"D_{deal}"])
    with connected(box) as crm:
        found = {raw.external_id for raw in crm.get_related(Noun.DEAL, str(deal))}
        assert {f"todo/{todo}", f"activity/{call}", f"task/{task}"} <= found
        assert list(crm.get_related(Noun.USER, "1")) == []
