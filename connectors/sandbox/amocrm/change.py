"""One change of the made-up account, as its journal of events and its webhooks hear of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Action = Literal["add", "update", "delete", "restore", "merge"]


@dataclass(frozen=True, slots=True)
class Change:
    """What a row was and became; of a merge its survivor tells."""

    noun: str
    """As in the addresses: "leads", "leads/notes", "catalogs/1001/elements"."""
    id: int
    action: Action
    before: Mapping[str, Any] | None
    """None for a row that is new."""
    after: Mapping[str, Any] | None
    """None for a row that is gone."""
    by: int
    """The user who did it; 0 is the robot."""
    at: int
    """Unix seconds."""


Listener = Callable[[Change], None]
