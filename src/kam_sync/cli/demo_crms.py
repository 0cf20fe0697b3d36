"""The sandbox CRMs of the demo, each in a process of its own, and their sources."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from kam_sync import connecting
from kam_sync.base.errors import NotHere, WrongUse
from kam_sync.intake.model import NewSource
from kam_sync.wiring import Services

CRMS: Mapping[str, int] = {
    "amocrm": 100, "bitrix24": 35, "megaplan": 30, "sbercrm": 25, "1c": 100
}  # fmt: skip
"""Kind of CRM -> how many in a hundred of the customers it knows: a partner and a subsidiary know
some of them, bookkeeping all."""


@dataclass(frozen=True, slots=True)
class World:
    """Whose customers they are."""

    seed: int
    size: int
    spelt: bool = False
    """Whether each CRM has its own way to write the customers that they share."""
    data: Path | None = None
    """A folder of CSV files instead, which one CRM alone can serve."""

    @property
    def commands(self) -> dict[str, list[str]]:
        """How the sandbox of each kind is told what to serve."""
        if self.data is not None:
            return {"amocrm": ["--data", str(self.data)]}
        told = ["--seed", str(self.seed), *(["--spelt"] if self.spelt else [])]
        return {
            kind: [*told, "--size", str(max(self.size * share // 100, 1))]
            for kind, share in CRMS.items()
        }


Box = Mapping[str, Any]
"""What a sandbox says of itself: kind, url, token, options, today, world, rows."""


@contextmanager
def sandboxes(world: World) -> Iterator[list[Box]]:
    """The sandboxes; they end with us, even when we are killed, by the end of their input."""
    with ExitStack() as stack:
        started = [
            stack.enter_context(_started(kind, options)) for kind, options in world.commands.items()
        ]  # all at once, for each takes a while to make up its rows
        yield [_said(process) for process in started]


def connect(services: Services, box: Box) -> int:
    """The sandbox as a source, by the name of its kind; where it is already, its new address."""
    kind, url, token = box["kind"], box["url"], box["token"]
    try:
        return connecting.move(services, kind, url, token).id
    except NotHere:
        new = NewSource(name=kind, kind=kind, base_url=url)
        return connecting.add(services, new, token, box.get("options", {}))[0].id


@contextmanager
def _started(kind: str, options: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "connectors.sandbox", kind, *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:  # noqa: S603 - our own module  # nosec B603
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=10)


def _said(process: "subprocess.Popen[bytes]") -> Box:
    if process.stdout is None or process.stderr is None:
        raise AssertionError("unreachable: both are pipes")
    line = process.stdout.readline()
    if not line:
        said = process.stderr.read().decode(errors="replace").strip().splitlines()
        raise WrongUse(said[-1] if said else "a sandbox CRM did not start")
    found: Box = orjson.loads(line)
    return found
