"""A sync that is killed at any moment leaves nothing wrong behind, and nothing out."""

import signal
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path
from random import Random

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from kam_sync import flow
from kam_sync.intake.model import RunState, Source
from kam_sync.intake.store import SourceStore
from kam_sync.wiring import Services
from tests.fakes.connecting import ask, connect

SCRIPT = Path(__file__).with_name("sync_in_small_steps.py")
_OURS = "'source_id', 'account_id', 'change_no', 'changed_at', 'at'"
_STORES = {
    table: f"SELECT (to_jsonb(t) - ARRAY[{_OURS}])::text FROM {table} t"  # noqa: S608 - our tables
    " WHERE source_id = :id ORDER BY 1"
    for table in (
        "raw_record", "crm_group", "crm_user", "custom_field", "pipeline", "stage", "loss_reason",
        "product", "company", "contact", "deal", "customer", "purchase", "invoice", "task",
        "activity", "set_aside",
    )
}  # fmt: skip
_STORES["account"] = (
    "SELECT l.company_external_id, l.evidence, a.name, a.inn, a.kpp, a.is_active"
    " FROM account_link l JOIN account a ON a.id = l.account_id WHERE l.source_id = :id ORDER BY 1"
)


@pytest.mark.slow
def test_a_sync_that_was_killed_six_times_ends_as_an_undisturbed_one(services: Services) -> None:
    world = MadeUpWorld(size=30, deals=5_000, contacts=1_000, today=date(2026, 11, 1))
    dice = Random(7)
    with AmoSandbox(world, rate=0) as box:
        killed, calm = connect_twice(services, box)
        broken = box.ids("leads")[700]
        box.change("leads", broken, price="дорого", updated_at=1_700_000_000)
        flow.sync(services, calm.id)
        for _ in range(4):
            assert die_in_sync(services, killed, commit=dice.randint(50, 75)) == -signal.SIGKILL
        for _ in range(2):
            kill_sync(services, killed, batches=dice.randint(1, 3), then=dice.uniform(0, 0.1))
        assert finish_sync(services, killed) == 0
    ended, undisturbed = contents(services, killed), contents(services, calm)
    assert [table for table in _STORES if ended[table] != undisturbed[table]] == []
    assert len(ended["deal"]) == len(list(world.deals())) - 1
    assert len(ended["set_aside"]) == 1
    running = "SELECT count(*) FROM run WHERE state = 'running'"
    assert ask(services, running) == [(0,)]


def connect_twice(services: Services, box: AmoSandbox) -> tuple[Source, Source]:
    """The same account as two sources with the same field map."""
    killed = connect(services, box, "killed")
    calm = connect(services, box, "calm", unchecked=True)
    with services.database.transaction() as session:
        sources = SourceStore(session)
        sources.set_field_map(calm.id, sources.access(killed.id).field_map)
    return killed, calm


def contents(services: Services, source: Source) -> dict[str, list[tuple[object, ...]]]:
    """What is stored of a source, without our own ids, time stamps and change numbers."""
    return {table: ask(services, query, id=source.id) for table, query in _STORES.items()}


def kill_sync(services: Services, source: Source, *, batches: int, then: float) -> None:
    """Kill a sync some time after so many batches."""
    with start(services, source) as victim:
        assert victim.stdout is not None
        for _ in range(batches):
            assert victim.stdout.readline(), "the sync was over too soon"
        threading.Event().wait(then)
        victim.kill()
        victim.stdout.read()
    assert victim.returncode == -signal.SIGKILL


def die_in_sync(services: Services, source: Source, *, commit: int) -> int:
    """Let a sync kill itself just before a commit."""
    with start(services, source, str(commit)) as process:
        process.communicate()
    return process.returncode


def finish_sync(services: Services, source: Source) -> int:
    """Let a sync run to its end."""
    with start(services, source) as process:
        process.communicate()
    return process.returncode


def start(services: Services, source: Source, *more: str) -> "subprocess.Popen[str]":
    url, folder = services.database.conninfo, services.settings.data_dir
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), url, str(folder), str(source.id), *more],
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_a_sync_of_changes_that_was_killed_misses_none(services: Services) -> None:
    world = MadeUpWorld(size=10, deals=2_000, contacts=50, today=date(2026, 11, 1))
    with AmoSandbox(world, rate=0) as box:
        killed, calm = connect_twice(services, box)
        flow.sync(services, killed.id)
        for place, id_ in enumerate(box.ids("leads")):
            box.change("leads", id_, price=place)
        # seven nouns before the deals take a batch each; then some deals
        kill_sync(services, killed, batches=9, then=0)
        assert finish_sync(services, killed) == 0
        assert flow.sync(services, calm.id).state is RunState.DONE
    assert contents(services, killed) == contents(services, calm)
