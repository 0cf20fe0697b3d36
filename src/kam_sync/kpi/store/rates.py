"""The table of exchange rates, and which of them are missing."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select

from kam_sync.base.db import Session, merge, table_of
from kam_sync.kpi.model import Rate
from kam_sync.kpi.rates import BASE, LASTS_DAYS, Missing
from kam_sync.kpi.store.due import RATES
from kam_sync.kpi.store.executing import execute
from kam_sync.kpi.store.tables import DueRow

_DAYS = {
    "deal": "CAST(coalesce(closed_at, created_at, updated_at) AT TIME ZONE :zone AS date)",
    "invoice": "coalesce(issued_on, CAST(created_at AT TIME ZONE :zone AS date))",
    "payment": "paid_on",
    "shipment": "shipped_on",
    "sell_out": "sold_on",
    "stock": "counted_on",
    "plan": "starts_on",
    "budget": "starts_on",
    "receivable": "counted_on",
    '"return"': "returned_on",
    "cost": "spent_on",
    "contract": "starts_on",
}
"""The tables with money, and the day whose rate it is converted by."""
_MONEY = """
    SELECT currency, {day} AS day, count(*) AS rows FROM {table}
    WHERE NOT is_deleted AND currency IS NOT NULL AND currency <> :currency GROUP BY 1, 2
"""
_HAS = """
    EXISTS (SELECT FROM exchange_rate r WHERE r.currency = {currency}
        AND r."on" BETWEEN m.day - CAST(:lasts_days AS int) AND m.day)
"""
_MISSING = """
    SELECT m.currency, CAST(sum(m.rows) AS bigint), min(m.day), max(m.day)
    FROM ({money}) m
    WHERE m.day <= :today
        AND NOT ((m.currency = :base OR {has}) AND (:currency = :base OR {has_target}))
    GROUP BY 1 ORDER BY 1
"""
_NEWEST = """
    SELECT DISTINCT ON (currency) currency, rate FROM exchange_rate
    WHERE "on" <= :day ORDER BY currency, "on" DESC
"""


class RateRow(Rate, table=True):
    """A rate as it is kept."""

    __tablename__ = "exchange_rate"


class RateStore:
    """Exchange rates by currency and day."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, rates: Sequence[tuple[str, date, object]], source: str, now: datetime) -> int:
        """Keep rates (currency, day, rate), no key twice; how many are new or other than before.

        Where one is, all money that is converted is due to be measured anew.
        """
        rows = [(currency, on, rate, source) for currency, on, rate in rates]
        columns = ("currency", "on", "rate", "source")
        done = merge(
            self._session, table_of(RateRow), columns, rows,
            touch={"changed_at": now}, compare=["rate"],
        )  # fmt: skip
        changed = done.created + done.updated
        if changed:
            self._session.execute(sa.insert(table_of(DueRow)).values(noun=RATES))
        return changed

    def page(
        self, limit: int, *, currency: str | None = None, after: tuple[date, str] | None = None
    ) -> Sequence[Rate]:
        """The newest rates first, then by currency; those behind a place."""
        query = select(RateRow).order_by(col(RateRow.on).desc(), col(RateRow.currency).desc())
        if currency:
            query = query.where(col(RateRow.currency) == currency)
        if after is not None:
            place = sa.tuple_(col(RateRow.on), col(RateRow.currency))
            query = query.where(place < sa.tuple_(*map(sa.literal, after)))
        return self._session.scalars(query.limit(limit)).all()

    def newest(self, day: date) -> dict[str, Decimal]:
        """The newest rate of each currency on a day, however old it is."""
        return dict(execute(self._session, _NEWEST, {"day": day}).all())

    def missing(self, currency: str, now: datetime, zone: ZoneInfo) -> list[Missing]:
        """What stays in its own currency when money is converted to another one."""
        values = {
            "currency": currency, "base": BASE, "lasts_days": LASTS_DAYS,
            "today": now.astimezone(zone).date(), "zone": zone.key,
        }  # fmt: skip
        query = _MISSING.format(
            money=" UNION ALL ".join(_MONEY.format(table=t, day=day) for t, day in _DAYS.items()),
            has=_HAS.format(currency="m.currency"),
            has_target=_HAS.format(currency=":currency"),
        )
        return [
            Missing(code, rows, first, last)
            for code, rows, first, last in execute(self._session, query, values)
        ]
