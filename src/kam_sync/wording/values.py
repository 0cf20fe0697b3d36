"""Values of KPIs as people read them."""

from decimal import Decimal

from kam_sync.kpi.definition import Measure
from kam_sync.kpi.registry import KPIS
from kam_sync.wording.language import Language, Number


def value(language: Language, kpi: str, number: Number, unit: str) -> str:
    """A value of a KPI in a short form."""
    match KPIS[kpi].measure:
        case Measure.MONEY:
            return language.money(number, unit)
        case Measure.DAYS:
            return language.days(number)
        case Measure.PERCENT:
            return language.percent(number)
        case Measure.COUNT | Measure.POINTS:
            return language.number(number, places=1)


def full_value(language: Language, kpi: str, number: Number, unit: str) -> str:
    """A value of a KPI in full."""
    if KPIS[kpi].measure is Measure.MONEY:
        return language.full_money(round(Decimal(str(number)), 2), unit)
    return value(language, kpi, number, unit)
