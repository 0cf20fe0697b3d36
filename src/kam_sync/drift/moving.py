"""Splits the change of a KPI between two spans of months by cause.

What is compared is always the values as they are known now, so both spans are measured alike. The
question is what made the change *look* as it does now: what the later months said when they were
first measured, against the earlier ones as they were known then, is the client's; each restatement
after that is a part of its own, under its cause. A definition, a merge or a rate that was changed
before the later months were first measured has changed both spans before anybody compared them,
and so is no part of the difference.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from kam_sync.drift.moved import Changed, Part
from kam_sync.kpi.splits import Exchanged

Values = Mapping[date, Decimal]


def mean(values: Values, months: Sequence[date]) -> Fraction:
    """The mean of the values of some months, all of which have one."""
    return sum((Fraction(values[month]) for month in months), Fraction()) / len(months)


def causes(
    later: Values,
    base: Values,
    changes: Iterable[Changed],
    measured_at: Mapping[date, datetime],
    rates: Fraction | None = None,
) -> dict[Part, Fraction]:
    """The parts of the change from the mean of the base months to that of the later ones.

    Args:
        changes: the restatements of any of these months.
        measured_at: when each later month was first measured, at the latest.
        rates: what exchange rates made of the change, where that is known of the rows; it takes
            the place of what was restated by a rate alone.
    """
    parts: defaultdict[Part, Fraction] = defaultdict(Fraction)
    for one in changes:
        weight = Fraction()
        if one.on in later:
            weight = Fraction(1, len(later))
        if one.on in base:
            after = sum(1 for month in later if measured_at[month] < one.at)
            weight -= Fraction(after, len(base) * len(later))
        parts[_part(one.causes)] += weight * Fraction(one.change)
    if rates is not None:
        parts[Part.RATE] = rates
    whole = mean(later, list(later)) - mean(base, list(base))
    parts[Part.CLIENT] = whole - sum(parts.values(), Fraction())
    return {part: parts[part] for part in Part if parts[part] or part is Part.CLIENT}


def by_rates(later: Iterable[Exchanged], base: Iterable[Exchanged], months: int) -> Fraction:
    """What moved rates make of a change: what is sold now, at the new rate less the old one.

    The rate of a span is what a unit was worth on average in it. A currency that is in one of the
    spans alone has no rate to compare, so all of it is bought more or less of.

    Args:
        months: how many the later span has, for the mean.
    """
    now, was = _summed(later), _summed(base)
    made = Fraction()
    for currency in now.keys() & was.keys():
        (own, worth), (old_own, old_worth) = now[currency], was[currency]
        if own and old_own:
            made += own * (worth / own - old_worth / old_own)
    return made / months


def _summed(of: Iterable[Exchanged]) -> dict[str, tuple[Fraction, Fraction]]:
    found: dict[str, tuple[Fraction, Fraction]] = {}
    for one in of:
        own, worth = found.get(one.currency, (Fraction(), Fraction()))
        found[one.currency] = own + Fraction(one.own), worth + Fraction(one.worth)
    return found


def _part(causes: tuple[str, ...]) -> Part:
    """One cause by its name; several together are not told apart by guessing."""
    if len(causes) > 1:
        return Part.SEVERAL
    known = next(iter(causes), "")
    return Part(known) if known in {part.value for part in Part} else Part.UNKNOWN
