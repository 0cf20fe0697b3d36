"""Where the log goes."""

import io
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
import structlog

from kam_sync.base.log import set_up_log
from kam_sync.base.masking import masked
from kam_sync.base.settings import LogFormat


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[LogFormat], io.StringIO]]:
    """Where a log in some form is written to."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    out = io.StringIO()

    def begin(form: LogFormat) -> io.StringIO:
        set_up_log(form)
        monkeypatch.setattr("sys.stderr", out)
        return out

    yield begin
    root.handlers[:] = before
    root.setLevel(level)


@pytest.mark.parametrize("form", [LogFormat.JSON, LogFormat.PRETTY])
def test_what_looks_like_a_secret_is_not_written(
    said: Callable[[LogFormat], io.StringIO], form: LogFormat
) -> None:
    out = said(form)
    log = structlog.get_logger("shop")
    log.warning(
        "refused", header="Authorization: Bearer abcdefgh1234", facts={"a": ["whsec_abcdefgh1"]}
    )
    logging.getLogger("library").error(
        "POST https://user:pass-word@example.com/rest/1/abcdefgh99 failed"
    )
    token = "local-secret-of-a-function"
    try:
        int("postgresql://kam:db-secret@db/kam?access_token=query-secret")
    except ValueError:
        log.exception("it failed", sealed="gAAAAA" + "x" * 60)
    text = out.getvalue()
    secrets = ("abcdefgh", "pass-word", "db-secret", "query-secret", token, "xxxx")
    assert [secret for secret in secrets if secret in text] == []
    assert "https://user:***@example.com/rest/1/***" in text
    assert "ValueError" in text


def test_what_we_say_ourselves_stays_readable() -> None:
    for text in (
        "KAM_SYNC_SECRET_KEY: does not open the stored secrets; add the former key",
        "crm.example.com: the token is refused (401); give a valid one",
        "cannot reach the database postgresql+psycopg://kam:***@db:5432/kam: refused",
        "10:15:30 sync of sources/sales, tokens: 12, cursor 1732867200:1732867260",
    ):
        assert masked(text) == text


def test_a_name_cannot_write_another_line_or_command_a_terminal(
    said: Callable[[LogFormat], io.StringIO],
) -> None:
    out = said(LogFormat.PRETTY)
    structlog.get_logger("shop").warning("met", account="Evil\nalert opened\x1b[2J\r")
    logging.getLogger("library").warning("Evil\nalert opened %s", "\x1b]0;x\x07")
    lines = out.getvalue().splitlines()
    assert len(lines) == 2
    assert "\x1b[2J" not in out.getvalue()
    assert "\x1b]0" not in out.getvalue()


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


@pytest.mark.parametrize("word", ["a", "ab.", "password", "_"])
def test_a_very_long_word_comes_to_an_end(word: str) -> None:
    """Looked at anew from each of its letters, it would take hours."""
    said = f"{word!r} * (2_000_000 // {len(word)})"
    code = f"from kam_sync.base.masking import masked; assert masked({said}) == {said}"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_a_secret_behind_a_long_name_is_hidden_too() -> None:
    name = "x" * 50 + "_token"
    assert masked(f"{name}=abcdefgh") == f"{name}=***"
