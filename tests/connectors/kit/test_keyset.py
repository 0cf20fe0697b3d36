"""A list in the order of ids is read whole and then by its changes, whatever happens meanwhile."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit.errors import RetryLater
from connectors.kit.keyset import Keyset
from connectors.kit.records import Noun, RawRecord

T0 = datetime(2026, 11, 1, tzinfo=UTC)


class _List:
    """Rows by id and when each changed, two a page."""

    def __init__(self, *ids: int) -> None:
        self.rows = dict.fromkeys(ids, T0)
        self.now = T0 + timedelta(hours=1)

    def fetch(self, after: str | None, since: datetime | None) -> Sequence[RawRecord]:
        ids = sorted(
            i for i, at in self.rows.items() if i > int(after or 0) and at >= (since or T0)
        )
        return [RawRecord(Noun.DEAL, str(i), {"at": str(self.rows[i])}) for i in ids[:2]]

    def happens(self, what: str, row: int) -> None:
        if what == "drop":
            self.rows.pop(row, None)
        elif what == "add" or row in self.rows:
            self.rows[row] = self.now

    def keyset(self) -> Keyset:
        return Keyset("deals", self.fetch, lambda: self.now)


class _Known:
    """What was read, and the cursor behind it."""

    def __init__(self) -> None:
        self.rows: dict[int, str] = {}
        self.cursor: str | None = None

    def learn(self, there: _List, *, stops: bool = False) -> None:
        for page in there.keyset().pull(self.cursor):
            self.rows |= {int(one.external_id): one.body["at"] for one in page.records}
            self.cursor = page.cursor
            there.now += timedelta(seconds=1)
            if stops:
                return


def _ids(records: Sequence[RawRecord]) -> list[int]:
    return [int(record.external_id) for record in records]


def test_the_first_pull_is_whole_and_the_next_one_has_what_changed_since_a_little_before() -> None:
    there = _List(1, 2, 3)
    pages = list(there.keyset().pull(None))
    assert [_ids(page.records) for page in pages] == [[1, 2], [3], []]
    assert all(page.is_whole for page in pages)
    there.rows[2] = there.now - timedelta(minutes=9)
    there.now += timedelta(hours=1)
    again = list(there.keyset().pull(pages[-1].cursor))
    assert [_ids(page.records) for page in again] == [[2], []]
    assert not any(page.is_whole for page in again)


def test_all_is_read_again_when_it_is_time_for_that() -> None:
    there = _List(1, 2, 3)
    cursor = list(there.keyset().pull(None))[-1].cursor
    there.now += timedelta(days=7)
    pages = list(there.keyset().pull(cursor))
    assert [_ids(page.records) for page in pages] == [[1, 2], [3], []]
    assert all(page.is_whole for page in pages)


def test_a_server_that_ignores_the_id_is_no_endless_list() -> None:
    def fetch(*_ignored: object) -> Sequence[RawRecord]:
        return [RawRecord(Noun.DEAL, "1", {})]

    with pytest.raises(RetryLater, match="deals: a page repeats"):
        list(Keyset("deals", fetch, lambda: T0).pull(None))


@settings(max_examples=200, deadline=None, database=None)
@given(
    ids=st.sets(st.integers(1, 40), max_size=15),
    events=st.lists(
        st.tuples(st.integers(0, 8), st.sampled_from(["add", "touch", "drop"]), st.integers(1, 60)),
        max_size=10,
    ),
    stops=st.sets(st.integers(0, 8), max_size=3),
)
def test_who_stays_is_known_as_it_is_after_the_next_pull_whatever_moved_and_wherever_it_stopped(
    ids: set[int], events: list[tuple[int, str, int]], stops: set[int]
) -> None:
    there, known = _List(*ids), _Known()
    for number in range(9):
        for place, what, row in events:
            if place == number:
                there.happens(what, row)
        known.learn(there, stops=number in stops)
    known.learn(there)
    known.learn(there)
    assert {row: known.rows.get(row) for row in there.rows} == {
        row: str(at) for row, at in there.rows.items()
    }
