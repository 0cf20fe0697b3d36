"""Predicts by what is learned from all accounts, and keeps both: the learned, and the forecasts.

What the SQL of such a KPI gives are orders. The database makes of them what is known of each
account; the rest is arithmetic (predicting.py), imported when it is needed, for scipy takes longer
to import than a service may take to start.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlmodel import col, select

from kam_sync.base.db import Session, merge, merge_staged, stage_rows, table_of
from kam_sync.kpi.definition import Kpi
from kam_sync.kpi.model import Unforeseen
from kam_sync.kpi.store.executing import execute
from kam_sync.kpi.store.tables import ForecastRow, LearnedRow

if TYPE_CHECKING:
    from kam_sync.kpi.predicting import Fit, Orders, Predicted

_KNOWN = """
    SELECT account_id, unit, count(*) - 1, max(day) - min(day), CAST(:today AS date) - min(day),
        CAST(sum(amount) AS float8),
        CAST(coalesce(sum(amount) FILTER (WHERE day > CAST(:today AS date) - 365), 0) AS float8)
    FROM (
        SELECT account_id, unit, "on" AS day, sum(value) AS amount FROM ({formula}) f
        WHERE unit IS NOT NULL AND "on" <= :today GROUP BY account_id, unit, "on"
    ) days
    WHERE amount > 0
    GROUP BY account_id, unit ORDER BY unit, account_id
"""
"""All orders of a day are one; a day on which as much was given back is none."""
_FORGET = """
    DELETE FROM forecast s
    WHERE s.kpi = :kpi AND s.of_group = :of_group AND {scope} AND NOT EXISTS (
        SELECT FROM {stage} n WHERE n.account_id = s.account_id AND n.unit = s.unit)
"""
_SERIES = """
    INSERT INTO kpi_series
    SELECT n.account_id, n.kpi, n.unit,
        coalesce(before.ons, '{{}}'), coalesce(before.known, '{{}}'),
        CASE WHEN n.value IS NOT NULL THEN CAST(:running AS date) END, n.value
    FROM {stage} n
    LEFT JOIN series s ON s.account_id = n.account_id AND s.of_group = n.of_group
        AND s.grain = :grain AND s.kpi = n.kpi AND s.unit = n.unit
    LEFT JOIN LATERAL (
        SELECT array_agg(p.day ORDER BY p.day) AS ons, array_agg(p.value ORDER BY p.day) AS known
        FROM unnest(s.ons || s.running_on, s.known || s.running) AS p(day, value)
        WHERE p.day < :running AND p.value IS NOT NULL
    ) before ON true
    WHERE n.value IS NOT NULL OR before.ons IS NOT NULL
"""
"""A month that is over keeps the forecast that was made in it last."""
_COLUMNS = (
    "account_id", "of_group", "kpi", "unit", "made_on", "value", "low", "high", "alive", "orders",
    "why",
)  # fmt: skip

Known = dict[str, list[tuple[Any, "Orders"]]]
"""By unit: the id of each account, and what is known of its orders."""


class ForecastingStore:
    """Learns, predicts, and keeps it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def measure(
        self, kpi: Kpi, formula: str, values: Mapping[str, Any], scope: str, *, learn: bool
    ) -> None:
        """Predict for all accounts that the open tables have orders of.

        Args:
            formula: the query for the orders.
            values: what the open tables were laid out by.
            scope: which rows `s` may vanish, as SQL.
            learn: whether these are all accounts of the house, so that it can be learned from them.
        """
        values = {**values, "kpi": kpi.key}
        known = _known(self._session, formula, values)
        learned = self._learned(kpi, known, values["today"] if learn else None)
        rows = [
            (account_id, values["of_group"], kpi.key, unit, values["today"], *said)
            for unit, accounts in known.items()
            for account_id, said in _predicted(accounts, learned.get(unit, Unforeseen.FEW_ACCOUNTS))
        ]
        table = table_of(ForecastRow)
        stage = stage_rows(self._session, table, _COLUMNS, rows)
        merge_staged(self._session, table, stage)
        for statement in (_FORGET, _SERIES):
            execute(self._session, statement.format(scope=scope, stage=stage.name), values)

    def _learned(self, kpi: Kpi, known: "Known", today: Any) -> "dict[str, Fit | Unforeseen]":
        """What was learned by unit; once a day anew where all accounts are at hand."""
        from kam_sync.kpi import predicting  # noqa: PLC0415 - scipy: see above

        kept = self._session.scalars(select(LearnedRow).where(col(LearnedRow.kpi) == kpi.key)).all()
        found: dict[str, Fit | Unforeseen] = {
            row.unit: row.why or predicting.Fit.of_numbers(row.numbers)
            for row in kept
            if today is None or row.learned_on == today
        }
        if today is None:
            return found
        new = {
            unit: predicting.fit([orders for _, orders in accounts])
            for unit, accounts in known.items()
            if unit not in found
        }
        rows = [
            (kpi.key, unit, today, "[]", said.value)
            if isinstance(said, Unforeseen)
            else (kpi.key, unit, today, f"{said.numbers()}", None)
            for unit, said in new.items()
        ]
        columns = ("kpi", "unit", "learned_on", "numbers", "why")
        merge(self._session, table_of(LearnedRow), columns, rows, compare=("learned_on",))
        return found | new

    def forget_others(self, kpis: Collection[str]) -> None:
        """Drop all of KPIs that there are no longer."""
        for row in (ForecastRow, LearnedRow):
            self._session.execute(sa.delete(row).where(col(row.kpi).not_in(kpis)))


def predicted(
    session: Session, formula: str, values: Mapping[str, Any], learned: Sequence[float]
) -> dict[str, Decimal]:
    """The value by unit of one account alone, by what is given as learned; none where it has few.

    The formula may fail as any SQL.
    """
    from kam_sync.kpi.predicting import Fit  # noqa: PLC0415 - scipy: see above

    fit = Fit.of_numbers(learned)
    return {
        unit: Decimal(str(said[0]))
        for unit, accounts in _known(session, formula, values).items()
        for _, said in _predicted(accounts, fit)
        if said[0] is not None
    }


def _known(session: Session, formula: str, values: Mapping[str, Any]) -> Known:
    """What is known of the orders that a formula gives, as of the day `today`."""
    from kam_sync.kpi.predicting import Orders  # noqa: PLC0415 - scipy: see above

    rows = execute(session, _KNOWN.format(formula=formula), values).all()
    return {
        unit: [(account_id, Orders(*said)) for account_id, _, *said in of_unit]
        for unit, of_unit in groupby(rows, lambda row: row[1])
    }


def _predicted(
    accounts: Sequence[tuple[Any, "Orders"]], learned: "Fit | Unforeseen"
) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    from kam_sync.kpi import predicting  # noqa: PLC0415 - scipy: see above

    if isinstance(learned, Unforeseen):
        yield from ((account_id, _row(learned)) for account_id, _ in accounts)
        return
    said = predicting.forecasts(learned, [orders for _, orders in accounts])
    for (account_id, _), one in zip(accounts, said, strict=True):
        yield account_id, _row(one)


def _row(said: "Predicted | Unforeseen") -> tuple[Any, ...]:
    """The columns of a forecast from its value on."""
    if isinstance(said, Unforeseen):
        return (None, None, None, None, None, said.value)
    money = (round(amount, 2) for amount in (said.value, said.low, said.high))
    return (*money, round(said.alive, 4), round(said.orders, 2), None)
