"""Whatever people do in amoCRM between and during syncs, the store ends as amoCRM is."""

from collections.abc import Callable
from datetime import date
from random import Random

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from kam_sync import flow
from kam_sync.intake.model import RunState, Source
from kam_sync.wiring import Services
from tests.fakes.connecting import ask, connect

_TABLES = {
    "leads": "deal", "contacts": "contact", "companies": "company", "customers": "customer",
    "customers/transactions": "purchase", "tasks": "task", "catalogs/1001/elements": "product",
    "catalogs/1002/elements": "invoice",
}  # fmt: skip
_NOTES = ("leads", "contacts", "companies", "customers")


def live(services: Services, source: Source, table: str) -> set[str]:
    query = f"SELECT external_id FROM {table} WHERE source_id = :id AND NOT is_deleted"
    return {row[0] for row in ask(services, query, id=source.id)}


def assert_the_same(services: Services, source: Source, box: AmoSandbox) -> None:
    for path, table in _TABLES.items():
        assert live(services, source, table) == {str(id_) for id_ in box.ids(path)}, path
    stored = {id_ for id_ in live(services, source, "activity") if "/" in id_}
    assert stored == {f"{noun}/{id_}" for noun in _NOTES for id_ in box.ids(f"{noun}/notes")}
    prices = {
        id_: int(amount)
        for id_, amount in ask(
            services, "SELECT external_id, amount FROM deal WHERE NOT is_deleted"
        )
    }
    assert prices == {str(id_): box.row("leads", id_)["price"] for id_ in box.ids("leads")}


def story(box: AmoSandbox, dice: Random) -> None:
    """Two dozen things that people do."""
    gone: list[int] = []

    def remove_lead() -> None:
        gone.append(dice.choice(box.ids("leads")))
        box.remove("leads", gone[-1])

    def restore() -> None:
        if gone:
            box.restore("leads", gone.pop())

    def merge() -> None:
        loser, survivor = dice.sample(box.ids("contacts"), 2)
        box.merge("contacts", loser, survivor, delete_event=dice.random() < 0.5)

    def note() -> None:
        about = dice.choice(box.ids("leads"))
        values = {"entity_id": about, "note_type": "common", "params": {"text": "а"}}
        box.add("leads/notes", values)

    def sell() -> None:
        values = {"customer_id": dice.choice(box.ids("customers")), "price": 500}
        box.add("customers/transactions", values)

    deeds: list[Callable[[], object]] = [
        remove_lead, restore, merge, note, sell,
        lambda: box.change("leads", dice.choice(box.ids("leads")), price=dice.randint(1, 9_999)),
        lambda: box.add("leads", {"name": "Новая", "price": 5}),
        lambda: box.add("companies", {"name": "Новая"}),
        lambda: box.remove("tasks", dice.choice(box.ids("tasks"))),
        lambda: box.remove("leads/notes", dice.choice(box.ids("leads/notes"))),
        lambda: box.change("catalogs/1001/elements", dice.choice(box.ids("catalogs/1001/elements")),
                           name="Иначе"),
    ]  # fmt: skip
    for _ in range(24):
        dice.choice(deeds)()


@pytest.mark.heavy
@pytest.mark.parametrize("api_filter", ["on", "ignored"])
@pytest.mark.parametrize("seed", [1, 2])
def test_after_the_next_sync_the_store_is_as_amocrm_is(
    services: Services, seed: int, api_filter: str
) -> None:
    dice = Random(seed)
    world = MadeUpWorld(size=20, deals=300, contacts=60, today=date(2026, 11, 1))
    with AmoSandbox(world, rate=0, api_filter=api_filter) as box:
        source = connect(services, box, api_filter, most_deleted_percent="100")
        for _ in range(3):
            assert flow.sync(services, source.id).state is RunState.DONE
            story(box, dice)
        assert flow.sync(services, source.id).state is RunState.DONE
        assert_the_same(services, source, box)


def test_what_no_event_tells_is_found_missing_by_the_daily_reading(services: Services) -> None:
    world = MadeUpWorld(size=5, deals=60, contacts=12, today=date(2026, 11, 1))
    with AmoSandbox(world, rate=0) as box:
        source = connect(services, box, whole_every="0")
        flow.sync(services, source.id)
        gone = {
            path: box.ids(path)[0] for path in ("customers/transactions", "catalogs/1001/elements")
        }
        for path, id_ in gone.items():
            box.remove(path, id_, silent=True)
        result = flow.sync(services, source.id)
        assert result.state is RunState.DONE
        assert live(services, source, "purchase") == {
            str(id_) for id_ in box.ids("customers/transactions")
        }
        assert live(services, source, "product") == {
            str(id_) for id_ in box.ids("catalogs/1001/elements")
        }
