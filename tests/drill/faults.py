"""The faults: each breaks something, lets work go on, mends it, and says what the doctor said."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import httpx

from connectors.sandbox.faults import Fault
from tests.drill.stage import Stage, pause

HOUR, DAY = 3_600.0, 86_400.0
STEPS = ("sync", "kpi", "detect", "notify", "write")
Break = Callable[[Stage], list[str]]
"""Does it, up to the moment at which nothing is broken any more; what the doctor said meanwhile."""


def database_dies(stage: Stage) -> list[str]:
    """The database is killed in the midst of sync, webhooks and pages, and comes back."""
    stage.work()
    stage.server.kill()
    with suppress(httpx.HTTPError):
        stage.work()
    said = stage.doctor()
    stage.server.start()
    return said


def process_dies(step: str) -> Break:
    """The process is killed at the end of a step, before that is committed, and started again."""

    def do(stage: Stage) -> list[str]:
        stage.die_at(step)
        stage.work()
        if step in {"kpi", "detect", "notify"}:
            stage.until(lambda: _is_dead_or_measured(stage), 90)
        stage.until(lambda: stage.is_dead() or not (stage.folder / "die").exists(), 90)
        (stage.folder / "die").unlink(missing_ok=True)
        said = stage.doctor()
        stage.revive()
        return said

    return do


def _is_dead_or_measured(stage: Stage) -> bool:
    if stage.is_dead():
        return True
    with suppress(httpx.HTTPError):  # it may die just then
        stage.sync()  # each sync of changes is followed by a measuring
    return False


def one_of_two_dies(stage: Stage) -> list[str]:
    """Two processes share the work; one is killed, the other one goes on alone."""
    first = next(iter(stage.processes))
    stage.serve()
    stage.work()
    pause(1)
    stage.kill(first)
    return stage.doctor()


def clock_jumps(seconds: float) -> Break:
    """The clock of the machine jumps, is put right after a while."""

    def do(stage: Stage) -> list[str]:
        stage.work()
        stage.jump(seconds)
        stage.work()
        pause(8)
        said = stage.doctor()
        stage.jump(0)
        return said

    return do


def crm_is_down(stage: Stage) -> list[str]:
    """The CRM answers nobody for six hours; the clock of the processes runs ahead meanwhile."""
    stage.box.faults.append(Fault(times=None, hang_up=True))
    stage.work()
    for hour in range(1, 7):
        stage.jump(hour * HOUR)
        with suppress(httpx.HTTPError):
            stage.sync()
        pause(2)
    stage.until(lambda: any("tried again" in one for one in stage.doctor()), 180)
    said = stage.doctor()
    stage.box.faults.clear()
    stage.jump(0)
    return said


def disk_of_database_fills(stage: Stage) -> list[str]:
    """No room is left for the database; somebody makes some, and starts it where it has died."""
    ballast = stage.folder / "db" / "ballast"
    _fill(ballast)
    with suppress(httpx.HTTPError):
        stage.work()
    pause(5)
    said = stage.doctor()
    ballast.unlink()
    try:
        stage.server.database.check()
    except Exception:  # noqa: BLE001 - whatever it died of
        stage.server.kill_what_is_left()
        stage.server.start()
    return said


def disk_of_data_fills(stage: Stage) -> list[str]:
    """No room is left in the data folder, where uploads go."""
    ballast = stage.folder / "data" / "ballast"
    _fill(ballast)
    stage.work()
    said = stage.doctor()
    ballast.unlink()
    return said


def _fill(path: Path) -> None:
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 2**16)


FAULTS: Mapping[str, Break] = {
    "the database is killed": database_dies,
    **{f"a process is killed in {step}": process_dies(step) for step in STEPS},
    "one of two processes is killed": one_of_two_dies,
    "the clock jumps a day ahead": clock_jumps(DAY),
    "the clock jumps a day back": clock_jumps(-DAY),
    "the CRM is down for six hours": crm_is_down,
    "the database's disk is full": disk_of_database_fills,
    "the data folder's disk is full": disk_of_data_fills,
}
