"""How a key figure stands beside what is usual, or beside a year before, in a few words."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from kam_sync.kpi.definition import Good, Kpi, Measure
from kam_sync.kpi.model import Point
from kam_sync.wording.language import Language
from kam_sync.wording.values import value

_RATIOS = {Measure.MONEY, Measure.COUNT}
"""Of these a change is told in percent; of others, which may be percents, as a difference."""
_ALIKE = Decimal("0.05")
"""Less than this share is no change worth a word."""
_MOST = 10


@dataclass(frozen=True, slots=True)
class Change:
    """Where a value went; an arrow is drawn only for what is told."""

    way: Literal["up", "down", "level"]
    is_bad: bool
    text: str


def change(
    language: Language,
    kpi: Kpi,
    now: Point | None,
    usual: float | None,
    band: tuple[float, float] | None,
    year_ago: Point | None,
) -> Change | None:
    """The change of the latest whole month against the usual, else against the year before."""
    if now is None:
        return None
    if usual is not None:
        low, high = band or (usual, usual)
        if low <= now.value <= high:
            month = language.month(now.on)
            return Change(
                "level", False, language.gettext("%(month)s: as usual") % {"month": month}
            )
        return _change(language, kpi, now, Decimal(str(usual)), is_usual=True)
    if year_ago is not None:
        return _change(language, kpi, now, year_ago.value, is_usual=False)
    return None


def _change(language: Language, kpi: Kpi, now: Point, base: Decimal, *, is_usual: bool) -> Change:
    gap = now.value - base
    month = language.month(now.on)
    if abs(gap) <= _ALIKE * abs(base) or abs(gap) < Decimal("0.05"):
        same = {
            True: language.gettext("%(month)s: as usual"),
            False: language.gettext("%(month)s: as a year ago"),
        }
        return Change("level", False, same[is_usual] % {"month": month})
    is_up = gap > 0
    said = {
        (True, True): language.gettext("%(month)s: %(gap)s above usual"),
        (False, True): language.gettext("%(month)s: %(gap)s below usual"),
        (True, False): language.gettext("%(month)s: %(gap)s more than a year ago"),
        (False, False): language.gettext("%(month)s: %(gap)s less than a year ago"),
    }[is_up, is_usual]
    text = said % {"month": month, "gap": _gap(language, kpi, now, base)}
    return Change("up" if is_up else "down", is_up is not (kpi.good is Good.UP), text)


def _gap(language: Language, kpi: Kpi, now: Point, base: Decimal) -> str:
    """How far apart they are."""
    gap = abs(now.value - base)
    if kpi.measure in _RATIOS and base > 0 and gap <= _MOST * base:
        return language.percent(100 * gap / base)
    if kpi.measure is Measure.PERCENT:
        return language.gettext("%(num)s pp") % {"num": language.number(gap, places=1)}
    return value(language, kpi.key, gap, now.unit)
