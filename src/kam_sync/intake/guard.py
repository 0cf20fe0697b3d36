"""Decides whether records may be deleted, or a person must be asked first: the blast radius."""

from decimal import Decimal

from kam_sync.intake.model import HeldWhy

FLOOR = 20
"""So many deletions at once are a usual day even in a small account."""


def judge(gone: int, live: int, most_percent: Decimal) -> HeldWhy | None:
    """Why a deletion must be held, None where it need not.

    A right that was taken away, or a filter that was ignored, looks like a deletion of very many.
    """
    most = max(Decimal(FLOOR), live * most_percent / 100)
    return HeldWhy.SHARE if gone > most else None


def judge_absence(gone: int, live: int, most_percent: Decimal, *, sees_all: bool) -> HeldWhy | None:
    """The same for records that a whole list did not bring.

    Args:
        sees_all: False where we have no administrator's rights: then absence says nothing.
    """
    if gone and not sees_all:
        return HeldWhy.SIGHT
    return judge(gone, live, most_percent)
