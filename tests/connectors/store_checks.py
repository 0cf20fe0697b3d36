"""What must hold of every CRM once it is in the store; the tests of each CRM inherit it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.kit import pace as kit_pace
from connectors.kit.records import Noun
from connectors.sandbox.faults import Fault
from kam_sync import connecting, flow
from kam_sync.intake.model import NewSource, NounCounts, RunState, Source
from kam_sync.wiring import Services
from tests.connectors.played import Played
from tests.fakes.connecting import ask


class StoreChecks(Played):
    """The shared checks that need the house behind the connector."""

    @pytest.fixture(autouse=True)
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
    def source(self, box: Any, services: Services) -> Source:
        """The sandbox as a source, not yet synced."""
        new = NewSource(name="shop", kind=self.kind, base_url=self.address(box))
        return connecting.add(services, new, self.token(box), self.options)[0]

    def test_all_is_stored_and_nothing_new_writes_nothing(
        self, services: Services, source: Source
    ) -> None:
        first = flow.sync(services, source.id)
        assert (first.state, first.message) == (RunState.DONE, "")
        assert {n: c.created for n, c in first.nouns.items()} == {
            n: c.read for n, c in first.nouns.items()
        }
        assert sum(counts.rejected for counts in first.nouns.values()) == 0
        before = self.kept(services)
        again = flow.sync(services, source.id)
        assert written(again) == {}
        assert self.kept(services) == before

    def test_a_change_updates_the_one_record(
        self, services: Services, box: Any, source: Source
    ) -> None:
        flow.sync(services, source.id)
        changed = max(self.ids(box))
        self.change(box, changed, datetime.now(UTC), name="Другое имя")  # noqa: TID251 - the sandbox's
        again = flow.sync(services, source.id)
        assert written(again)[self.noun].updated == 1
        assert self.gone(services) == set()

    def test_who_is_deleted_is_gone_once_all_was_read_and_nobody_else(
        self, services: Services, box: Any, source: Source
    ) -> None:
        flow.sync(services, source.id)
        deleted = min(self.ids(box))
        self.delete(box, deleted)
        flow.sync(services, source.id, full=True)
        assert self.gone(services) == {deleted}

    def test_a_sync_that_breaks_off_goes_on_and_ends_alike(
        self, services: Services, box: Any, source: Source
    ) -> None:
        for after in (3, 6):
            box.faults.append(Fault(after=after, times=None, status=500))
            assert flow.sync(services, source.id).state is RunState.LATER
            box.faults.clear()
        assert flow.sync(services, source.id).state is RunState.DONE
        assert {row[0] for row in self.rows(services)} == self.ids(box)

    def address(self, box: Any) -> str:
        """Where the account is."""
        return str(box.url)

    def rows(self, services: Services) -> list[tuple[Any, ...]]:
        """Ids of the noun's live records in our words."""
        query = f"SELECT external_id FROM {self.noun} WHERE NOT is_deleted"
        return ask(services, query)

    def gone(self, services: Services) -> set[str]:
        """Ids of the noun's records that are deleted."""
        query = f"SELECT external_id FROM {self.noun} WHERE is_deleted"
        return {row[0] for row in ask(services, query)}

    def kept(self, services: Services) -> list[tuple[Any, ...]]:
        """How many raw records of each noun there are, and their newest change."""
        return ask(
            services, "SELECT noun, count(*), max(change_no) FROM raw_record GROUP BY 1 ORDER BY 1"
        )


def written(result: flow.SyncResult) -> dict[Noun, NounCounts]:
    """What a sync has changed, by noun."""
    return {n: c for n, c in result.nouns.items() if c.created + c.updated + c.deleted}
