"""Decides whether records may be deleted, or a person must be asked first: the blast radius."""

from dataclasses import dataclass
from decimal import Decimal

FLOOR = 20
"""So many deletions at once are a usual day even in a small account."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a deletion is held, and why in words."""

    is_held: bool
    why: str = ""


def judge(gone: int, live: int, most_percent: Decimal) -> Verdict:
    """Hold what deletes more than a share of all live records, for rights that were lost, or a
    filter that was ignored, look just like it."""
    most = max(Decimal(FLOOR), live * most_percent / 100)
    if gone <= most:
        return Verdict(is_held=False)
    share = Decimal(100) * gone / max(live, gone)
    return Verdict(
        is_held=True,
        why=f"{gone} of {live} would be deleted at once, {share:.0f}%; "
        f"more than {most_percent.normalize():f}% needs a person",
    )


def judge_absence(gone: int, live: int, most_percent: Decimal, *, sees_all: bool) -> Verdict:
    """The same for records that a whole list did not bring; one that we see in part says nothing.

    Args:
        sees_all: False when the CRM account was opened without an administrator's rights.
    """
    if gone and not sees_all:
        return Verdict(
            is_held=True,
            why=f"{gone} of {live} were not in the list, but we have no administrator's rights and "
            "may not see all",
        )
    return judge(gone, live, most_percent)
