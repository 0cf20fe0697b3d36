"""Whatever mix of faults, lost answers, crashes and retries: each key is one task in the CRM."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from connectors import NewTask, Noun, Ref
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from connectors.sandbox.world import MadeUpWorld
from kam_sync.intake.store import WriteStore
from kam_sync.wiring import Services
from tests.fakes.connecting import connect
from tests.flow.test_writing import ask_for, marked, states, task, write

TASKS = "/api/v4/tasks$"


TROUBLES: tuple[dict[str, Any], ...] = (
    {"status": 504},
    {"status": 502, "html": True},
    {"status": 429, "body": b'{"retry_after": 1}'},
    {"status": 400, "body": b'{"title": "Bad Request"}'},
    {"hang_up": True},
    {"lose_answer": True},
    {"truncate_at": 150},
)


def fault(dice: Random) -> Fault:
    """One of the things that go wrong, at a random request; what is truncated was done."""
    trouble = dice.choice(TROUBLES)
    times = 1 if trouble.get("status") == 400 else dice.choice([1, 1, 2, 6])
    return Fault(TASKS, dice.randint(0, 2), times, **trouble)


@contextmanager
def crashing(services: Services, dice: Random) -> Iterator[None]:
    """Sometimes a commit never happens and the walk ends there, as when a process dies."""
    engine, left = services.database.engine, dice.choice([2, 3, 4, 6, 99])

    def count(_connection: sa.Connection) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise InterruptedError

    sa.event.listen(engine, "commit", count)
    try:
        with suppress(InterruptedError):
            yield
    finally:
        sa.event.remove(engine, "commit", count)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_any_mix_of_troubles_ends_with_one_task_a_key(services: Services, seed: int) -> None:
    dice = Random(seed)
    world = MadeUpWorld(size=5, deals=20, contacts=5, today=date(2026, 11, 1))
    batch = dice.choice(["atomic", "partial"])
    with AmoSandbox(world, rate=0, batch=batch) as box:
        source = connect(services, box)
        about = [Ref(Noun.COMPANY, str(number)) for number in box.ids("companies")]
        nowhere = Ref(Noun.COMPANY, "987654321")
        asked: list[NewTask] = []
        for _ in range(6):
            fresh = [task(f"t{len(asked) + n}", dice.choice(about)) for n in range(3)]
            asked += fresh
            bad = [task(f"bad{len(asked)}", nowhere)] if dice.random() < 0.5 else []
            ask_for(services, source, *fresh, *bad, dice.choice(asked))
            box.faults.append(fault(dice))
            with crashing(services, dice):
                write(services, source)
            with services.database.transaction() as session:
                WriteStore(session, source.id).retry()
        box.faults.clear()
        for _ in range(2):  # the others of a refused batch go by themselves in the next walk
            write(services, source)
        keys = [one.key for one in asked]
        assert marked(box, keys) == dict.fromkeys(keys, 1)
        found = states(services, source)
        assert {found[key] for key in keys} == {"done"}
        assert {state for key, state in found.items() if key not in keys} <= {"failed"}
