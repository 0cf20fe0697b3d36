"""What the everyday run leaves out is told, and everything else runs all of it."""

import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parents[2]
SMALL = """
import pytest

@pytest.mark.heavy
@pytest.mark.parametrize("round", [1, 2])
def test_of_many_rounds(round): ...

def test_of_one(): ...
"""


def test_the_everyday_run_says_how_many_heavy_proofs_it_left_out(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = heavy\n")
    (tmp_path / "test_small.py").write_text(SMALL)
    told = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "tests.leaving", "-p", "no:cacheprovider"),
            *("--numprocesses=1", "-m", "not heavy", "--rootdir", tmp_path, tmp_path),
            f"--basetemp={tmp_path}/base",
        ],
        cwd=TOP, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "1 passed" in told.stdout
    assert "\n2 heavy proofs are left to ./run check\n" in told.stdout


def test_only_the_everyday_run_leaves_anything_out() -> None:
    before, check = (TOP / "run").read_text().split("\ncheck)\n")
    assert before.count("not heavy") == before.count("--hypothesis-profile=everyday") == 1
    ci = "".join((TOP / ".ci" / name).read_text() for name in ("run", "with-postgres"))
    for word in ("heavy", "profile", "deselect", "--ignore"):
        assert word not in check + ci
