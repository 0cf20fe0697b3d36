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
from kam_sync.wiring import Services
from tests.fakes.connecting import ask, connect, twin
from tests.fakes.contents import contents, differences

SCRIPT = Path(__file__).with_name("sync_in_small_steps.py")


@pytest.mark.heavy
def test_a_sync_that_was_killed_six_times_ends_as_an_undisturbed_one(services: Services) -> None:
    world = MadeUpWorld(size=10, deals=2_500, contacts=300, today=date(2026, 11, 1))
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
    assert differences(ended, undisturbed) == []
    assert len(ended["deal"]) == len(list(world.deals())) - 1
    assert len(ended["set_aside"]) == 1
    running = "SELECT count(*) FROM run WHERE state = 'running'"
    assert ask(services, running) == [(0,)]


def connect_twice(services: Services, box: AmoSandbox) -> tuple[Source, Source]:
    """The same account as two sources with the same field map."""
    killed = connect(services, box, "killed")
    return killed, twin(services, box, killed, "calm")


def kill_sync(services: Services, source: Source, *, batches: int, then: float) -> None:
    """Kill a sync some time after so many batches, in the next one or when that is done."""
    with start(services, source, stdin=subprocess.PIPE) as victim:
        assert victim.stdout is not None
        assert victim.stdin is not None
        for _ in range(batches):
            assert victim.stdout.readline(), "the sync was over too soon"
            victim.stdin.write("go on\n")
            victim.stdin.flush()
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


def start(
    services: Services, source: Source, *more: str, stdin: int = subprocess.DEVNULL
) -> "subprocess.Popen[str]":
    url, folder = services.database.conninfo, services.settings.data_dir
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), url, str(folder), str(source.id), *more],
        stdin=stdin,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_a_sync_of_changes_that_was_killed_misses_none(services: Services) -> None:
    world = MadeUpWorld(size=10, deals=1_200, contacts=50, today=date(2026, 11, 1))
    with AmoSandbox(world, rate=0) as box:
        killed, calm = connect_twice(services, box)
        flow.sync(services, killed.id)
        for place, id_ in enumerate(box.ids("leads")):
            box.change("leads", id_, price=place)
        # seven nouns before the deals take a batch each; then some deals
        kill_sync(services, killed, batches=9, then=0)
        assert finish_sync(services, killed) == 0
        assert flow.sync(services, calm.id).state is RunState.DONE
    assert differences(contents(services, killed), contents(services, calm)) == []
