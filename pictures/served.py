"""kam_sync as a process that answers on a port of its own, and ends with the block."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.ports import free_port

_PATIENCE = 300.0
_AT_THE_END = 60.0


@contextmanager
def served(folder: Path, *command: str, **env: str) -> Iterator[str]:
    """The address at which a command (`demo`, `serve`, `web`) answers once it is ready.

    Args:
        folder: where it writes down what it says (kam-sync.log).
        command: what stands after `kam-sync`; `--port` is added.
        env: what it is given beside our own environment.

    Raises:
        RuntimeError: it ended or was not ready in five minutes; its last lines are in the text.
    """
    port, log = free_port(), folder / "kam-sync.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "kam_sync", *command, "--port", str(port)],
            stdout=out, stderr=out, env={**os.environ, **env},
        )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(process, address, log)
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(_AT_THE_END)


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            if httpx.get(f"{address}/readyz", timeout=5).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"it did not come up:\n{log.read_text()[-2000:]}")
