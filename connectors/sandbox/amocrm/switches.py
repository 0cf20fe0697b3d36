"""What no document settles about amoCRM, and what may go wrong with it, to be chosen by a test."""

from dataclasses import dataclass
from typing import Literal

ApiFilter = Literal["on", "ignored", "refused"]
RetryAfter = Literal["body", "header", "none", "html"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """Keyword arguments of `AmoSandbox`; the usual values are the likeliest ones."""

    is_kommo: bool = False
    """Whether the account is one of Kommo: in English, in New York."""
    admin: bool = True
    """Whether the token is an administrator's; only then users are shown."""
    sees: frozenset[int] | None = None
    """Only rows of these owners are shown, as to an employee with few rights."""
    api_filter: ApiFilter = "on"
    """The paid filter of leads, contacts, companies and customers."""
    retry_after: RetryAfter = "body"
    """Where a 429 says how long to wait."""
    ban_after: int | None = None
    """After so many 429 in a row everything is 403 as a page, until `lift_ban()`."""
    empty_page: Literal["204", "list"] = "204"
    next_link: Literal["full", "always", "missing"] = "full"
    """Whether `next` stands on full pages, on every page, or on none."""
    empty_objects: Literal["list", "object"] = "list"
    """What an object without content looks like: PHP writes a list."""
    dates: Literal["unix", "rfc3339"] = "unix"
    """How custom fields with dates are written."""
    with_dropped: frozenset[str] = frozenset()
    """Words of `with` that lists and rows pass over in silence."""
    customers: Literal["segments", "periodicity", "unpaid"] = "segments"
    event_order: Literal["oldest", "newest", "shuffled"] = "newest"
    unsorted_in_leads: bool = False
    """Whether leads that nobody has accepted yet stand in the list of leads."""
    updated_at_moves_on: frozenset[str] = frozenset()
    """Which of notes, tasks, tags and links move `updated_at` of what they belong to."""
    batch: Literal["atomic", "partial"] = "atomic"
    """What one wrong item does to the others of a writing request."""
    slow_above: int | None = None
    """Filtered pages of more rows than this end in 504."""
