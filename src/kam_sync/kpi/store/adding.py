"""Runs the SQL of KPIs that people have added: what it does wrong costs that KPI alone."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from kam_sync.base.db import Session
from kam_sync.kpi.definition import Kpi
from kam_sync.kpi.store.alone import Refused, rows_of

_MOST_SECONDS = 60
IN_TIME = f"SET LOCAL statement_timeout = '{_MOST_SECONDS}s'"
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
def on_trial(session: Session, kpi: Kpi) -> Iterator[str]:
    """Run its SQL alone, for a minute at most, and give the query for the rows that came out.

    Of these its series are to be computed into kpi_series.

    All is undone where it fails. Raises NotMeasured.
    """
    try:
        with session.begin_nested():
            session.execute(sa.text(IN_TIME))
            yield rows_of(session, kpi, kpi.formula)
            session.execute(sa.text("SET LOCAL statement_timeout TO DEFAULT"))
            is_twice, is_nan = session.execute(sa.text(_NO_VALUES), {"kpi": kpi.key}).one()
            if is_twice or is_nan:
                what = "a period has several values" if is_twice else "a value is no number"
                raise NotMeasured(what)
    except Refused as error:
        raise NotMeasured(str(error)) from error
    except sa.exc.DBAPIError as error:
        raise NotMeasured(str(error.orig)) from error
