"""Tables at 80 columns and wider."""

import io
import re
import shutil

import pytest
from rich.console import Console

from connectors.sandbox.amocrm import AmoSandbox
from kam_sync.cli import show
from kam_sync.cli.table import Column, print_table
from tests.commands import Command


def printed(width: int, columns, rows) -> str:
    console = Console(file=io.StringIO(), width=width)
    print_table("Things", columns, rows, to=console)
    return console.file.getvalue()


def test_numbers_stand_right_with_their_units() -> None:
    found = printed(
        40, ("what", Column("seconds", is_number=True)), [("a", "1.5 s"), ("b", 12_345)]
    )
    assert found.splitlines()[2].rstrip().endswith("    1.5 s")
    assert found.splitlines()[3].rstrip().endswith("   12,345")


def test_what_has_no_room_is_left_out_and_comes_back_with_a_wider_terminal() -> None:
    columns = ("id", Column("rather", rank=2), Column("needed", rank=1))
    rows = [("company/9011", "an-aside-of-many-letters", "a-word")]
    assert "an-aside" not in printed(30, columns, rows)
    assert "a-word" in printed(30, columns, rows)
    assert "an-aside-of-many-letters" in printed(80, columns, rows)


def test_what_has_no_room_at_all_stands_line_by_line() -> None:
    found = printed(20, ("id", "address"), [("company/9011", "https://example.amocrm.ru/list")])
    assert "address: https://example.amocrm.ru/list" in found


def test_markup_in_a_name_is_text() -> None:
    assert "[bold]x[/bold]" in printed(40, ("name",), [("[bold]x[/bold]",)])


def words(text: str) -> set[str]:
    return set(re.findall(r"[\w./:-]+", text))


@pytest.mark.parametrize(
    "command",
    [
        ("source", "list"),
        ("source", "fields", "sales"),
        ("source", "map", "sales"),
        ("write", "list", "sales"),
        ("doctor",),
    ],
)
def test_no_word_is_broken_at_80_columns(
    kam_sync: Command,
    connected: AmoSandbox,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    number = connected.ids("companies")[0]
    about = ("--source", "sales", "--about", f"company:{number}")
    kam_sync("write", "note", *about, "--text", "x")
    free = shutil.disk_usage("/")  # else the doctor tells another number each time
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
    wide = kam_sync(*command)
    for console in (show.out, show.err):
        monkeypatch.setattr(console, "width", 80)
    narrow = kam_sync(*command)
    assert words(narrow.out + narrow.err) <= words(wide.out + wide.err)


def test_a_sync_tells_its_counts_at_80_columns(
    kam_sync: Command, connected: AmoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for console in (show.out, show.err):
        monkeypatch.setattr(console, "width", 80)
    said = kam_sync("sync", "sales").out
    assert said.startswith("Sync of sales")
    assert {"read", "new", "gone", "aside", "loss_reason"} <= words(said)
    assert all(len(line) <= 80 for line in said.splitlines())
