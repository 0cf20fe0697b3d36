"""Megaplan keeps the contract of every connector."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from connectors.kit.records import Noun, RawRecord
from connectors.sandbox.megaplan import MegaplanSandbox
from connectors.sandbox.megaplan.tagged import moment
from connectors.sandbox.world import MadeUpWorld
from tests.connectors.checks import ConnectorChecks
from tests.connectors.played import Played
from tests.connectors.store_checks import StoreChecks


def _named(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "hrName": "Поле", "contentType": kind} | more


_CUSTOM = {
    "Category183CustomFieldSegment": "A",
    "Category183CustomFieldDa": True,
    "Category183CustomFieldOborot": 1.5,
    "Category183CustomFieldDen": {"contentType": "DateOnly", "year": 2026, "month": 0, "day": 31},
    "Category183CustomFieldVremya": moment(datetime(2026, 1, 1, tzinfo=UTC)),
    "Category183CustomFieldSumma": {"contentType": "Money", "currency": "RUB", "value": 10},
    "Category183CustomFieldVybor": [{"contentType": "Choice", "id": "1", "name": "Опт"}],
    "Category183CustomFieldFail": [{"contentType": "File", "id": "9", "name": "a.pdf"}],
}
_KINDS = (
    "EnumField", "BoolField", "FloatField", "DateField", "DateTimeField", "MoneyField",
    "EnumField", "ResourceField",
)  # fmt: skip
_EXTRA = [
    _named(name, kind, isMultiple=name.endswith("Vybor"))
    for name, kind in zip(_CUSTOM, _KINDS, strict=True)
]
MORE = [
    RawRecord(
        Noun.COMPANY,
        "1",
        {
            "contentType": "ContractorCompany",
            "id": "1",
            "name": "ООО «Ромашка»",
            "payers": [
                {"contentType": "Payer", "id": "2", "inn": "7707083893", "kpp": "770701001"}
            ],
            "extraFields": _EXTRA,
            "isDropped": True,
        }
        | _CUSTOM,
    ),
]


class PlayedMegaplan(Played):
    """The sandbox Megaplan."""

    kind = "megaplan"
    options: ClassVar[Mapping[str, str]] = {"per_second": "0", "comment_days": "3650"}
    late = timedelta(minutes=25)
    switches: ClassVar[Mapping[str, Any]] = {}

    def make_box(self) -> MegaplanSandbox:
        """Four pages of deals."""
        world = MadeUpWorld(size=5, deals=330, contacts=10, today=date(2026, 11, 1))
        return MegaplanSandbox(world, rate=0, **self.switches)

    def ids(self, box: MegaplanSandbox) -> set[str]:
        return {str(id_) for id_ in box.ids("deal")}

    def change(self, box: MegaplanSandbox, external_id: str, at: datetime, **fields: Any) -> None:
        box.change("deal", int(external_id), timeUpdated=moment(at), **fields)

    def delete(self, box: MegaplanSandbox, external_id: str) -> None:
        box.remove("deal", int(external_id))

    def close_task(self, box: MegaplanSandbox, external_id: str) -> None:
        box.change("task", int(external_id), status="completed")

    def delete_task(self, box: MegaplanSandbox, external_id: str) -> None:
        box.remove("task", int(external_id))

    def is_done(self, box: MegaplanSandbox, external_id: str) -> bool:
        return bool(box.row("task", int(external_id))["status"] == "done")

    def more_bodies(self) -> Sequence[RawRecord]:
        return MORE


class TestMegaplan(PlayedMegaplan, ConnectorChecks):
    """The shared checks against the sandbox Megaplan."""


class TestMegaplanInTheStore(PlayedMegaplan, StoreChecks):
    """The same with the house behind it."""
