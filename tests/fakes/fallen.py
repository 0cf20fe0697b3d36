"""A customer who buys less and less and then as ever, in any of the sandbox CRMs."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from connectors.kit.marks import mark
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.amocrm import shapes as amo_shapes
from connectors.sandbox.bitrix24 import BitrixSandbox
from connectors.sandbox.bitrix24 import shapes as bitrix_shapes
from connectors.sandbox.entities import Deal
from connectors.sandbox.megaplan import MegaplanSandbox
from connectors.sandbox.megaplan import shapes as megaplan_shapes
from kam_sync import connecting, flow, tasking, writing
from kam_sync.accounts.match import own_account
from kam_sync.alerts.life import Life, State, Turn
from kam_sync.alerts.model import Alert
from kam_sync.alerts.store import AlertStore
from kam_sync.base.clock import stopped_at
from kam_sync.drift.model import Finding, Verdict, Why
from kam_sync.intake.model import NewSource, Source
from kam_sync.intake.store import WriteStore, finishing
from kam_sync.intake.writes import CrmWrite
from kam_sync.kpi.periods import shift
from kam_sync.wiring import Services
from tests.fakes.rules import rule_of
from tests.fakes.worlds import COMPANY, SmallWorld, won

FIRST = date(2024, 1, 1)
PRICE = 20_000
GOOD = [5] * 30
BAD = [*GOOD, 1, 1, 1]
WELL = [*BAD, 5, 5, 5]


def deals(months: list[int]) -> list[Deal]:
    """So many deals in each month from the first."""
    found: list[Deal] = []
    for place, count in enumerate(months):
        month = shift(FIRST, place)
        for day in range(count):
            closed_at = datetime(month.year, month.month, 15 - day, 9, tzinfo=UTC)
            found.append(won(5_000_001 + len(found), PRICE, closed_at))
    return found


class Shop(ABC):
    """One CRM in which the customer buys."""

    kind: str
    box: Any

    @abstractmethod
    def put(self, world: SmallWorld) -> None:
        """Let the deals of a world be there, too."""

    @abstractmethod
    def tasks(self, key: str) -> list[tuple[bool, str]]:
        """Whether each task with the mark of a key is done, and what is told of how it ended."""


class Amo(Shop):
    """In amoCRM."""

    kind = "amocrm"

    def __init__(self, world: SmallWorld) -> None:
        self.box = AmoSandbox(world, rate=0)

    def put(self, world: SmallWorld) -> None:
        for row in amo_shapes.rows(world):
            if row.noun == "leads":
                self.box.put("leads", orjson.loads(row.body))

    def tasks(self, key: str) -> list[tuple[bool, str]]:
        rows = [self.box.row("tasks", id_) for id_ in self.box.ids("tasks")]
        return [
            (row["is_completed"], row["result"]["text"] if row["result"] else "")
            for row in rows
            if mark(key) in row["text"]
        ]


class Bitrix(Shop):
    """In Bitrix24."""

    kind = "bitrix24"

    def __init__(self, world: SmallWorld) -> None:
        self.box = BitrixSandbox(world, rate=0)

    def put(self, world: SmallWorld) -> None:
        for row in bitrix_shapes.rows(world):
            if row.noun == "deal":
                self.box.books.put("deal", orjson.loads(row.body))

    def tasks(self, key: str) -> list[tuple[bool, str]]:
        rows = [self.box.row("activity", id_) for id_ in self.box.ids("activity")]
        said = [self.box.row("comment", id_)["COMMENT"] for id_ in self.box.ids("comment")]
        ends = [text for text in said if mark(finishing(key)) in text]
        return [
            (row["COMPLETED"] == "Y", "|".join(ends).partition("\n")[0])
            for row in rows
            if mark(key) in row["SUBJECT"]
        ]


class Mega(Shop):
    """In Megaplan."""

    kind = "megaplan"

    def __init__(self, world: SmallWorld) -> None:
        self.box = MegaplanSandbox(world, rate=0)

    def put(self, world: SmallWorld) -> None:
        for path, row in megaplan_shapes.rows(world):
            if path == "deal":
                self.box.put("deal", row)

    def tasks(self, key: str) -> list[tuple[bool, str]]:
        rows = [self.box.row("task", id_) for id_ in self.box.ids("task")]
        said = [self.box.row("comment", id_)["content"] for id_ in self.box.ids("comment")]
        ends = [text for text in said if mark(finishing(key)) in text]
        return [
            (row["status"] == "done", "|".join(ends).removeprefix("<p>").partition("<br>")[0])
            for row in rows
            if mark(key) in row["statement"]
        ]


SHOPS: list[Callable[[SmallWorld], Shop]] = [Amo, Bitrix, Mega]


class Fallen:
    """The customer, whose revenue has fallen, and the house that looks on."""

    def __init__(self, services: Services, shop: Shop, **options: str) -> None:
        self.services, self.shop, self.box = services, shop, shop.box
        new = NewSource(name="shop", kind=shop.kind, base_url=self.box.url)
        wanted = {"per_second": "0"} | options
        self.source: Source = connecting.add(services, new, self.box.token, wanted)[0]

    def measure(self, months: int) -> None:
        """Sync and measure as of the 2nd after so many months."""
        day = shift(FIRST, months)
        at = datetime(day.year, day.month, 2, 9, tzinfo=UTC)
        flow.sync(self.services, self.source.id, full=True)
        flow.measure(replace(self.services, as_of=stopped_at(at)))

    def recover(self) -> None:
        """Three months in which the customer buys as ever."""
        self.shop.put(SmallWorld(deals=deals(WELL)))
        self.measure(len(WELL))

    def begin(self, kpi: str, badness: float) -> None:
        """An alert about a KPI, as a measuring opens it."""
        now = self.services.now()
        numbers: dict[str, Any] = {
            "unit": "RUB", "observed": 20_000.0, "expected": 100_000.0, "low": 90_000.0,
            "high": 110_000.0, "gap": -badness, "since": date(2026, 7, 1),
        }  # fmt: skip
        finding = Finding(
            account_id=own_account(self.source.id, str(COMPANY)), rule=kpi, kpi=kpi,
            verdict=Verdict.DRIFT, why=Why.OUTSIDE_BAND, changed_at=now, **numbers,
        )  # fmt: skip
        life = Life(State.FIRING, now, badness)
        with self.services.database.transaction() as session:
            store = AlertStore(session)
            alert = store.begin(finding, rule_of(kpi), life, now)
            store.turn(alert, (life, [Turn.OPENED]), now)

    def alert(self) -> Alert:
        """The alert about the revenue."""
        with self.services.database.transaction() as session:
            found = AlertStore(session).alerts(limit=100)
            session.expunge_all()
        return next(one for one in found if one.kpi == "won_revenue")  # the newest

    @property
    def key(self) -> str:
        """Of the task about the alert."""
        return tasking.key_of(self.alert().id)

    def ask(self) -> None:
        """A person asks for a task about the alert."""
        alert_id: UUID = self.alert().id
        with self.services.database.transaction() as session:
            tasking.ask_about(session, self.services, alert_id, by="page")

    def write(self) -> writing.WriteResult:
        """Send all that is to be written."""
        return writing.write(self.services, self.source.id, settle=timedelta(0))

    def writes(self) -> dict[str, CrmWrite]:
        """The task about the alert as "task", and its end as "end"."""
        names = {self.key: "task", finishing(self.key): "end"}
        with self.services.database.transaction() as session:
            rows = WriteStore(session, self.source.id).latest(limit=100)
            found = {names[row.key]: row for row in rows if row.key in names}
            session.expunge_all()
        return found

    def states(self) -> dict[str, str]:
        """How these two stand."""
        return {name: row.state.value for name, row in self.writes().items()}

    def tasks(self) -> list[tuple[bool, str]]:
        """What the CRM has of the task about the alert."""
        return self.shop.tasks(self.key)


@contextmanager
def told(
    services: Services, make: Callable[[SmallWorld], Shop] = Amo, **options: str
) -> Iterator[Fallen]:
    """The customer with such an alert, that nothing was measured for: that takes long."""
    shop = make(SmallWorld())
    with shop.box:
        found = Fallen(services, shop, **options)
        flow.sync(services, found.source.id)
        found.begin("won_revenue", 8.0)
        yield found


@contextmanager
def fallen(
    services: Services, make: Callable[[SmallWorld], Shop] = Amo, **options: str
) -> Iterator[Fallen]:
    """The customer with the alert about it, which has just been opened."""
    shop = make(SmallWorld(deals=deals(BAD)))
    with shop.box:
        found = Fallen(services, shop, **options)
        found.measure(len(BAD))
        yield found
