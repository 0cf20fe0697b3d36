"""What import contracts cannot hold: sizes, first sentences, rows that stay inside, commands."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from kam_sync.cli.main import app

TOP = Path(__file__).parents[2]
HOUSE = sorted((TOP / "src").rglob("*.py"))
GATE = sorted((TOP / "connectors").rglob("*.py"))
CONNECTORS = [p for p in GATE if not {"kit", "sandbox"} & {*p.relative_to(TOP).parts}]
TESTS = sorted((TOP / "tests").rglob("*.py"))
NAMES_OF_NOBODY = {"utils", "helpers", "common", "core", "misc", "manager", "service", "handlers"}


def name_of(path: Path) -> str:
    """How a file is called in the report of the tests."""
    return str(path.relative_to(TOP))


def commands(group: Any, before: str = "kam-sync") -> Iterator[tuple[str, Any]]:
    """Every command with its whole name, the groups among them."""
    for name, command in group.commands.items():
        whole = f"{before} {name}"
        yield whole, command
        if hasattr(command, "commands"):
            yield from commands(command, whole)


COMMANDS = dict(commands(get_command(app)))


def test_every_file_opens_with_what_it_is_for() -> None:
    files = [*HOUSE, *GATE, *(path for path in TESTS if path.stat().st_size)]
    assert [name_of(p) for p in files if not ast.get_docstring(ast.parse(p.read_text()))] == []


def test_no_file_has_more_than_300_lines() -> None:
    files = [*HOUSE, *GATE, *TESTS]
    assert [name_of(p) for p in files if len(p.read_text().splitlines()) > 300] == []


def test_a_connector_is_made_of_small_files_and_waits_and_logs_in_the_kit_alone() -> None:
    assert [name_of(p) for p in CONNECTORS if len(p.read_text().splitlines()) > 250] == []
    words = ("import logging", "import time\n", "sleep")
    told = [(name_of(p), word) for p in CONNECTORS for word in words if word in p.read_text()]
    assert told == []


def test_rows_stay_inside_the_stores() -> None:
    outside = [p for p in HOUSE if p.name != "store.py" and p.parent.name != "store"]
    leaks = [
        f"{name_of(path)} imports {alias.name}"
        for path in outside
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if alias.name.rpartition(".")[2].endswith("Row")
    ]
    assert leaks == []


def test_no_file_is_named_as_if_nobody_had_decided() -> None:
    assert [name_of(p) for p in [*HOUSE, *GATE] if p.stem in NAMES_OF_NOBODY] == []
    assert [name_of(p) for p in [*HOUSE, *GATE] if p.parent.name in NAMES_OF_NOBODY] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(name: str) -> None:
    command = COMMANDS[name]
    assert (command.help or "").strip()
    options = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_a_document(name: str) -> None:
    documents = [TOP / "README.md", TOP / "CHANGELOG.md", TOP / "docs" / "operations.md"]
    told = "\n".join(path.read_text() for path in documents)
    assert f"`{name.rpartition(' ')[2]}`" in told or name in told
