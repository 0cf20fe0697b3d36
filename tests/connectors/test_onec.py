"""1C keeps the contract of every connector: as BP with payments, as UT with shipments."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from connectors.kit.contract import Connector
from connectors.kit.records import Noun, RawRecord
from connectors.onec.profiles import BALANCES, ROLES
from connectors.sandbox.onec import OneCSandbox
from connectors.sandbox.world import MadeUpWorld
from kam_sync import flow
from kam_sync.intake.model import Source
from kam_sync.ledger.model import Check, LedgerState
from kam_sync.wiring import Services
from tests.connectors.checks import ConnectorChecks
from tests.connectors.played import Played
from tests.connectors.store_checks import StoreChecks, written

_MOSCOW = ZoneInfo("Europe/Moscow")
_PAID = {
    "Ref_Key": "00000001-0013-11ee-8000-000000000001", "DataVersion": "AAAAAAAAAAE=",
    "DeletionMark": False, "Posted": True, "Number": "0000-000001  ",
    "Date": "2026-07-22T17:22:08", "СуммаДокумента": 22729.17, "@currency": "RUB",
    "ВидОперации": "ОплатаПокупателя", "Контрагент": "00000001-0002-11ee-8000-000000000001",
    "Контрагент_Type": "StandardODATA.Catalog_Контрагенты", "НазначениеПлатежа": "Оплата",
    "РасшифровкаПлатежа": [
        {"LineNumber": "1", "СчетНаОплату": "00000001-0010-11ee-8000-000000000001",
         "СчетНаОплату_Type": "StandardODATA.Document_СчетНаОплатуПокупателю"}
    ],
}  # fmt: skip


class PlayedOneC(Played):
    """The sandbox as an accounting base. Payments are of two sets, which their ids tell.

    1C has no time of the last change: what is to show in the window of the last weeks is a
    document of these weeks, so a change at some time also moves the document there.
    """

    kind = "1c"
    noun = Noun.PAYMENT
    configuration = "bp"
    options: ClassVar[Mapping[str, str]] = {"per_second": "0", "page_rows": "40"}
    can_renew = False
    name_field = "НазначениеПлатежа"

    def make_box(self) -> OneCSandbox:
        """More than four pages of payments."""
        world = MadeUpWorld(size=5, deals=200, contacts=5, today=date(2026, 11, 1))
        return OneCSandbox(world, configuration=self.configuration)

    def roles(self, box: OneCSandbox) -> Mapping[str, str]:
        """The sets of the noun by what their ids begin with."""
        return {"bank": box.names.bank, "cash": box.names.cash}

    def open(
        self, box: Any, token: str | None = None, renew: Callable[[str], str] | None = None
    ) -> Connector:
        """A password has a user before it."""
        return super().open(box, token if token is None else f"{token}:{token}", renew)

    def ids(self, box: OneCSandbox) -> set[str]:
        return {f"{role}/{key}" for role, name in self.roles(box).items() for key in box.ids(name)}

    def change(self, box: OneCSandbox, external_id: str, at: datetime, **fields: Any) -> None:
        role, _, key = external_id.partition("/")
        if "name" in fields:
            fields[self.name_field] = fields.pop("name")
        there = at.astimezone(_MOSCOW).strftime("%Y-%m-%dT%H:%M:%S")
        box.change(self.roles(box)[role], key, Date=there, **fields)

    def delete(self, box: OneCSandbox, external_id: str) -> None:
        role, _, key = external_id.partition("/")
        box.remove(self.roles(box)[role], key)

    def more_bodies(self) -> Sequence[RawRecord]:
        return [RawRecord(Noun.PAYMENT, "bank/00000001-0013-11ee-8000-000000000001", _PAID)]


class TestOneC(PlayedOneC, ConnectorChecks):
    """The shared checks against the sandbox."""


class TestOneCInTheStore(PlayedOneC, StoreChecks):
    """The same with the house behind it."""

    def test_the_nightly_comparison_puts_right_what_no_window_shows(
        self, services: Services, box: Any, source: Source
    ) -> None:
        flow.sync(services, source.id)
        assert {noun: check.state for noun, check in _compared(services, source).items()} == (
            dict.fromkeys(set(ROLES) - BALANCES, LedgerState.EQUAL)
        )
        old = sorted(box.base.rows(box.names.bank), key=lambda row: str(row["Date"]))
        box.change(box.names.bank, old[0]["Ref_Key"], СуммаДокумента=7)
        box.remove(box.names.bank, old[1]["Ref_Key"])
        assert written(flow.sync(services, source.id)) == {}
        check = _compared(services, source)[Noun.PAYMENT]
        assert (check.state, check.differing, check.only_here) == (LedgerState.REPAIRED, 1, 1)
        assert self.gone(services) == {f"bank/{old[1]['Ref_Key']}"}


class TestOneCOfTrade(PlayedOneC, ConnectorChecks):
    """The same for the shipments and returns of a trade base."""

    noun = Noun.SHIPMENT
    configuration = "ut"
    options: ClassVar[Mapping[str, str]] = {
        "per_second": "0", "page_rows": "25", "configuration": "ut",
    }  # fmt: skip
    name_field = "Комментарий"

    def roles(self, box: OneCSandbox) -> Mapping[str, str]:
        return {"shipment": box.names.shipment, "return": box.names.returned}

    def more_bodies(self) -> Sequence[RawRecord]:
        return []


def _compared(services: Services, source: Source) -> dict[Noun, Check]:
    checks = {
        noun: flow.reconcile(services, source.id, noun, watch=lambda *_: None).check
        for noun in ROLES
    }
    return {noun: check for noun, check in checks.items() if check is not None}
