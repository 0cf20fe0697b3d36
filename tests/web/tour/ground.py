"""A made-up company in which every operation of the API has something to show."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import connectors as gate
from connectors import Noun, Outcome, RawRecord
from connectors.kit import pace as kit_pace
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from kam_sync import connecting, flow
from kam_sync.alerts.model import IncidentKind
from kam_sync.alerts.store import IncidentStore
from kam_sync.base.clock import stopped_at
from kam_sync.intake.model import HeldWhy, NewSource
from kam_sync.intake.store import HeldStore, RawStore
from kam_sync.jobs.queue import defer_measure
from kam_sync.wiring import Services
from tests.connectors.test_profiled_files import PROFILE
from tests.fakes.listener import Listener
from tests.fakes.mailbox import Mailbox
from tests.web import parted
from tests.web.world import WHEN, World, won_deal

INN, OTHER_INN = "7707083893", "7728168971"
FILES = "sber"
"""The source that reads files."""


@dataclass
class Ground:
    """The world, the CRM that is connected by the API, and who is told."""

    world: World
    box: AmoSandbox
    ear: Listener
    mail: Mailbox
    held: dict[str, int] = field(default_factory=dict)


@contextmanager
def laid_out(services: Services, folder: Path) -> Iterator[Ground]:
    """That company. This machine may be sent to, and CRMs keep no pace meanwhile."""
    here = services.settings.model_copy(update={"data_dir": folder, "allowed_targets": "127.0.0.1"})
    paced, kit_pace.sleep = kit_pace.sleep, lambda _: None
    made_up = MadeUpWorld(size=3, deals=40, contacts=6, today=date(2026, 11, 23))
    with ExitStack() as stack:
        stack.callback(setattr, kit_pace, "sleep", paced)
        box, ear = stack.enter_context(AmoSandbox(made_up, rate=0)), stack.enter_context(Listener())
        world = World(replace(services, settings=here))
        ground = Ground(world, box, ear, stack.enter_context(Mailbox()))
        _fill(ground)
        yield ground


def _fill(ground: Ground) -> None:
    world = ground.world
    sales = parted.part(world).source_id
    other = world.add_source("other")
    _fill_sales(world, sales)
    _fill_other(world, other)
    for source_id in (sales, other):
        world.add_run(source_id)
    world.set_aside(sales, 2)
    ground.held = {noun: _hold(world, sales, Noun(noun)) for noun in ("company", "contact")}
    new = NewSource(name=FILES, kind="sbercrm", base_url="https://app.sbercrm.com")
    connecting.add(world.services, new, "", {"profile": PROFILE})
    flow.match(world.services)
    a_month_ago = replace(world.services, as_of=stopped_at(datetime(2026, 11, 3, 9, tzinfo=UTC)))
    flow.measure(a_month_ago)
    late = won_deal("350", "1", 90_000, datetime(2026, 10, 28, tzinfo=UTC))
    world.save(sales, Noun.DEAL, late)  # October is measured once more
    world.measure()
    with world.services.database.transaction() as session:
        facts = {"source": "sales", "hours": 3}
        IncidentStore(session).open(IncidentKind.QUIET_HOOKS, "source:1/hooks", facts, WHEN)
        defer_measure(session)


def _fill_sales(world: World, source_id: int) -> None:
    """Romashka bought for 2.9 million a month, and since August for 1.2 million."""
    world.save(source_id, Noun.USER, gate.User("7", "Анна Смирнова", "anna@kam.example"))
    world.save(
        source_id,
        Noun.COMPANY,
        gate.Company("1", "ООО «Ромашка»", INN, "770701001", owner_external_id="7"),
        gate.Company("2", "Лютик", OTHER_INN, phones=("8 495 765-43-21",)),
        gate.Company("3", "ООО «Вега»", phones=("8 495 111-22-33",), website="vega.example"),
    )
    world.save(
        source_id,
        Noun.CONTACT,
        gate.Contact("7", "Павлова Юлия", "1", "директор", ("8 916 123-45-67",),
                     ("jp@romashka.example",)),
        gate.Contact("8", "Олег Ким", "1", phones=("8 495 111-22-34",)),
    )  # fmt: skip
    usual = [2_900_000 + 100_000 * (month % 3 - 1) for month in range(21)]
    world.add_months(source_id, "1", *usual, 1_200_000, 1_200_000, 1_200_000)
    open_deal = gate.Deal("351", "Кабель", "1", "2", Outcome.OPEN, Decimal(2_100), "RUB", "3")
    world.save(source_id, Noun.DEAL, open_deal)
    plan = gate.Plan(
        external_id="p1", company_external_id="1", kpi="won_revenue", starts_on=date(2026, 10, 1),
        ends_on=date(2026, 12, 31), target=Decimal(9_000_000), currency="RUB",
    )  # fmt: skip
    world.save(source_id, Noun.PLAN, plan)


def _fill_other(world: World, source_id: int) -> None:
    """Another CRM, which knows some of the same customers and people."""
    world.save(
        source_id,
        Noun.COMPANY,
        gate.Company("17", "Vega", emails=("info@vega-trade.example",)),
        gate.Company("18", "Лютик", "7736050003", phones=("+7 495 765 43 21",)),
        gate.Company("19", "Romashka LLC", INN),
    )
    world.save(
        source_id,
        Noun.CONTACT,
        gate.Contact("70", "Yulia Pavlova", "19", None, ("+7 916 123 45 67",),
                     ("jp@romashka.example",)),
        gate.Contact("80", "Олег Ким", "19", emails=("kim@romashka.example",)),
    )  # fmt: skip
    world.save(source_id, Noun.DEAL, won_deal("52", "17", 900, WHEN))


def _hold(world: World, source_id: int, noun: Noun) -> int:
    """Deletions that wait for a person."""
    raws = [RawRecord(noun, key, {"id": key, "name": key}) for key in ("902", "903")]
    with world.services.database.transaction() as session:
        RawStore(session, source_id).keep(noun, raws, WHEN)
        store = HeldStore(session, source_id)
        gone = {raw.external_id: None for raw in raws}
        store.hold(noun, gone, live=8, why=HeldWhy.SHARE, now=WHEN)
        return next(one.id for one in store.waiting() if one.noun == noun.value)
