"""Lines that run are not noted while a heavy proof, a property or a whole flow runs, which would
take half as long again, and runs what other tests run, too; a pytest plugin."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from coverage import Coverage

_FLOWS = Path(__file__).parent / "flow"
_TOLD = "COVERAGE_PROCESS_CONFIG"
"""By which coverage tells the processes that a test starts to note theirs, too."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Stop for as long as the test takes, with all that it needs."""
    is_dear = item.get_closest_marker("heavy") or item.get_closest_marker("hypothesis")
    noting = Coverage.current() if is_dear or item.path.is_relative_to(_FLOWS) else None
    if noting is None:
        return (yield)
    told = os.environ.pop(_TOLD, None)  # noqa: TID251 - of this run
    noting.stop()
    try:
        return (yield)
    finally:
        noting.start()
        if told is not None:
            os.environ[_TOLD] = told  # noqa: TID251 - as above
