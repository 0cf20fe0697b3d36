"""Bitrix24 keeps the contract of every connector."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from connectors.kit.records import Noun, RawRecord
from connectors.sandbox.bitrix24 import BitrixSandbox
from connectors.sandbox.bitrix24.setup import CONVERTED
from connectors.sandbox.world import MadeUpWorld
from kam_sync.wiring import Services
from tests.connectors.checks import ConnectorChecks
from tests.connectors.played import Played
from tests.connectors.store_checks import StoreChecks
from tests.fakes.connecting import ask

_TODAY = date(2026, 11, 1)


def _custom(type_: str, *values: Any, several: bool = False) -> dict[str, Any]:
    return {"name": "Поле", "type": type_, "several": several, "values": list(values)}


_FIELDS = {
    "ufCrm_1": _custom("enumeration", "Опт", several=True),
    "ufCrm_2": _custom("date", "2026-12-31T03:00:00+03:00"),
    "ufCrm_3": _custom("datetime", "2026-12-31T10:00:00+03:00"),
    "ufCrm_4": _custom("money", "12.50|RUB"),
    "ufCrm_5": _custom("boolean", "1"),
    "ufCrm_6": _custom("double", 1.5),
    "ufCrm_7": _custom("crm", "D_5", "CO_6", several=True),
    "ufCrm_8": _custom("file", 71),
    "ufCrm_9": _custom("string", "Тверь", "Псков", several=True),
    "ufCrm_10": _custom("resourcebooking", {"a": [1]}),
}
_REQUISITE = {"ID": "27", "RQ_INN": "7707083893", "RQ_KPP": "770701001", "RQ_OGRN": "1027700132195"}
_COMPANY = {
    "id": 1, "title": "Ромашка", "createdTime": "2026-07-01T10:00:00+03:00",
    "fm": [{"id": 1, "typeId": "WEB", "valueType": "WORK", "value": "romashka.example"}],
    "joined": {"custom": _FIELDS, "requisites": [_REQUISITE]},
}  # fmt: skip
_LOST = {
    "id": 1, "title": "Сделка", "categoryId": 5, "stageId": "C5:LOSE", "opportunity": "19999.99",
    "contactId": 7, "contactIds": [8, 7], "currencyId": "RUB", "closedate": "",
    "joined": {"semantic": "F", "custom": _FIELDS}, "updatedTime": "2026-07-25T12:00:00+03:00",
}  # fmt: skip
_MEETING = {
    "ID": "5", "TYPE_ID": "1", "PROVIDER_ID": "CRM_MEETING", "OWNER_TYPE_ID": "1", "OWNER_ID": "9",
    "COMPLETED": "N", "CREATED": "2026-07-25T12:00:00+03:00", "SUBJECT": "Встреча",
}  # fmt: skip
_LEAD = _LOST | {
    "stageId": "JUNK",
    "dateClosed": "2026-07-24T12:00:00+03:00",
    "companyTitle": "Ромашка",
}
_LEADS_STEP = {
    "ID": 35, "TYPE_ID": 2, "OWNER_ID": 1, "CREATED_TIME": "2026-07-20T09:00:00+03:00",
    "STATUS_SEMANTIC_ID": "P", "STATUS_ID": "IN_PROCESS",
}  # fmt: skip
MORE = [
    RawRecord(Noun.COMPANY, "1", _COMPANY),
    RawRecord(Noun.DEAL, "1", _LOST),
    RawRecord(Noun.NOTE, "activity/5", _MEETING),
    RawRecord(Noun.DEAL, "lead/1", _LEAD),
    RawRecord(Noun.EVENT, "lead/35", _LEADS_STEP),
]


class PlayedBitrix24(Played):
    """The sandbox Bitrix24, by an incoming webhook."""

    kind = "bitrix24"
    options: ClassVar[Mapping[str, str]] = {"per_second": "0"}
    can_renew = False

    def make_box(self) -> BitrixSandbox:
        """Sixteen pages of deals."""
        world = MadeUpWorld(size=5, deals=800, contacts=10, today=_TODAY)
        return BitrixSandbox(world, rate=0)

    def ids(self, box: BitrixSandbox) -> set[str]:
        return {str(id_) for id_ in box.ids("deal")}

    def change(self, box: BitrixSandbox, external_id: str, at: datetime, **fields: Any) -> None:
        if "name" in fields:
            fields["title"] = fields.pop("name")
        kind, _, number = external_id.rpartition("/")
        box.change(kind or "deal", int(number), at=at.timestamp(), **fields)

    def delete(self, box: BitrixSandbox, external_id: str) -> None:
        kind, _, number = external_id.rpartition("/")
        box.remove(kind or "deal", int(number))

    def close_task(self, box: BitrixSandbox, external_id: str) -> None:
        box.change("activity", int(external_id.removeprefix("todo/")), COMPLETED="Y")

    def delete_task(self, box: BitrixSandbox, external_id: str) -> None:
        box.remove("activity", int(external_id.removeprefix("todo/")))

    def is_done(self, box: BitrixSandbox, external_id: str) -> bool:
        return box.row("activity", int(external_id.removeprefix("todo/")))["COMPLETED"] == "Y"

    def more_bodies(self) -> Sequence[RawRecord]:
        return MORE


class PlayedLeads(PlayedBitrix24):
    """The same where leads are pulled, too; their numbers are those of deals."""

    options: ClassVar[Mapping[str, str]] = {"per_second": "0", "leads": "yes"}

    def ids(self, box: BitrixSandbox) -> set[str]:
        return super().ids(box) | {f"lead/{id_}" for id_ in box.ids("lead")}


class TestBitrix24(PlayedBitrix24, ConnectorChecks):
    """The shared checks against the sandbox Bitrix24."""


class TestBitrix24WithLeads(PlayedLeads, ConnectorChecks):
    """The same with leads."""


class TestBitrix24InTheStore(PlayedBitrix24, StoreChecks):
    """The same with the house behind it."""


class TestLeadsInTheStore(PlayedLeads, StoreChecks):
    """The same with leads: those that deals were made of are gone from the beginning."""

    def ids(self, box: BitrixSandbox) -> set[str]:
        return super().ids(box) - self.converted(box)

    def converted(self, box: BitrixSandbox) -> set[str]:
        return {
            f"lead/{id_}" for id_ in box.ids("lead") if box.row("lead", id_)["stageId"] == CONVERTED
        }

    def gone(self, services: Services) -> set[str]:
        rows = ask(services, "SELECT external_id, outcome FROM deal WHERE is_deleted")
        return {id_ for id_, outcome in rows if not (id_.startswith("lead/") and outcome == "won")}
