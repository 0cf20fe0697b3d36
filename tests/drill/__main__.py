"""The fault drill, and what became of it: `python -m tests.drill [--rounds 3] [--only WORDS ...]`.

Ends with 1 when something was lost, came twice, was not told by the doctor where it should have
been, or did not recover in time. It takes some five minutes a round. Full disks need the right to
mount a small one; without it they are left out, and that is said.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.drill.playing import Outcome, play


def main() -> int:
    """Play and show."""
    parser = argparse.ArgumentParser(prog="python -m tests.drill")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", nargs="*", help="faults whose name has one of these words")
    asked = parser.parse_args()
    bad = False
    for _ in range(asked.rounds):
        with tempfile.TemporaryDirectory() as folder:
            outcomes = play(Path(folder), lambda name: _is_wanted(name, asked.only))
        _show(outcomes)
        bad = bad or any(one.wrong for one in outcomes)
    return 1 if bad else 0


def _is_wanted(name: str, only: list[str] | None) -> bool:
    return only is None or any(words in name for words in only)


def _show(outcomes: list[Outcome]) -> None:
    table = Table("fault", "doctor meanwhile", "doctor after", "recovered", "wrong")
    for one in outcomes:
        table.add_row(
            one.fault, "\n".join(one.during) or "fine", "\n".join(one.after) or "fine",
            f"{one.seconds:.0f} s", "\n".join(one.wrong) or "nothing",
        )  # fmt: skip
    Console(width=200).print(table)


if __name__ == "__main__":
    sys.exit(main())
