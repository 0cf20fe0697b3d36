"""Keeps spreadsheets from running what somebody has typed into a CRM.

A cell of CSV that begins like a formula is one for every spreadsheet, whoever wrote it: a company
called `=HYPERLINK(...)` would do its work on the desk of who opens the file. An apostrophe before
it makes it a text again, and is not shown. A spreadsheet of another language divides cells by
another character, so what comes after one of these within a text is made harmless, too. In XLSX a
cell says itself that it is a text.
"""

import re

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_DIVIDED = re.compile(r"(?<=[;,\t\r\n])(?=[=+\-@＝＋－＠])")
"""Where a formula would begin if that were the end of a cell."""
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MOST_CHARACTERS = 32_767
"""No cell of a spreadsheet holds more."""


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula, whatever it divides cells by."""
    safe = _DIVIDED.sub("'", text)
    return f"'{safe}" if safe.startswith(_STARTS) else safe


def writable(text: str) -> str:
    """A text without what XML cannot hold, and no longer than a cell."""
    return _UNWRITABLE.sub("", text)[:MOST_CHARACTERS]
