"""Plays the faults on one installation, and judges each."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from kam_sync.base.clock import utc_now
from tests.drill.faults import FAULTS, Break
from tests.drill.stage import Stage, TooSlow, staged

_RECOVERS_IN = 300.0
"""Seconds, from when nothing is broken any more."""
_DISKS = {"db": "600m", "data": "300m"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one fault."""

    fault: str
    during: list[str]
    """What the doctor said while it was there."""
    after: list[str]
    seconds: float
    """Until all was well again."""
    wrong: list[str]


def play(folder: Path, is_wanted: Callable[[str], bool]) -> list[Outcome]:
    """Every fault that is wanted."""
    world = MadeUpWorld(size=12, deals=600, contacts=40, today=utc_now().date())
    with small_disks(folder) as are_small, AmoSandbox(world, rate=0) as box:
        wanted = {
            name: fault
            for name, fault in FAULTS.items()
            if is_wanted(name) and (are_small or "disk" not in name)
        }
        with staged(folder, box) as stage:
            return [_told(_play(stage, name, fault)) for name, fault in wanted.items()]


def _told(outcome: Outcome) -> Outcome:
    """Each is told when it is known: a drill takes long, and may be cut short."""
    sys.stderr.write(f"drill: {outcome}\n")
    return outcome


def _play(stage: Stage, name: str, fault: Break) -> Outcome:
    sys.stderr.write(f"drill: {name}\n")
    during: list[str] = []
    try:
        during = fault(stage)
        seconds = stage.settle(_RECOVERS_IN)
    except TooSlow as error:
        return Outcome(name, during, stage.doctor(), _RECOVERS_IN, [str(error)])
    return Outcome(name, during, stage.doctor(), seconds, stage.wrongs())


@contextmanager
def small_disks(folder: Path) -> Iterator[bool]:
    """Small disks for database and data folder, where this machine lets us mount some."""
    mounted: list[Path] = []
    try:
        for name, size in _DISKS.items():
            place = folder / name
            place.mkdir()
            command = ["/bin/mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
            if subprocess.run(command, check=False, capture_output=True).returncode == 0:
                mounted.append(place)
        yield len(mounted) == len(_DISKS)
    finally:
        for place in mounted:
            subprocess.run(["/bin/umount", "-l", str(place)], check=False)
