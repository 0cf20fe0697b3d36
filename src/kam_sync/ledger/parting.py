"""Decides since when a noun differs from the CRM, and whether that is a matter for a person."""

from datetime import date

from kam_sync.ledger.model import Check, LedgerState


def parted_since(found: int, before: Check | None, day: date) -> date | None:
    """The first day of the unbroken row of checks that found a difference; None when equal.

    Args:
        before: the newest check before this one that compared anything. Days without one, or on
            which the CRM did not show the list, do not break the row: nobody knows of them.
    """
    if not found:
        return None
    is_on = before is not None and before.parted_since is not None
    return before.parted_since if before is not None and is_on else day


def state_of(found: int, left: int) -> LedgerState:
    """How a check ended that compared the two sides."""
    if left:
        return LedgerState.PARTED
    return LedgerState.REPAIRED if found else LedgerState.EQUAL


def needs_person(left: int, yesterday: Check | None) -> bool:
    """Whether what is left is an incident: only when an earlier day left something, too.

    One night may leave something that the next sync brings, such as a list too long to be asked
    for record by record.

    Args:
        yesterday: the newest check of an earlier day that compared anything.
    """
    return left > 0 and yesterday is not None and yesterday.left_over > 0
