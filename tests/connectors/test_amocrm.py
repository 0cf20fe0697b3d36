"""amoCRM keeps the contract of every connector."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from connectors.amocrm import AmoCrm
from connectors.kit.contract import Connector, Credentials
from connectors.kit.records import Noun, RawRecord
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from tests.connectors.checks import ConnectorChecks, last_cursor, records

_TODAY = date(2026, 11, 1)


class TestAmoCrm(ConnectorChecks):
    """The shared checks against the sandbox amoCRM; the paid filter is on."""

    api_filter: Any = "on"

    def make_box(self) -> AmoSandbox:
        """Four pages of deals."""
        world = MadeUpWorld(size=5, deals=800, contacts=10, today=_TODAY)
        return AmoSandbox(world, rate=0, api_filter=self.api_filter)

    def open(self, box: AmoSandbox, token: str | None = None) -> Connector:
        return AmoCrm(Credentials(box.url, token or box.token, {"per_second": "0"}))

    def ids(self, box: AmoSandbox) -> set[str]:
        return {str(id_) for id_ in box.ids("leads")}

    def change(self, box: AmoSandbox, external_id: str, at: datetime, **fields: Any) -> None:
        box.change("leads", int(external_id), updated_at=int(at.timestamp()), **fields)

    def delete(self, box: AmoSandbox, external_id: str) -> None:
        box.remove("leads", int(external_id))

    def more_bodies(self) -> Sequence[RawRecord]:
        entity = {"name": "ООО «Ромашка»", "vat_id": "7707083893", "kpp": "770701001"}
        field = {
            "field_id": 9013,
            "field_name": "Юр. лицо",
            "field_code": "LEGAL",
            "field_type": "legal_entity",
            "values": [{"value": entity}],
        }
        return [RawRecord(Noun.COMPANY, "1", {"id": 1, "custom_fields_values": [field]})]


class TestAmoCrmWithoutThePaidFilter(TestAmoCrm):
    """The same where the account has not paid for filters and amoCRM ignores them."""

    api_filter = "ignored"

    def test_a_few_changes_do_not_cost_the_whole_list(self, box: Any, connector: Connector) -> None:
        cursor = last_cursor(connector.pull(self.noun, None))
        changed = sorted(self.ids(box))[:3]
        for external_id in changed:
            self.change(box, external_id, datetime.now(UTC), name="новое имя")  # noqa: TID251
        before = connector.requests
        found = {raw.external_id for raw in records(connector.pull(self.noun, cursor))}
        assert found == set(changed)
        assert connector.requests - before <= 3
