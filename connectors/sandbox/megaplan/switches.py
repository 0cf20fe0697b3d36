"""What is not settled about Megaplan, or may go wrong with it: either way can be had."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(slots=True)
class Switches:
    """How the sandbox behaves; may be changed while it runs."""

    error_inside: bool = False
    """A token that is refused shows in `meta.status` of an answer with the status 200."""
    tells_wait: bool = True
    """A 429 says how long to wait."""
    lost_anchor: Literal["refused", "first", "empty"] = "refused"
    """What comes after a row that was deleted: an error, the first page, or nothing."""
    sorts: bool = True
    """Whether the order that is asked for is kept to."""
    filters: Literal["on", "ignored", "refused"] = "on"
    hidden: frozenset[str] = frozenset()
    """Fields that the rights of the token's user hide, without a word."""
    no_access: frozenset[str] = frozenset()
    """Lists that answer 403."""
    missing: frozenset[str] = frozenset()
    """Fields that this version of the account does not know."""
    has_bulk: bool = True
    """Whether many questions may come in one request."""
    most: int = field(default=100)
    """The longest page."""
    finishes: Literal["anybody", "who has it"] = "anybody"
    """Who may say that a task is done."""
