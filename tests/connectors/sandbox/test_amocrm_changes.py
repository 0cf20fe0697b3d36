"""Filters in their three moods, the rate limit in its four, and rows that change meanwhile."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld

Walk = Callable[..., list[dict[str, Any]]]
LONG_AGO, LATER = 1_600_000_000, 2_000_000_000


def test_updated_from_and_to_are_inclusive(box: AmoSandbox, walk: Walk) -> None:
    for place, id_ in enumerate(box.ids("leads")):
        box.change("leads", id_, updated_at=LATER + place)
    span = f"filter[updated_at][from]={LATER + 3}&filter[updated_at][to]={LATER + 9}"
    for order in ("id", "updated_at"):
        found = walk(box, "leads", f"limit=2&order[{order}]=desc&{span}")
        assert [lead["updated_at"] - LATER for lead in found] == [9, 8, 7, 6, 5, 4, 3]


@pytest.mark.parametrize(
    "form", ["filter[id][]={}&filter[id][]={}", "filter[id][0]={}&filter[id][1]={}"]
)
@pytest.mark.parametrize("encoded", [True, False])
def test_ids_are_filtered_in_every_notation(
    box: AmoSandbox, walk: Walk, form: str, encoded: bool
) -> None:
    wanted = box.ids("leads")[3:5]
    query = form.format(*wanted)
    query = quote(query, safe="=&") if encoded else query
    assert [lead["id"] for lead in walk(box, "leads", query)] == wanted


def test_a_bare_updated_at_means_nothing_on_leads(box: AmoSandbox, walk: Walk) -> None:
    assert len(walk(box, "leads", f"filter[updated_at]={LATER}")) == 61


def test_a_filter_that_is_not_paid_for_may_be_ignored(open_box: Any, walk: Walk) -> None:
    box = open_box(api_filter="ignored")
    assert len(walk(box, "leads", f"filter[updated_at][from]={LATER}&filter[id][]=1")) == 61


def test_a_filter_that_is_not_paid_for_may_be_refused(open_box: Any, get: Any) -> None:
    box = open_box(api_filter="refused")
    answer = get(box, f"leads?filter[updated_at][from]={LATER}")
    assert (answer.status_code, answer.json()["title"]) == (400, "Bad Request")
    assert get(box, "leads").status_code == 200


def test_a_filter_that_is_no_number_is_refused(box: AmoSandbox, get: Any) -> None:
    assert get(box, "leads?filter[updated_at][from]=monday").status_code == 400


def test_tasks_are_filtered_even_without_the_paid_option(
    open_box: Any, walk: Walk, world: MadeUpWorld
) -> None:
    box = open_box(world, api_filter="refused")
    one, other = box.ids("tasks")[:2]
    box.change("tasks", one, updated_at=LATER)
    box.change("tasks", other, updated_at=LATER + 1)
    after = walk(box, "tasks", f"filter[updated_at]={LATER}")
    since = walk(box, "tasks", f"filter[updated_at][from]={LATER}")
    assert [task["id"] for task in after] == [other]
    assert [task["id"] for task in since] == [one, other]


def test_a_change_moves_updated_at_to_now(box: AmoSandbox, get: Any) -> None:
    id_ = box.ids("leads")[0]
    before = box.row("leads", id_)
    box.change("leads", id_, price=777)
    after = get(box, f"leads/{id_}?with=contacts,catalog_elements").json()
    assert after["price"] == 777
    assert after["updated_at"] > before["updated_at"]
    moved = {"updated_at": after["updated_at"], "updated_by": 702}
    assert after == before | {"price": 777} | moved


def test_a_removed_row_moves_the_others_up(box: AmoSandbox, get: Any) -> None:
    ids = box.ids("leads")
    first = get(box, "leads?limit=5").json()["_embedded"]["leads"]
    box.remove("leads", ids[0])
    second = get(box, "leads?limit=5&page=2").json()["_embedded"]["leads"]
    assert [lead["id"] for lead in first] == ids[:5]
    assert [lead["id"] for lead in second] == ids[6:11]
    assert get(box, f"leads/{ids[0]}").status_code == 204


def test_a_row_is_served_exactly_as_it_was_put(box: AmoSandbox, get: Any) -> None:
    row = {"id": 99, "name": 'a "contacts":[ trap', "updated_at": LONG_AGO}
    box.put("leads", row)
    assert get(box, "leads/99").json() == row
    box.put("leads", {"id": 99, "_embedded": {"contacts": [{"id": 1}]}})
    assert get(box, "leads/99").json() == {"id": 99, "_embedded": {}}
    assert box.ids("leads").count(99) == 1


def test_changing_what_is_not_there_is_a_mistake(box: AmoSandbox) -> None:
    with pytest.raises(KeyError, match="leads has no 1"):
        box.change("leads", 1, price=2)
    with pytest.raises(KeyError, match="leads has no 1"):
        box.remove("leads", 1)


def _refused(box: AmoSandbox, get: Any) -> httpx.Response:
    answers = [get(box, "leads?limit=1") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    answer: httpx.Response = answers[-1]
    return answer


def test_too_many_requests_may_tell_the_wait_in_the_body(open_box: Any, get: Any) -> None:
    answer = _refused(open_box(rate=3), get)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["retry_after"] == 1
    assert "retry-after" not in answer.headers


def test_too_many_requests_may_tell_the_wait_in_a_header(open_box: Any, get: Any) -> None:
    answer = _refused(open_box(rate=3, retry_after="header"), get)
    assert answer.headers["retry-after"] == "1"
    assert "retry_after" not in answer.json()


def test_too_many_requests_may_tell_no_wait_at_all(open_box: Any, get: Any) -> None:
    answer = _refused(open_box(rate=3, retry_after="none"), get)
    assert "retry-after" not in answer.headers
    assert "retry_after" not in answer.json()


def test_too_many_requests_may_be_a_page_of_the_gateway(open_box: Any, get: Any) -> None:
    answer = _refused(open_box(rate=3, retry_after="html"), get)
    assert answer.headers["content-type"].startswith("text/html")
    assert "429 Too Many Requests" in answer.text


def test_a_slow_limit_counts_over_more_than_a_second(open_box: Any, get: Any) -> None:
    box = open_box(rate=0.5)
    assert get(box, "leads").status_code == 200
    assert get(box, "leads").json()["retry_after"] == 2
