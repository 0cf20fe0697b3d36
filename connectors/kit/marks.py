"""The mark at the end of a text that we write into a CRM, by which we know it again."""

import re
from base64 import b32encode
from hashlib import blake2b

_MARK = re.compile(r"\[ks-[a-z2-7]{10}\]")


def mark(key: str) -> str:
    """The mark of a write: the same for the same key, another for any other."""
    digest = b32encode(blake2b(key.encode(), digest_size=10).digest()).decode().lower()
    return f"[ks-{digest[:10]}]"


def find_mark(text: str | None) -> str | None:
    """The last mark in a text, if there is one: it is written at the end."""
    found = _MARK.findall(text or "")
    return found[-1] if found else None


def is_marked(text: str | None) -> bool:
    """Whether we wrote this text."""
    return find_mark(text) is not None


def without_mark(text: str) -> str:
    """The text as a person reads it."""
    return _MARK.sub("", text).strip()
