"""amoCRM keeps the contract of every connector."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from connectors.kit.contract import Connector
from connectors.kit.records import Noun, RawRecord
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from tests.connectors.checks import ConnectorChecks, last_cursor, records
from tests.connectors.played import Played
from tests.connectors.store_checks import StoreChecks

_TODAY = date(2026, 11, 1)


def _field(number: int, type_: str, **value: Any) -> dict[str, Any]:
    return {"field_id": number, "field_name": "Поле", "field_type": type_, "values": [value]}


_LEGAL_ENTITY = {"name": "ООО «Ромашка»", "vat_id": "7707083893", "kpp": "770701001"}
_FIELDS = [
    _field(1, "legal_entity", value=_LEGAL_ENTITY),
    _field(2, "date", value=1_757_970_000),
    _field(3, "date_time", value="2026-12-31T10:00:00+03:00"),
    _field(4, "monetary", value="12.50"),
    _field(5, "multiselect", value="Опт", enum_id=17, enum_code=None),
    _field(6, "multitext", value="+7 495 000-00-00", enum_id=480, enum_code="WORK"),
    _field(7, "smart_address", value="Тверь", enum_id=3, enum_code="city"),
    _field(8, "chained_list", catalog_id=1001, catalog_element_id=12),
    _field(9, "items", value={"sku": "A", "discount": {"type": "amount", "value": 0}}),
]
_LEAD = {
    "id": 1, "status_id": 143, "pipeline_id": 3300, "price": 5, "custom_fields_values": _FIELDS,
    "_embedded": {
        "tags": [{"id": 90, "name": "опт"}], "companies": [{"id": 6001}],
        "contacts": [{"id": 7001, "is_main": True}], "loss_reason": [{"id": 41, "name": "Дорого"}],
        "catalog_elements": [{"id": 12, "metadata": {"quantity": 2, "catalog_id": 1001}}],
    },
}  # fmt: skip
_CALL = {
    "id": 2, "entity_id": 1, "note_type": "call_in", "created_by": 701, "created_at": 1_759_500_000,
    "params": {"duration": "75", "call_responsible": 701, "link": "https://a.example/1.mp3"},
}  # fmt: skip
_MOVED = {
    "id": "01k6zq", "type": "lead_status_changed", "entity_id": 1, "entity_type": "lead",
    "created_at": 1_759_500_000, "value_before": [{"lead_status": {"id": 1, "pipeline_id": 3300}}],
    "value_after": [{"lead_status": {"id": 143, "pipeline_id": 3300}}],
}  # fmt: skip
MORE = [
    RawRecord(Noun.COMPANY, "1", {"id": 1, "custom_fields_values": _FIELDS}),
    RawRecord(Noun.DEAL, "1", _LEAD),
    RawRecord(Noun.NOTE, "leads/2", _CALL),
    RawRecord(Noun.EVENT, "01k6zq", _MOVED),
]


class PlayedAmoCrm(Played):
    """The sandbox amoCRM; the paid filter is on."""

    kind = "amocrm"
    options: ClassVar[Mapping[str, str]] = {"per_second": "0", "event_days": "3650"}
    api_filter: Any = "on"
    late = timedelta(minutes=25)

    def make_box(self) -> AmoSandbox:
        """Four pages of deals."""
        world = MadeUpWorld(size=5, deals=800, contacts=10, today=_TODAY)
        return AmoSandbox(world, rate=0, api_filter=self.api_filter)

    def ids(self, box: AmoSandbox) -> set[str]:
        return {str(id_) for id_ in box.ids("leads")}

    def change(self, box: AmoSandbox, external_id: str, at: datetime, **fields: Any) -> None:
        box.change("leads", int(external_id), updated_at=int(at.timestamp()), **fields)

    def delete(self, box: AmoSandbox, external_id: str) -> None:
        box.remove("leads", int(external_id))

    def close_task(self, box: AmoSandbox, external_id: str) -> None:
        box.change("tasks", int(external_id), is_completed=True, result={"text": "Позвонил"})

    def delete_task(self, box: AmoSandbox, external_id: str) -> None:
        box.remove("tasks", int(external_id))

    def is_done(self, box: AmoSandbox, external_id: str) -> bool:
        return bool(box.row("tasks", int(external_id))["is_completed"])

    def more_bodies(self) -> Sequence[RawRecord]:
        return MORE


class TestAmoCrm(PlayedAmoCrm, ConnectorChecks):
    """The shared checks against the sandbox amoCRM."""


class TestAmoCrmInTheStore(PlayedAmoCrm, StoreChecks):
    """The same with the house behind it."""


class TestAmoCrmWithoutThePaidFilter(TestAmoCrm):
    """The same where the account has not paid for filters and amoCRM ignores them."""

    api_filter = "ignored"

    def test_a_few_changes_do_not_cost_the_whole_list(self, box: Any, connector: Connector) -> None:
        cursor = last_cursor(connector.pull(self.noun, None))
        changed = sorted(self.ids(box))[:3]
        for external_id in changed:
            self.change(box, external_id, datetime.now(UTC), name="новое имя")  # noqa: TID251 - the sandbox's
        before = connector.requests
        found = {raw.external_id for raw in records(connector.pull(self.noun, cursor))}
        assert found == set(changed)
        assert connector.requests - before <= 3
