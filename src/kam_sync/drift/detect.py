"""Decides whether the level of a KPI has moved away from what is usual for the account.

The mean of the latest three whole months is held against all earlier three-month means of up to
two years: their median is expected, their spread (scaled MAD, with a floor) is one width. A drift
is more than three widths away and all three months lie on its side, so a single odd month is no
drift. What such a short series cannot show stays unsaid: below 15 months without a gap there is no
verdict.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean, median

from kam_sync.drift.model import Judgement, Verdict, Why

_MAD_TO_SIGMA = 1.4826


@dataclass(frozen=True, slots=True)
class Baseline:
    """How strictly a KPI is judged."""

    floor: float
    """The least width of the band, in the unit of the KPI, for what people would call a change."""
    relative_floor: float = 0.15
    """The least width as a share of the expected value."""
    latest: int = 3
    least_points: int = 15
    most_points: int = 27
    tolerance: float = 3.0

    def __post_init__(self) -> None:
        if self.floor <= 0:
            raise ValueError("a band needs a width: the floor must be above zero")


def detect(
    months: Sequence[date], values: Sequence[float], baseline: Baseline, newest: date
) -> Judgement:
    """Judge a series of whole months, oldest first; `newest` is what its last one should be."""
    if not months or months[-1] < newest:
        return Judgement(verdict=Verdict.UNCLEAR, why=Why.STALE)
    whole = _unbroken(months)
    months, values = months[-whole:], values[-whole:]
    if len(values) < baseline.least_points:
        return Judgement(verdict=Verdict.UNCLEAR, why=Why.TOO_LITTLE_HISTORY)
    used = values[-baseline.most_points :]
    observed = fmean(used[-baseline.latest :])
    means = _rolling_means(used[: -baseline.latest], baseline.latest)
    expected = median(means)
    spread = _MAD_TO_SIGMA * median(abs(mean - expected) for mean in means)
    width = max(spread, baseline.floor, baseline.relative_floor * abs(expected))
    gap = (observed - expected) / width
    side = 1 if gap > 0 else -1
    latest_agree = all((value - expected) * side > 0 for value in used[-baseline.latest :])
    is_drift = abs(gap) > baseline.tolerance and latest_agree
    return Judgement(
        verdict=Verdict.DRIFT if is_drift else Verdict.STEADY,
        why=Why.OUTSIDE_BAND if is_drift else Why.INSIDE_BAND,
        gap=gap,
        observed=observed,
        expected=expected,
        low=expected - baseline.tolerance * width,
        high=expected + baseline.tolerance * width,
        since=_onset(months, values, expected, side * width) if is_drift else None,
    )


def _unbroken(months: Sequence[date]) -> int:
    """How many of the latest months follow one another: before a gap is another story."""
    numbers = [month.year * 12 + month.month for month in months]
    count = 1
    while count < len(numbers) and numbers[-count - 1] == numbers[-count] - 1:
        count += 1
    return count


def _rolling_means(values: Sequence[float], size: int) -> list[float]:
    return [fmean(values[end - size : end]) for end in range(size, len(values) + 1)]


def _onset(
    months: Sequence[date], values: Sequence[float], expected: float, signed_width: float
) -> date:
    """The first of the latest months in a row that lie a width or more on the drift's side."""
    onset = months[-1]
    for month, value in zip(reversed(months), reversed(values), strict=True):
        if (value - expected) / signed_width < 1:
            break
        onset = month
    return onset
