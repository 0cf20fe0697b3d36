"""The last net before the log: texts without what looks like a secret.

Nothing that we say ourselves should be caught in it; a library's error may hold a whole address.
"""

import re
from typing import Any

_HIDDEN = "***"
_NAMES = r"(?:token|secret|passw(?:or)?d|pwd|api_?key|authorization|credential|cookie|session)"
_SHAPES = re.compile(
    r"(?P<scheme>\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}"
    rf"|(?P<name>{_NAMES}\w{{0,40}}[\"']?\s*(?:=|:\s*[\"'])\s*[\"']?)[^\s\"'&,;<>)}}]{{6,}}"
    r"|(?P<login>[a-z][a-z0-9+.-]{0,30}://[^\s:/@]*:)[^\s/@]+(?=@)"
    r"|(?P<path>/(?:hooks|rest/\d+)/)[\w-]{8,}"
    r"|\bwhsec_[\w+/=-]{8,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|\bgAAAAA[\w-]{40,}=*"
    r"|\b\d{6,12}:[\w-]{30,}",
    re.IGNORECASE,
)
"""Headers, named values, logins in addresses, keys in paths; signing secrets, JWTs, what we seal,
tokens of bots. What may precede what is hidden has bounds, or begins with what is seldom: else each
letter of a long word would be looked at as often as the word has letters."""


def masked(said: Any) -> Any:
    """The same with stars for what looks like a secret, also within lists and objects."""
    match said:
        case str():
            return _SHAPES.sub(_stars, said)
        case dict():
            return {name: masked(value) for name, value in said.items()}
        case list() | tuple():
            return [masked(one) for one in said]
        case _:
            return said


def _stars(found: "re.Match[str]") -> str:
    return f"{found[found.lastgroup] if found.lastgroup else ''}{_HIDDEN}"
