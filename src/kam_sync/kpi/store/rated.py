"""The rows of a KPI in some periods, each with what it is worth in the KPI's own currency.

A query begins with what `rated` gives, and goes on with `rated` as one of its tables: the columns
of rows.py, and of each row `rate`, `unit`, `worth` (what it adds) and `below` (to the divisor).
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kam_sync.base.clock import start_of_day
from kam_sync.kpi.periods import shift
from kam_sync.kpi.rates import BASE, LASTS_DAYS
from kam_sync.kpi.store.rows import Rows

_WINDOW = timedelta(days=90)
_WORTH = """
    (SELECT CASE WHEN {currency} = :base THEN 1.0 ELSE (
        SELECT e.rate FROM exchange_rate e
        WHERE e.currency = {currency}
            AND e."on" BETWEEN d.day - CAST(:lasts_days AS int) AND d.day
        ORDER BY e."on" DESC LIMIT 1
    ) END AS rate)
"""
_RATED = """
    WITH months AS (
        SELECT * FROM unnest(CAST(:ons AS date[]), CAST(:lasts AS date[]),
            CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[]),
            CAST(:sinces AS timestamptz[])
        ) AS m("on", last_day, start_at, end_at, since)
    ), counted AS MATERIALIZED ({rows}), rates AS MATERIALIZED (
        SELECT d.currency, d.day, f.rate / t.rate AS rate
        FROM (SELECT DISTINCT currency, day FROM counted WHERE currency <> :currency) d
        CROSS JOIN LATERAL {worth} f CROSS JOIN LATERAL {worth_target} t
        WHERE :currency <> ''
    ), rated AS (
        SELECT c.*, x.rate, CASE WHEN x.rate IS NULL THEN c.currency ELSE :currency END AS unit,
            c.amount * {amount_rate} AS worth, c.divisor * {divisor_rate} AS below
        FROM counted c LEFT JOIN rates x ON x.currency = c.currency AND x.day = c.day
    )
"""


def rated(of: Rows) -> str:
    """The beginning of a query."""
    rates = {
        f"{name}_rate": "coalesce(x.rate, 1)" if name in of.money else "1"
        for name in ("amount", "divisor")
    }
    return _RATED.format(
        rows=of.query,
        worth=_WORTH.format(currency="d.currency"),
        worth_target=_WORTH.format(currency=":currency"),
        **rates,
    )


def of_unit(of: Rows) -> str:
    """Which of the rows, by the name of `r`, count for the value in `:unit`."""
    return "r.unit = :unit" if of.money == {"amount"} else "true"


def values(
    months: Sequence[date], zone: ZoneInfo, currency: str, now: datetime | None = None
) -> dict[str, Any]:
    """What such a query names, beside the account and the unit.

    Args:
        now: when the running month ends; without, all of them are whole.
    """
    nexts = [shift(month, 1) for month in months]
    starts, ends = ([start_of_day(day, zone) for day in days] for days in (months, nexts))
    lasts = [day - timedelta(days=1) for day in nexts]
    sinces = [start_of_day(day - _WINDOW, zone) for day in nexts]
    if now is not None:
        sinces = [
            since if end <= now else now.astimezone(zone) - _WINDOW
            for since, end in zip(sinces, ends, strict=True)
        ]
        ends = [min(end, now) for end in ends]
    return {
        "ons": list(months), "lasts": lasts, "starts": starts, "ends": ends, "sinces": sinces,
        "first": min(months), "last": max(lasts), "now": now or max(ends), "zone": zone.key,
        "currency": currency, "base": BASE, "lasts_days": LASTS_DAYS,
    }  # fmt: skip
