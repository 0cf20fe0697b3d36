"""What every connector must do; the test class of each CRM inherits it and fills in the hooks."""

import logging
import traceback
from collections.abc import Iterable, Iterator
from contextlib import closing
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.kit import pace as kit_pace
from connectors.kit.contract import Connector, Page
from connectors.kit.errors import (
    BadRecord,
    ConnectorError,
    NeedsPerson,
    NeedsReauth,
    RetryLater,
)
from connectors.kit.records import RawRecord
from connectors.sandbox.faults import Fault
from tests.connectors.task_checks import TaskChecks
from tests.fakes.mutilation import mutilated, unstorable

_TROUBLES = {
    "an error of the server": Fault(status=500, times=None),
    "a web page": Fault(html=True, times=None),
    "cut JSON": Fault(status=200, body=b'{"_embedded":{"le', times=None),
    "a body shorter than promised": Fault(truncate_at=40, times=None),
    "a broken packing": Fault(
        status=200, body=b"no gzip", headers=(("Content-Encoding", "gzip"),), times=None
    ),
    "a closed connection": Fault(hang_up=True, times=None),
}


class ConnectorChecks(TaskChecks):
    """The shared checks."""

    @pytest.fixture
    def waits(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        """How long it would have waited."""
        waited: list[float] = []
        monkeypatch.setattr(kit_pace, "sleep", waited.append)
        return waited

    @pytest.fixture
    def box(self) -> Iterator[Any]:
        """The sandbox."""
        with self.make_box() as box:
            yield box

    @pytest.fixture
    def connector(self, box: Any, waits: list[float]) -> Iterator[Connector]:
        """The connector on it."""
        connector = self.open(box)
        yield connector
        connector.close()

    def test_all_pages_are_read_and_each_id_once(self, box: Any, connector: Connector) -> None:
        pages = list(connector.pull(self.noun, None))
        found = [raw.external_id for raw in records(pages)]
        assert sum(bool(page.records) for page in pages) >= 4
        assert len(found) == len(set(found))
        assert set(found) == self.ids(box)

    def test_every_noun_is_read_without_an_id_twice(self, connector: Connector) -> None:
        for noun in connector.nouns:
            found = records(connector.pull(noun, None))
            assert found
            assert {raw.noun for raw in found} == {noun}
            assert len(found) == len({raw.external_id for raw in found})

    def test_a_row_deleted_while_it_is_read_hides_no_other(
        self, box: Any, connector: Connector
    ) -> None:
        pages = connector.pull(self.noun, None)
        seen = [*next(pages).records, *next(pages).records]
        self.delete(box, seen[0].external_id)
        seen += records(pages)
        assert self.ids(box) - {raw.external_id for raw in seen} == set()

    def test_a_row_deleted_between_two_runs_hides_no_other(
        self, box: Any, connector: Connector
    ) -> None:
        pages = connector.pull(self.noun, None)
        stored = [next(pages), next(pages)]
        self.delete(box, stored[0].records[0].external_id)
        later = records(connector.pull(self.noun, stored[-1].cursor))
        assert self.ids(box) - {raw.external_id for raw in [*records(stored), *later]} == set()

    def test_nothing_new_gives_no_changed_record(self, connector: Connector) -> None:
        first = list(connector.pull(self.noun, None))
        known = {raw.external_id: raw for raw in records(first)}
        again = records(connector.pull(self.noun, last_cursor(first)))
        assert [raw for raw in again if known.get(raw.external_id) != raw] == []
        assert len(again) < len(known)

    def test_a_change_after_the_cursor_comes_with_the_next_pull(
        self, box: Any, connector: Connector
    ) -> None:
        cursor = last_cursor(connector.pull(self.noun, None))
        changed = max(self.ids(box))
        self.change(box, changed, datetime.now(UTC), name="Другое имя")  # noqa: TID251 - the sandbox's
        found = {r.external_id: r for r in records(connector.pull(self.noun, cursor))}
        assert "Другое имя" in found[changed].body.values()

    def test_a_change_dated_shortly_before_the_last_pull_is_still_seen(
        self, box: Any, connector: Connector
    ) -> None:
        cursor = last_cursor(connector.pull(self.noun, None))
        late = min(self.ids(box))
        before = datetime.now(UTC) - self.late  # noqa: TID251 - the sandbox's clock
        self.change(box, late, before, name="Поздно видно")
        assert late in {raw.external_id for raw in records(connector.pull(self.noun, cursor))}

    def test_a_cursor_is_text_and_goes_on_where_it_was_kept(
        self, box: Any, connector: Connector
    ) -> None:
        pages = list(connector.pull(self.noun, None))
        for kept, page in enumerate(pages[:-1], 1):
            assert isinstance(page.cursor, str)
            stored = page.cursor.encode().decode()
            with closing(self.open(box)) as restarted:
                rest = records(restarted.pull(self.noun, stored))
            both = [*records(pages[:kept]), *rest]
            assert {raw.external_id for raw in both} == self.ids(box)

    def test_a_pull_that_fails_in_the_middle_goes_on_from_the_last_kept_cursor(
        self, box: Any, connector: Connector, waits: list[float]
    ) -> None:
        pages = connector.pull(self.noun, None)
        stored = [next(pages), next(pages)]
        box.faults.append(Fault(times=None, status=500))
        with pytest.raises(RetryLater, match="500"):
            list(pages)
        assert len(waits) == 4
        box.faults.clear()
        later = list(connector.pull(self.noun, last_cursor(stored)))
        assert {r.external_id for r in records([*stored, *later])} == self.ids(box)

    def test_a_refused_token_needs_a_person(self, box: Any) -> None:
        with closing(self.open(box, "another-token")) as connector, pytest.raises(NeedsPerson):
            list(connector.pull(self.noun, None))

    def test_a_token_that_ends_in_the_middle_costs_nothing_that_was_read(
        self, box: Any, connector: Connector
    ) -> None:
        pages = connector.pull(self.noun, None)
        stored = [next(pages), next(pages)]
        box.faults.append(Fault(times=None, is_refusal=True))
        with pytest.raises(NeedsReauth):
            list(pages)
        box.faults.clear()
        with closing(self.open(box)) as allowed_anew:
            later = records(allowed_anew.pull(self.noun, last_cursor(stored)))
        assert {r.external_id for r in [*records(stored), *later]} == self.ids(box)

    def test_a_token_that_ends_in_the_middle_is_renewed_once_or_asks_a_person(
        self, box: Any
    ) -> None:
        asked: list[str] = []

        def renew(refused: str) -> str:
            asked.append(refused)
            return self.token(box)

        with closing(self.open(box, renew=renew if self.can_renew else None)) as connector:
            pages = connector.pull(self.noun, None)
            seen = [next(pages), next(pages)]
            box.faults.append(Fault(is_refusal=True))
            if not (self.can_renew or self.signs_in):
                with pytest.raises(NeedsReauth, match=r"the token is refused .*give a valid one"):
                    list(pages)
                pages = connector.pull(self.noun, last_cursor(seen))
            seen += pages
        assert {raw.external_id for raw in records(seen)} == self.ids(box)
        assert asked == ([self.token(box)] if self.can_renew else [])

    def test_too_many_requests_are_waited_out(
        self, box: Any, connector: Connector, waits: list[float]
    ) -> None:
        box.faults.append(Fault(after=1, times=2, is_limit=True))
        found = {raw.external_id for raw in records(connector.pull(self.noun, None))}
        assert found == self.ids(box)
        assert len(waits) == 2

    @pytest.mark.parametrize("trouble", _TROUBLES)
    def test_a_passing_trouble_is_for_later(self, box: Any, connector: Any, trouble: str) -> None:
        box.faults.append(_TROUBLES[trouble])
        with pytest.raises(RetryLater, match=r"127\.0\.0\.1:\d+: "):
            list(connector.pull(self.noun, None))

    @pytest.mark.parametrize("trouble", _TROUBLES)
    def test_a_trouble_that_passes_costs_nothing(
        self, box: Any, connector: Connector, trouble: str
    ) -> None:
        once = _TROUBLES[trouble]
        fault = Fault(
            after=1, times=1, status=once.status, body=once.body, html=once.html,
            truncate_at=once.truncate_at, hang_up=once.hang_up,
        )  # fmt: skip
        box.faults.append(fault)
        found = {raw.external_id for raw in records(connector.pull(self.noun, None))}
        assert found == self.ids(box)

    def test_an_answer_without_what_was_asked_for_is_no_empty_list(
        self, box: Any, connector: Connector
    ) -> None:
        pages = connector.pull(self.noun, None)
        next(pages)
        box.faults.append(Fault(status=200, body=b"{}", times=None))
        with pytest.raises(ConnectorError):
            list(pages)

    def test_a_page_that_repeats_is_for_later(self, box: Any, connector: Connector) -> None:
        box.faults.append(Fault(after=1, times=None, repeat=True))
        with pytest.raises(RetryLater, match="repeats"):
            list(connector.pull(self.noun, None))

    @pytest.mark.parametrize("trouble", [*_TROUBLES, "a refused token", "a ban"])
    def test_the_token_never_shows_in_an_error_or_in_a_log(
        self, box: Any, connector: Connector, trouble: str,
        caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        ban = Fault(status=403, html=True, times=None)
        refused = Fault(status=401, times=None)
        box.faults.append({**_TROUBLES, "a refused token": refused, "a ban": ban}[trouble])
        with caplog.at_level(logging.DEBUG), pytest.raises(ConnectorError) as caught:
            list(connector.pull(self.noun, None))
        said = [*traceback.format_exception(caught.value), caplog.text, *capfd.readouterr()]
        said += [repr(vars(record)) for record in caplog.records]
        assert box.token not in "".join(said)

    def test_unknown_fields_are_kept_in_the_raw_record(
        self, box: Any, connector: Connector
    ) -> None:
        cursor = last_cursor(connector.pull(self.noun, None))
        odd = {"of_tomorrow": [{"deep": None}, 1.5]}
        changed = min(self.ids(box))
        self.change(box, changed, datetime.now(UTC), unheard_of=odd)  # noqa: TID251 - the sandbox's
        found = {r.external_id: r for r in records(connector.pull(self.noun, cursor))}
        assert found[changed].body["unheard_of"] == odd

    def test_translating_twice_says_the_same_and_leaves_the_raw_record_alone(
        self, connector: Connector
    ) -> None:
        for noun in connector.nouns:
            for raw in records(connector.pull(noun, None))[:300]:
                before = deepcopy(raw.body)
                first = connector.translate(raw)
                assert connector.translate(raw) == first
                assert first.external_id == raw.external_id
                assert raw.body == before

    @settings(
        max_examples=300,
        database=None,
        derandomize=True,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
            HealthCheck.too_slow,
        ],
    )
    @given(data=st.data())
    def test_a_mutilated_record_is_bad_or_can_be_stored(
        self, samples: list[RawRecord], connector: Connector, data: st.DataObject
    ) -> None:
        raw = data.draw(st.sampled_from(samples))
        broken = RawRecord(raw.noun, raw.external_id, data.draw(mutilated(raw.body)))
        try:
            record = connector.translate(broken)
        except BadRecord:
            return
        assert unstorable(record) == []

    @pytest.fixture
    def samples(self, connector: Connector) -> list[RawRecord]:
        """Two records of each noun, and those that the sandbox does not hold."""
        found = [raw for noun in connector.nouns for raw in records(connector.pull(noun, None))[:2]]
        return [*found, *self.more_bodies()]


def records(pages: Iterable[Page]) -> list[RawRecord]:
    """What all pages hold."""
    return [raw for page in pages for raw in page.records]


def last_cursor(pages: Iterable[Page]) -> str:
    """The cursor that is kept after the pages."""
    kept = [page.cursor for page in pages if page.cursor is not None]
    return kept[-1]
