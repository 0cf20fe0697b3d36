"""What moves while a list is read: nothing is missing after the next incremental sync."""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

import pytest

from connectors import Noun
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from kam_sync import flow
from kam_sync.intake.model import NounCounts, RunState, Source
from kam_sync.wiring import Services
from tests.fakes.connecting import ask, connect

_DEALS = 50_000


class Bustle:
    """People at work in the CRM: after every stored batch of deals a few rows change."""

    def __init__(self, box: AmoSandbox, batches: int, seed: int = 7) -> None:
        self._box = box
        self._dice = Random(seed)
        self._share = {what: count // batches for what, count in _COUNTS.items()}
        self.done = dict.fromkeys(_COUNTS, 0)

    def __call__(self, _source: Source, noun: Noun, _counts: NounCounts) -> None:
        """Work for a while."""
        if noun is not Noun.DEAL:
            return
        ids = self._box.ids("leads")
        for id_ in self._dice.sample(ids, self._share["updated"]):
            self._box.change("leads", id_, price=self._dice.randrange(10**6), name="передвинута")
            self.done["updated"] += 1
        for id_ in self._dice.sample(self._box.ids("leads"), self._share["deleted"]):
            self._box.remove("leads", id_)
            self.done["deleted"] += 1
        pattern = self._box.row("leads", self._box.ids("leads")[0])
        for _ in range(self._share["created"]):
            self._box.add(
                "leads", {k: v for k, v in pattern.items() if k != "id"} | {"name": "новая"}
            )
            self.done["created"] += 1


_COUNTS = {"updated": _DEALS * 5 // 100, "deleted": _DEALS // 100, "created": _DEALS // 100}


@pytest.fixture(params=["on", "ignored"])
def big_box(request: pytest.FixtureRequest) -> Iterator[AmoSandbox]:
    """50,000 deals, with and without the paid filter."""
    world = MadeUpWorld(size=200, deals=_DEALS, contacts=400, today=date(2026, 11, 1))
    with AmoSandbox(world, rate=0, api_filter=request.param) as box:
        yield box


@pytest.mark.slow
def test_nothing_is_missing_after_50000_deals_moved_while_they_were_read(
    services: Services, big_box: AmoSandbox
) -> None:
    source = connect(services, big_box)
    bustle = Bustle(big_box, batches=_DEALS // 1_500)
    assert flow.sync(services, source.id, watch=bustle).state is RunState.DONE
    assert {what: count >= _COUNTS[what] * 0.9 for what, count in bustle.done.items()} == (
        dict.fromkeys(_COUNTS, True)
    )
    assert flow.sync(services, source.id).state is RunState.DONE
    assert stored_deals(services, source) == deals_of(big_box)


def stored_deals(services: Services, source: Source) -> dict[str, tuple[Any, ...]]:
    """Live deals in our words: name, amount, stage."""
    query = (
        "SELECT external_id, name, amount::bigint, stage_external_id FROM deal"
        " WHERE source_id = :id AND NOT is_deleted"
    )
    return {row[0]: row[1:] for row in ask(services, query, id=source.id)}


def deals_of(box: AmoSandbox) -> dict[str, tuple[Any, ...]]:
    """The same from the CRM."""
    rows = (box.row("leads", id_) for id_ in box.ids("leads"))
    return {str(r["id"]): (r["name"].strip(), r["price"], str(r["status_id"])) for r in rows}
