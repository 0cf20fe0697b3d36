"""Where the log goes."""

import io
import logging

import pytest

from kam_sync.base.log import set_up_log
from kam_sync.base.settings import LogFormat


def test_the_log_follows_what_stands_in_for_standard_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    set_up_log(LogFormat.JSON)
    bar = io.StringIO()
    monkeypatch.setattr("sys.stderr", bar)
    logging.getLogger("shop").warning("the token is refused")
    root.handlers[:] = before
    root.setLevel(level)
    assert "the token is refused" in bar.getvalue()
