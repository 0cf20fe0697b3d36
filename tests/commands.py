"""Calls commands as a person would, on the test database."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

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
