"""Splits the change of a KPI by the members of a dimension: which pipeline, product, branch.

Of a sum each member makes what it is now less what it was. Of a ratio N/D the change is split in
the middle between the two orders in which its terms may have changed (Shapley):

    above the line   (N1 - N0) x (1/D1 + 1/D0) / 2
    below it         (1/D1 - 1/D0) x (N1 + N0) / 2

Both are linear in what a member adds to N and to D, so members sum to the whole as well. Months
are compared each with each, and the mean of that taken: it is the difference of the means.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import product

from kam_sync.drift.moved import Driver, Member, Terms
from kam_sync.drift.shares import rounded, settle
from kam_sync.kpi.splits import Dimension, Share

_MOST = 5
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Effect:
    """What one member makes of a change."""

    above: Fraction
    below: Fraction = Fraction()
    was: Fraction | None = None

    @property
    def change(self) -> Fraction:
        """Above and below the line together."""
        return self.above + self.below


Pair = tuple[Fraction, Fraction]
Month = Mapping[str, Pair]
"""By member what it adds above and below the line."""


def of_sum(later: Sequence[Month], base: Sequence[Month]) -> dict[str, Effect]:
    """What each member makes of the change between the means of two spans of months."""
    was, now = _means(base), _means(later)
    return {
        key: Effect(
            now.get(key, Fraction()) - was.get(key, Fraction()), was=was.get(key, Fraction())
        )
        for key in [*was, *(key for key in now if key not in was)]
    }


def of_ratio(later: Sequence[Month], base: Sequence[Month], scale: int) -> dict[str, Effect]:
    """The same of a ratio; months with nothing below the line have no value and are left out."""
    above: defaultdict[str, Fraction] = defaultdict(Fraction)
    below: defaultdict[str, Fraction] = defaultdict(Fraction)
    pairs = [
        (new, old, _total(new), _total(old))
        for new, old in product(later, base)
        if _total(new)[1] and _total(old)[1]
    ]
    for new, old, (n1, d1), (n0, d0) in pairs:
        up = Fraction(scale, len(pairs)) * (1 / d1 + 1 / d0) / 2
        down = Fraction(-scale, len(pairs)) * (n1 + n0) / (2 * d1 * d0)
        for sign, month in ((1, new), (-1, old)):
            for key, (numerator, divisor) in month.items():
                above[key] += sign * numerator * up
                below[key] += sign * divisor * down
    return {key: Effect(above[key], below[key]) for key in above}


def months_of(shares: Iterable[Share], months: Sequence[object]) -> list[Month]:
    """What each member adds in each of some months; those without rows are empty."""
    found: dict[object, defaultdict[str, Pair]] = {
        on: defaultdict(lambda: (Fraction(), Fraction())) for on in months
    }
    for one in shares:
        if one.on in found:
            above, below = found[one.on][one.key]
            found[one.on][one.key] = above + Fraction(one.amount), below + Fraction(one.divisor)
    return list(found.values())


def driver(
    dimension: Dimension, effects: Mapping[str, Effect], names: Mapping[str, str], whole: Fraction
) -> Driver:
    """The members who changed most, the others together, and what of the whole is left."""
    ranked = sorted(
        (key for key in effects if effects[key].change),
        key=lambda key: (-abs(effects[key].change), names.get(key, ""), key),
    )
    named, rest = ranked[:_MOST], ranked[_MOST:]
    told = sum((effect.change for effect in effects.values()), Fraction())
    parts: dict[_Key, Fraction] = {("member", key): effects[key].change for key in named}
    parts["others", ""] = sum((effects[key].change for key in rest), Fraction())
    parts["unexplained", ""] = whole - told
    settled = settle(parts)
    members = tuple(
        _member(key, names.get(key, ""), settled["member", key], effects[key].was) for key in named
    )
    return Driver(dimension, members, settled["others", ""], len(rest), settled["unexplained", ""])


def terms(effects: Iterable[Effect], whole: Fraction) -> Terms:
    """What is above and what is below the line of the change of a ratio."""
    found = list(effects)
    above = sum((one.above for one in found), Fraction())
    below = sum((one.below for one in found), Fraction())
    settled = settle({"above": above, "below": below, "rest": whole - above - below})
    return Terms(settled["above"], settled["below"], settled["rest"])


def strongest_first(drivers: Iterable[Driver]) -> tuple[Driver, ...]:
    """First those dimensions of which one member makes most; one of one member tells nothing."""
    return tuple(sorted(drivers, key=lambda one: (len(one.members) < 2, -_told(one))))


def _told(one: Driver) -> Decimal:
    """The share of its first member in all that moved."""
    sizes = [abs(member.change) for member in one.members]
    total = sum(sizes, abs(one.others) + abs(one.unexplained))
    return max(sizes, default=Decimal()) / total if total else Decimal()


def _member(key: str, name: str, change: Decimal, was: Fraction | None) -> Member:
    if was is None:
        return Member(key, name, change)
    before = rounded(was)
    return Member(key, name, change, before, before + change)


def _means(months: Sequence[Month]) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for month in months:
        for key, (amount, _) in month.items():
            found[key] = found.get(key, Fraction()) + amount / len(months)
    return found


def _total(month: Month) -> Pair:
    above = sum((pair[0] for pair in month.values()), Fraction())
    return above, sum((pair[1] for pair in month.values()), Fraction())
