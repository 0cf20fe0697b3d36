"""A connector that is begun from nothing works, keeps the laws and passes the checks of all."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import Command

TOP = Path(__file__).parents[2]
WRITTEN = [
    "connectors/acme.py", "connectors/sandbox/acme/__init__.py", "connectors/sandbox/acme/box.py",
    "connectors/sandbox/acme/served.py", "tests/connectors/test_acme.py", "docs/acme.md",
    "connectors/registry.py", "pyproject.toml", "docs/adding-a-crm.md", "CHANGELOG.md",
]  # fmt: skip


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of this checkout without what it was built into."""
    copy = tmp_path / "copy"
    for name in ("connectors", "src", "tests", "docs", "migrations"):
        shutil.copytree(TOP / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "CHANGELOG.md"):
        shutil.copy(TOP / name, copy / name)
    return copy


def _unmeasured() -> dict[str, str]:
    """Our environment; the copy does not count for the coverage of this checkout."""
    handed_on = os.environ.items()  # noqa: TID251 - handed on
    return {name: value for name, value in handed_on if not name.startswith("COV")}


def run(checkout: Path, *command: str) -> str:
    """Run a tool there; what it printed, which is shown when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=checkout, capture_output=True, text=True, check=False, env=_unmeasured(),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.heavy
def test_a_new_connector_passes_the_checks_of_all_in_the_files_that_it_costs(
    kam_sync: Command, checkout: Path
) -> None:
    said = kam_sync("connector", "new", "acme", "--title", "Acme CRM", "--into", str(checkout))
    assert (said.code, said.out.splitlines()) == (0, WRITTEN)
    assert "./run test tests/connectors/test_acme.py" in said.err
    quick = ("-q", "-p", "no:cacheprovider", "-k", "not mutilated")
    shown = run(checkout, "pytest", "tests/connectors/test_acme.py", *quick)
    assert int(shown.rpartition(" passed")[0].split()[-1]) > 40
    new = [path for path in WRITTEN if path.endswith(".py")]
    run(checkout, "ruff", "check", "--no-cache", "--fix", *new)
    run(checkout, "ruff", "format", "--no-cache", *new)
    laws = (
        "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    )
    path = _unmeasured() | {"PYTHONPATH": f"{checkout}/src:{checkout}"}
    kept = subprocess.run([sys.executable, "-c", laws], cwd=checkout, env=path, check=False)
    assert kept.returncode == 0


def test_nothing_is_written_over_and_a_bad_name_or_place_is_told(
    kam_sync: Command, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (checkout / "docs" / "acme.md").write_text("ours")
    there = kam_sync("connector", "new", "acme", "--into", str(checkout))
    assert (there.code, (checkout / "docs" / "acme.md").read_text()) == (2, "ours")
    assert "docs/acme.md: it is there already" in there.err
    assert not (checkout / "connectors" / "acme.py").exists()
    told = kam_sync("connector", "new", "demo_crm").err
    assert "от 2 до 31 знака, только строчные латинские буквы и цифры" in told
    assert "например: democrm" in told
    monkeypatch.setenv("KAM_SYNC_LOCALE", "en")
    assert "for example: democrm" in kam_sync("connector", "new", "Demo-CRM").err
    assert "for example" not in kam_sync("connector", "new", "1").err
    nowhere = kam_sync("connector", "new", "acme", "--into", str(checkout / "docs"))
    assert (nowhere.code, "no checkout of kam_sync" in nowhere.err) == (2, True)


def test_the_example_in_the_documents_is_what_is_written(kam_sync: Command, checkout: Path) -> None:
    kam_sync("connector", "new", "acme", "--title", "Acme CRM", "--into", str(checkout))
    written = (checkout / "connectors" / "acme.py").read_text()
    assert written in (TOP / "docs" / "adding-a-crm.md").read_text()
