"""What moves while a list is read: nothing is missing after the next incremental sync."""

from datetime import date
from random import Random
from typing import Any

import pytest

import kam_sync.intake.step
from connectors import Noun
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from kam_sync import flow
from kam_sync.intake.model import NounCounts, RunState, Source
from kam_sync.wiring import Services
from tests.fakes.connecting import ask, connect


class Bustle:
    """People at work in the CRM: after every stored batch of deals a few rows change."""

    def __init__(self, box: AmoSandbox, seed: int = 7) -> None:
        self._box = box
        self._dice = Random(seed)
        deals = box.count("leads")
        self.wanted = {
            "updated": deals * 5 // 100, "deleted": deals // 100, "created": deals // 100,
        }  # fmt: skip
        batches = deals // kam_sync.intake.step._BATCH
        self._share = {what: -(-count // batches) for what, count in self.wanted.items()}
        self.done = dict.fromkeys(self.wanted, 0)

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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("deals", "api_filter"),
    [
        pytest.param(25_000, "ignored", marks=pytest.mark.heavy),
        pytest.param(5_000, "on", marks=pytest.mark.heavy),
        (2_500, "on"),
    ],
)
def test_nothing_is_missing_after_deals_moved_while_they_were_read(
    services: Services, deals: int, api_filter: str
) -> None:
    world = MadeUpWorld(size=deals // 250, deals=deals, contacts=400, today=date(2026, 11, 1))
    with AmoSandbox(world, rate=0, api_filter=api_filter) as box:
        source = connect(services, box)
        bustle = Bustle(box)
        assert flow.sync(services, source.id, watch=bustle).state is RunState.DONE
        assert {
            what: count >= bustle.wanted[what] * 0.9 for what, count in bustle.done.items()
        } == (dict.fromkeys(bustle.wanted, True))
        assert flow.sync(services, source.id).state is RunState.DONE
        assert stored_deals(services, source) == deals_of(box)


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
