"""What no document settles about amoCRM, and how it may misbehave: each has its switch."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.sandbox.faults import Fault
from connectors.sandbox.world import MadeUpWorld

Walk = Callable[..., list[dict[str, Any]]]


def test_an_unknown_switch_is_refused(open_box: Any) -> None:
    with pytest.raises(TypeError, match="nonsense"):
        open_box(nonsense=True)


def test_an_empty_page_may_be_an_empty_list(open_box: Any, get: Any) -> None:
    answer = get(open_box(empty_page="list"), "leads?page=9")
    assert (answer.status_code, answer.json()["_embedded"]) == (200, {"leads": []})


@pytest.mark.parametrize(
    ("switch", "first", "last"),
    [("full", True, False), ("always", True, True), ("missing", False, False)],
)
def test_next_lies_both_ways(open_box: Any, get: Any, switch: str, first: bool, last: bool) -> None:
    box = open_box(next_link=switch)
    found = ["next" in get(box, f"leads?limit=20&page={page}").json()["_links"] for page in (1, 4)]
    assert found == [first, last]


def test_an_empty_object_may_be_an_object(open_box: Any, walk: Walk, world: MadeUpWorld) -> None:
    results = [
        [task["result"] for task in walk(open_box(world, empty_objects=switch), "tasks")]
        for switch in ("list", "object")
    ]
    assert [[] in results[0], {} in results[0]] == [True, False]
    assert [[] in results[1], {} in results[1]] == [False, True]


def test_an_employee_sees_only_his_own(open_box: Any, get: Any, walk: Walk) -> None:
    box = open_box(admin=False, sees={702})
    for noun in ("leads", "contacts", "companies"):
        rows = {id_: box.row(noun, id_)["responsible_user_id"] for id_ in box.ids(noun)}
        seen = {row["id"] for row in walk(box, noun, "limit=3")}
        assert seen == {id_ for id_, owner in rows.items() if owner == 702}
        hidden = next(id_ for id_, owner in rows.items() if owner != 702)
        assert get(box, f"{noun}/{hidden}").status_code == 204
    assert get(box, "users").status_code == 403


def test_large_filtered_pages_may_be_too_slow(open_box: Any, get: Any) -> None:
    box = open_box(slow_above=20)
    span = "filter[updated_at][from]=1"
    statuses = [
        get(box, f"leads?limit={limit}{query}").status_code
        for limit, query in ((21, f"&{span}"), (20, f"&{span}"), (250, ""))
    ]
    assert statuses == [504, 200, 200]


def test_too_many_429_end_in_a_ban_for_everything(open_box: Any, get: Any) -> None:
    box = open_box(ban_after=3)
    box.faults.append(Fault(status=429, times=2))
    assert [get(box, "leads").status_code for _ in range(3)] == [429, 429, 200]
    box.faults.append(Fault(status=429, times=3))
    assert [get(box, "leads").status_code for _ in range(3)] == [429, 429, 429]
    banned = get(box, "account")
    assert (banned.status_code, banned.headers["content-type"]) == (403, "text/html; charset=utf-8")
    box.lift_ban()
    assert get(box, "account").status_code == 200


@pytest.mark.parametrize("switch", ["ignored", "refused"])
def test_ids_are_filtered_for_free_on_tasks_and_notes_alone(
    open_box: Any, get: Any, switch: str, world: MadeUpWorld
) -> None:
    box = open_box(world, api_filter=switch)

    def found(noun: str) -> int:
        answer = get(box, f"{noun}?filter[id][]={box.ids(noun)[0]}")
        if answer.status_code == 400:
            return 0
        return len(answer.json()["_embedded"][noun.rpartition("/")[2]])

    free = ("tasks", "leads/notes", "customers/transactions", "catalogs/1001/elements")
    assert [found(noun) for noun in free] == [1, 1, 1, 1]
    paid = [found(noun) for noun in ("leads", "contacts", "companies", "customers")]
    assert paid == ([50, 50, 40, 8] if switch == "ignored" else [0, 0, 0, 0])


def test_402_may_come_in_the_middle(open_box: Any, get: Any) -> None:
    box = open_box()
    box.faults.append(Fault("/api/v4/leads", after=1, status=402, times=None))
    pages = [get(box, f"leads?limit=20&page={page}").status_code for page in (1, 2, 3)]
    assert pages == [200, 402, 402]


def test_words_of_with_may_be_passed_over_in_silence(open_box: Any, get: Any) -> None:
    box = open_box(with_dropped=frozenset({"contacts"}))
    id_ = box.ids("leads")[0]
    embedded = get(box, f"leads/{id_}?with=contacts,loss_reason").json()["_embedded"]
    assert "contacts" not in embedded
    assert "loss_reason" in embedded
