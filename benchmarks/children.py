"""Runs the programs that a benchmark measures: each bounded by a time, ended by its own handle."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_GLANCE = 0.02
_START = 180.0
_END = 30.0


class CannotMeasure(Exception):
    """A program did not do what is to be measured; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What one program took from start to end, and what it printed."""

    wall: float
    cpu: float
    peak: float
    """MB; the most that it held at once (VmHWM)."""
    said: str


@dataclass(frozen=True, slots=True)
class Crm:
    """A running sandbox CRM."""

    pid: int
    url: str
    token: str
    rows: Mapping[str, int]
    options: Mapping[str, str]
    """With which it is connected."""

    def peak(self) -> float:
        """The most memory that it has held so far, in MB."""
        return peak_of(self.pid)


def measure(
    command: Sequence[str], *, folder: Path, timeout: float, env: Mapping[str, str] | None = None
) -> Ran:
    """Run a program to its end in a folder; CannotMeasure when it fails or takes too long."""
    said, complained = folder / "stdout", folder / "stderr"
    with said.open("wb") as out, complained.open("wb") as err:
        began = time.monotonic()
        process = subprocess.Popen(
            command, cwd=folder, env=surroundings(env or {}), stdin=subprocess.DEVNULL,
            stdout=out, stderr=err,
        )  # fmt: skip
        try:
            cpu, peak = _watch(process, began + timeout)
        finally:
            _end(process)
        wall = time.monotonic() - began
    if process.returncode != 0:
        how = f"ended with {process.returncode}" if cpu else f"took more than {timeout:.0f} s"
        last = complained.read_text(errors="replace").strip()[-2_000:]
        raise CannotMeasure(f"{_name(command)}: {how}; it said: {last}")
    return Ran(wall, cpu, peak, said.read_text())


def _watch(process: subprocess.Popen[bytes], deadline: float) -> tuple[float, float]:
    """CPU seconds and peak MB of a program that ended in time; no CPU seconds of another.

    The peak is looked at while it runs: what the kernel tells at the end (ru_maxrss) counts the
    benchmark itself in, from before the program took its place.
    """
    peak = 0.0
    while time.monotonic() < deadline:
        peak = max(peak, peak_of(process.pid))
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage.ru_utime + usage.ru_stime, peak
        time.sleep(_GLANCE)
    return 0.0, peak


def peak_of(pid: int) -> float:
    """The most memory that a running program has held so far, in MB; 0 when it has just ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def surroundings(added: Mapping[str, str]) -> dict[str, str]:
    """Our environment without what is set for another kam_sync."""
    ours = {key: value for key, value in os.environ.items() if not key.startswith("KAM_SYNC_")}
    return {**ours, **added}


@contextmanager
def sandbox(folder: Path, options: Sequence[str], *, kind: str = "amocrm") -> Iterator[Crm]:
    """A sandbox CRM in a process of its own; it ends when its input does, even without us."""
    command = [sys.executable, "-m", "connectors.sandbox", kind, *options]
    with (folder / "sandbox.stderr").open("wb") as err:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=err
        )
    try:
        told = _first_line(process)
        yield Crm(process.pid, told["url"], told["token"], told["rows"], told.get("options", {}))
    finally:
        if process.stdin is not None:
            process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_END)
        _end(process)
        if process.stdout is not None:
            process.stdout.close()


def _first_line(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    if process.stdout is None or not select.select([process.stdout], [], [], _START)[0]:
        raise CannotMeasure(f"the sandbox was not ready after {_START:.0f} s")
    line = process.stdout.readline()
    if not line:
        raise CannotMeasure("the sandbox ended before it was ready")
    told: dict[str, Any] = json.loads(line)
    return told


def _end(process: subprocess.Popen[bytes]) -> None:
    """Make sure that it is gone: politely first, a sync then lets go of its database."""
    if process.poll() is not None:
        return
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_END)
    if process.poll() is None:
        process.kill()
        process.wait(_END)


def _name(command: Sequence[str]) -> str:
    return " ".join(Path(word).name for word in command[:4])
