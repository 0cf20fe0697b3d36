"""Comments: none is missed, whatever order deals come in and whatever `bulk` answers."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.kit import pace as kit_pace
from connectors.kit.auth import bearer
from connectors.kit.contract import Page
from connectors.kit.errors import RetryLater
from connectors.kit.http import CrmHttp
from connectors.kit.pace import Pace
from connectors.kit.records import Noun
from connectors.megaplan.answers import meaning
from connectors.megaplan.bulk import Bulk
from connectors.megaplan.comments import COMMENTS
from connectors.megaplan.lists import DEALS
from connectors.megaplan.reading import Reader, Sheet
from connectors.megaplan.walks import Ignored, Reach, Walks
from connectors.sandbox.faults import Fault
from connectors.sandbox.megaplan.shelves import Shelves
from connectors.sandbox.megaplan.tagged import link, moment
from tests.connectors.checks import last_cursor, records
from tests.connectors.megaplan_opened import again, opened

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr(kit_pace, "sleep", waited.append)
    return waited


def ids(pages: list[Page]) -> set[str]:
    return {raw.external_id for raw in records(pages)}


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


@pytest.mark.parametrize("has_bulk", [True, False])
@pytest.mark.parametrize("most", [100, 2])
def test_comments_of_many_deals_are_asked_for_together_where_the_account_takes_that(
    has_bulk: bool, most: int
) -> None:
    with opened(has_bulk=has_bulk, most=most) as (box, crm):
        now = moment(datetime.now(UTC))  # noqa: TID251 - the sandbox's clock
        deals = box.ids("deal")[:30]
        for number, deal in enumerate(deals * 3, 500):
            said = link("Comment", number) | {"content": "x", "subject": link("Deal", deal)}
            box.put("comment", said | {"timeCreated": now, "timeUpdated": now})
        for deal in deals:
            box.put("deal", box.row("deal", deal) | {"lastCommentTimeCreated": now})
        since = datetime.now(UTC) - timedelta(1)  # noqa: TID251 - the sandbox's clock
        found = [raw.external_id for raw in records(crm.pull(Noun.NOTE, Reach(since=since).kept()))]
        assert sorted(found) == [str(number) for number in range(500, 590)]
        alone = sum(seen.path.endswith("/comments") for seen in box.requests)
        second = 0 if most == 100 else len(deals)
        assert alone == second if has_bulk else alone == second + len(deals)
        assert list(crm.get_related(Noun.DEAL, "404404")) == []


def test_one_that_is_gone_harms_no_other_that_was_asked_for_with_it() -> None:
    with opened() as (box, _):
        deal = box.row("comment", box.ids("comment")[0])["subject"]["id"]
        http = CrmHttp(box.url, proof=bearer(box.token), turns=Pace(0), special=meaning)
        paths = [f"deal/{id_}/comments" for id_ in ("404404", deal)]
        found = [list(rows) for rows in Reader(http, ()).each_belonging(COMMENTS, paths)]
        http.close()
        assert found[0] == []
        assert found[1]


def test_a_first_load_that_was_stopped_goes_on_where_it_was() -> None:
    with opened(330, most=50) as (box, crm):
        whole = ids(list(crm.pull(Noun.NOTE, None)))
        pages = crm.pull(Noun.NOTE, None)
        stored = [next(pages) for _ in range(3)]
        before = sum(seen.path == "/api/v3/deal" for seen in box.requests)
        later = list(again(box).pull(Noun.NOTE, last_cursor(stored)))
        asked = sum(seen.path == "/api/v3/deal" for seen in box.requests) - before
        assert asked == -(-len(box.ids("deal")) // 50) - 3
        assert ids([*stored, *later]) == whole


def test_an_order_that_is_taken_for_another_hides_no_comment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order, rank = Shelves.order, Shelves.rank

    def known(field: str) -> str:
        return "" if field == "lastCommentTimeCreated" else field

    with opened(330) as (box, _):
        box.switches.sorts = False
        wanted = ids(list(again(box, comment_days="60").pull(Noun.NOTE, None)))
        box.switches.sorts = True
        monkeypatch.setattr(Shelves, "order", lambda box, path, by: order(box, path, known(by)))
        monkeypatch.setattr(
            Shelves, "rank", lambda box, path, by, id_: rank(box, path, known(by), id_)
        )
        assert wanted
        assert ids(list(again(box, comment_days="60").pull(Noun.NOTE, None))) == wanted
        since = datetime.now(UTC) - timedelta(60)  # noqa: TID251 - the sandbox's clock
        later = again(box).pull(Noun.NOTE, Reach(since=since).kept())
        assert ids(list(later)) == wanted


class Told:
    """A list whose pages tell these days ago; None for a row without a time."""

    def __init__(self, *pages: list[int | None]) -> None:
        self.pages = pages
        self.asked = 0

    def has(self, *_: object) -> bool:
        return True

    def sheet(self, *_: object, **__: object) -> Sheet:
        days = self.pages[self.asked]
        self.asked += 1
        at = [None if day is None else (NOW - timedelta(day)).isoformat() for day in days]
        rows: list[dict[str, Any]] = [
            {"id": f"{self.asked}-{place}", "timeUpdated": told} for place, told in enumerate(at)
        ]
        last = [("Deal", f"{self.asked}")]
        return Sheet(rows, has_more=self.asked < len(self.pages), last=last)


def newest(told: Any) -> list[Page]:
    reach = Reach(since=NOW - timedelta(30), until=NOW)
    return list(Walks(told, lambda *_: True).newest(Noun.DEAL, [DEALS], reach))


@pytest.mark.parametrize(
    "pages",
    [
        ([50, 40],),
        ([50], [2]),
        ([3, None, 50], [2]),
        ([None, 50, None], [2]),
        ([None], [50], [None], [2]),
    ],
)
def test_an_order_that_is_not_kept_is_noticed(pages: tuple[list[int | None], ...]) -> None:
    with pytest.raises(Ignored):
        newest(Told(*pages))


def test_an_old_time_ends_a_list_only_where_its_order_is_proven() -> None:
    few = Told([50, None], [None, None])
    newest(few)
    assert few.asked == 2
    many = Told([*range(5)], [*range(30, 40)], [90])
    assert len(records(newest(many))) == 6
    assert many.asked == 2
    behind = Told([*range(12)], [None], [None])
    newest(behind)
    assert behind.asked == 2


def bulk(url: str, token: str) -> tuple[CrmHttp, Bulk]:
    http = CrmHttp(url, proof=bearer(token), turns=Pace(0), special=meaning)
    return http, Bulk(http, "/api/v3/")


def test_what_passes_does_not_end_asking_together() -> None:
    with opened() as (box, _):
        http, many = bulk(box.url, box.token)
        paths = [f"/api/v3/deal/{id_}/comments" for id_ in box.ids("deal")[:2]]
        unreadable = Fault(path="/api/v3/bulk$", status=200, body=b'{"meta":{}}', times=None)
        for fault in (Fault(path="/api/v3/bulk$", status=503, times=None), unreadable):
            box.faults.append(fault)
            with pytest.raises(RetryLater):
                list(many.get(paths))
            box.faults.clear()
            assert None not in list(many.get(paths))
        http.close()


def test_an_answer_that_does_not_tell_whether_there_is_more_is_asked_for_alone() -> None:
    page: dict[str, Any] = {"meta": {"status": 200}, "data": []}
    body = json.dumps({"meta": {"status": 200}, "data": [{"data": []}, page]}).encode()
    with opened() as (box, _):
        http, many = bulk(box.url, box.token)
        box.faults.append(Fault(path="/api/v3/bulk$", status=200, body=body))
        assert list(many.get(["/api/v3/a", "/api/v3/b"])) == [None, page]
        http.close()
