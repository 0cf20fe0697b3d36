"""Tells at the end of a run how many heavy proofs it left out; a pytest plugin."""

from typing import Any

import pytest

_LEFT = pytest.StashKey[int]()
_SENT = "heavy_left"


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Count."""
    for item in items:
        if item.get_closest_marker("heavy"):
            item.config.stash[_LEFT] = item.config.stash.get(_LEFT, 0) + 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Say it to the process that started this one, where there is one."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_SENT] = session.config.stash.get(_LEFT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear it; all of them have left out the same."""
    node.config.stash[_LEFT] = getattr(node, "workeroutput", {}).get(_SENT, 0)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say it in one line."""
    if left := config.stash.get(_LEFT, 0):
        terminalreporter.write_line(f"{left} heavy proofs are left to ./run check")
