"""SberCRM and other CRMs that are read by a profile keep the contract of every connector."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar

import pytest

from connectors.kit.contract import Connector
from connectors.sandbox.sbercrm import SberSandbox
from connectors.sandbox.sbercrm.shapes import at as written
from connectors.sandbox.world import MadeUpWorld
from tests.connectors.checks import ConnectorChecks, last_cursor, records
from tests.connectors.played import Played
from tests.connectors.store_checks import StoreChecks
from tests.fakes import profiles


class PlayedSberCrm(Played):
    """The shipped profile on the sandbox: it tells of no changes, so that all is read each time."""

    kind = "sbercrm"
    options: ClassVar[Mapping[str, str]] = {"profile": profiles.sbercrm()}
    can_renew = False
    signs_in = True

    def make_box(self) -> SberSandbox:
        """More than four pages of deals."""
        return SberSandbox(MadeUpWorld(size=5, deals=430, contacts=10, today=date(2026, 11, 1)))

    def token(self, box: SberSandbox) -> str:
        return profiles.secrets(box.token)

    def open(
        self, box: Any, token: str | None = None, renew: Callable[[str], str] | None = None
    ) -> Connector:
        """A wrong token is a wrong password."""
        return super().open(box, None if token is None else profiles.secrets(token), renew)

    def ids(self, box: SberSandbox) -> set[str]:
        return set(box.ids("deal"))

    def change(self, box: SberSandbox, external_id: str, at: datetime, **fields: Any) -> None:
        box.change("deal", external_id, modifiedDate=written(at.astimezone(UTC)), **fields)

    def delete(self, box: SberSandbox, external_id: str) -> None:
        box.remove("deal", external_id)

    def close_task(self, box: SberSandbox, external_id: str) -> None:
        box.change("task", external_id, done=True)

    def delete_task(self, box: SberSandbox, external_id: str) -> None:
        box.remove("task", external_id)

    def is_done(self, box: SberSandbox, external_id: str) -> bool:
        return box.books.rows["task"][external_id]["done"] is True


class TestSberCrm(PlayedSberCrm, ConnectorChecks):
    """The shared checks."""

    def test_nothing_new_gives_no_changed_record(self, connector: Connector) -> None:
        """Nobody says what has changed: all comes again, and the store compares."""
        first = list(connector.pull(self.noun, None))
        again = records(connector.pull(self.noun, last_cursor(first)))
        assert again == records(first)


class PlayedGeneric(PlayedSberCrm):
    """The shipped example: offsets, and changes asked for by their time."""

    kind = "generic"
    signs_in = False
    options: ClassVar[Mapping[str, str]] = {"profile": profiles.generic()}

    def token(self, box: SberSandbox) -> str:
        return box.token

    def open(
        self, box: Any, token: str | None = None, renew: Callable[[str], str] | None = None
    ) -> Connector:
        """The token is one."""
        return Played.open(self, box, token, renew)


class TestGeneric(PlayedGeneric, ConnectorChecks):
    """The shared checks."""


class TestSberCrmInTheStore(PlayedSberCrm, StoreChecks):
    """The same with the house behind it."""


class TestGenericInTheStore(PlayedGeneric, StoreChecks):
    """The same with the house behind it."""


@pytest.mark.parametrize("kind", profiles.BY)
@pytest.mark.parametrize("most", [500, 70])
def test_every_kind_of_paging_reads_all_and_each_once(kind: str, most: int) -> None:
    played = PlayedGeneric()
    world = MadeUpWorld(size=5, deals=430, contacts=10, today=date(2026, 11, 1))
    with SberSandbox(world, most=most) as box:
        played.options = {"profile": profiles.generic(kind)}
        connector = played.open(box)
        found = [raw.external_id for raw in records(connector.pull(played.noun, None))]
        connector.close()
        assert len(found) == len(set(found))
        assert set(found) == played.ids(box)


def test_a_filter_that_is_ignored_costs_time_and_nothing_else() -> None:
    played = PlayedGeneric()
    world = MadeUpWorld(size=5, deals=300, contacts=10, today=date(2026, 11, 1))
    with SberSandbox(world, filter_="ignored") as box:
        connector = played.open(box)
        cursor = last_cursor(connector.pull(played.noun, None))
        changed = min(played.ids(box))
        played.change(box, changed, datetime.now(UTC), name="Новое имя")  # noqa: TID251 - the sandbox's
        found = {raw.external_id for raw in records(connector.pull(played.noun, cursor))}
        connector.close()
        assert found == {changed}
