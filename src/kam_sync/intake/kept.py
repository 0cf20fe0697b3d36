"""A raw record as somebody looks at it, without what opens a CRM."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors import Noun

_SECRET = re.compile(
    r"token|secret|passw|pwd|(api|access|private|auth)[-_ ]?key|authori[sz]ation|credential|bearer"
    r"|cookie|session[-_ ]?id|refresh|signature|\bhash\b|парол|секрет|токен|ключ api|api[- ]ключ",
    re.IGNORECASE,
)
_HIDDEN = "…"
_NAMES, _VALUES = ("name", "field_name", "title", "code", "field_code"), ("value", "values")
"""Where custom fields say what they are called, and what is in them."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One record of a CRM as it came."""

    noun: Noun
    external_id: str
    body: Mapping[str, Any]
    changed_at: datetime
    """When it last came in another form."""
    gone_at: datetime | None
    """When we learnt that the CRM no longer has it."""
    merged_into: str | None

    @property
    def shown(self) -> Any:
        """It without secrets."""
        return without_secrets(self.body)


def without_secrets(said: Any) -> Any:
    """The same with dots for the values of fields that are called like a secret."""
    if isinstance(said, Mapping):
        is_secret = any(_SECRET.search(str(said.get(name, ""))) for name in _NAMES)
        hidden = _VALUES if is_secret else ()
        return {
            key: _HIDDEN
            if one and (key in hidden or _SECRET.search(str(key)))
            else without_secrets(one)
            for key, one in said.items()
        }
    return [without_secrets(one) for one in said] if isinstance(said, list) else said
