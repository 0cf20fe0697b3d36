"""What commands are tried on: a sandbox CRM and files to import."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from tests.commands import Command

MOMENT = r"\b20\d\d-\d\d-\d\d \d\d:\d\d MSK"
"""How every table shows a time."""


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
