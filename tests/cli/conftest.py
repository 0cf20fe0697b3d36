"""Runs commands as a person would, on the test database and a sandbox CRM."""

import json
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from kam_sync.__main__ import main
from kam_sync.base.db import Database
from kam_sync.cli import show


@dataclass(frozen=True)
class Said:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


Command = Callable[..., Said]
MOMENT = r"\b20\d\d-\d\d-\d\d \d\d:\d\d MSK"
"""How every table shows a time."""


def free_port() -> int:
    """A port of this machine where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def kam_sync(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Command:
    """Call `kam-sync` with arguments."""
    monkeypatch.setenv("KAM_SYNC_DATABASE_URL", database.conninfo)
    monkeypatch.setenv("KAM_SYNC_SECRET_KEY", "a key for the tests alone")
    monkeypatch.setenv("KAM_SYNC_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("KAM_SYNC_CRM_HOSTS", "127.0.0.1")
    for console in (show.out, show.err):
        monkeypatch.setattr(console, "width", 250)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["kam-sync", *arguments])
        capfd.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(bool(end.code))
        printed = capfd.readouterr()
        return Said(code, printed.out, printed.err)

    return call


@pytest.fixture
def box() -> Iterator[AmoSandbox]:
    """A small amoCRM without limits."""
    with AmoSandbox(MadeUpWorld(size=8, today=date(2026, 11, 1)), rate=0) as running:
        yield running


@pytest.fixture
def connected(kam_sync: Command, box: AmoSandbox) -> AmoSandbox:
    """The same, connected as source `sales`."""
    said = kam_sync(
        "source", "add", "sales", "--kind", "amocrm", "--base-url", box.url,
        "--token", box.token, "--set", "per_second=0",
    )  # fmt: skip
    assert said.code == 0, said.err
    return box


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., str]:
    """Write a file to import, and say where it is."""

    def write(text: str, name: str = "оплаты.csv", encoding: str = "cp1251") -> str:
        path: Path = tmp_path / name
        path.write_text(text, encoding=encoding)
        return str(path)

    return write
