"""Runs the SQL of KPIs that people have added: what it does wrong costs that KPI alone."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from kam_sync.base.db import Session
from kam_sync.kpi.definition import Kpi

_MOST_SECONDS = 60
_READS_ONLY = "SET LOCAL transaction_read_only = on"
"""Until the savepoint ends; tables of this transaction alone are written nevertheless."""
_NO_VALUES = """
    SELECT EXISTS (
        SELECT FROM kpi_series s CROSS JOIN LATERAL unnest(s.ons) AS p("on")
        WHERE s.kpi = :kpi GROUP BY s.account_id, s.unit, p."on" HAVING count(*) > 1
    ), EXISTS (
        SELECT FROM kpi_series s
        WHERE s.kpi = :kpi AND ('NaN' = ANY(s.known) OR s.running = 'NaN')
    )
"""


class NotMeasured(Exception):
    """What came out are no values; the message says why."""


@contextmanager
def on_trial(session: Session, kpi: Kpi) -> Iterator[None]:
    """Let it compute its series into kpi_series and write nothing else, for a minute at most.

    All is undone where it fails. Raises NotMeasured.
    """
    try:
        with session.begin_nested():
            session.execute(sa.text(f"SET LOCAL statement_timeout = '{_MOST_SECONDS}s'"))
            if kpi.function is None:  # else forecasts are written along
                session.execute(sa.text(_READS_ONLY))
            yield
            session.execute(sa.text("SET LOCAL statement_timeout TO DEFAULT"))
            is_twice, is_nan = session.execute(sa.text(_NO_VALUES), {"kpi": kpi.key}).one()
            if is_twice or is_nan:
                what = "a period has several values" if is_twice else "a value is no number"
                raise NotMeasured(what)
    except sa.exc.DBAPIError as error:
        raise NotMeasured(str(error.orig)) from error
