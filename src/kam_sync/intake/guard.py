"""Decides whether records may be deleted, or a person must be asked first: the blast radius."""

from datetime import timedelta
from decimal import Decimal

from kam_sync.intake.model import HeldWhy

FLOOR = 10
"""So many deletions within a day are usual even in a small account."""
WINDOW = timedelta(days=1)
"""Deletions of so long are judged together: a mass deletion may come in small steps."""
_FEW = 3


def judge(
    gone: int, live: int, most_percent: Decimal, *, earlier: int = 0, sees_all: bool = True
) -> HeldWhy | None:
    """Why a deletion must be held, None where it need not.

    A right that was taken away, or a filter that was ignored, looks like a deletion of very many.

    Args:
        live: how many there are now, those that would be deleted among them.
        earlier: how many of the noun were deleted within the window without asking a person.
        sees_all: False where we have no administrator's rights: then not to be given says nothing.
    """
    if not gone:
        return None
    if not sees_all:
        return HeldWhy.SIGHT
    there = live + earlier
    most = max(Decimal(FLOOR), there * most_percent / 100)
    is_all = there >= _FEW and gone >= live and most_percent < 100
    return HeldWhy.SHARE if is_all or gone + earlier > most else None
