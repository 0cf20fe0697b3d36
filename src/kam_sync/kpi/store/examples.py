"""Computes the worked example of a KPI, on rows that are given and not on the store."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kam_sync.base.clock import start_of_day
from kam_sync.base.db import Session
from kam_sync.kpi.definition import Kpi
from kam_sync.kpi.store.adding import IN_TIME
from kam_sync.kpi.store.alone import Refused, is_added, line_of, rows_of
from kam_sync.kpi.store.executing import execute
from kam_sync.kpi.store.forecasting import predicted
from kam_sync.kpi.store.layout import TABLES, statements
from kam_sync.kpi.store.measuring import moments
from kam_sync.kpi.store.open_tables import OPEN_TABLES
from kam_sync.kpi.workdays import Workdays

_ACCOUNT = "00000000-0000-0000-0000-000000000001"
_MEASURE = """
    SELECT account_id, unit, "on", value FROM ({sql}) f WHERE value IS NOT NULL
    ORDER BY "on" LIMIT :most
"""
_MOST = 10_000
"""A value that is told along: what is sent with one cannot be several statements."""
_READ_ONLY = "SET TRANSACTION READ ONLY"
_GIVEN = """
    SELECT '{account}'::uuid AS account_id, x.*
    FROM jsonb_to_recordset(CAST(:{table} AS jsonb)) AS x({columns})
"""


@dataclass(frozen=True, slots=True)
class BadFormula(Exception):
    """The database does not take a formula: what it says, and in which line of the SQL."""

    said: str
    line: int


def example(session: Session, kpi: Kpi, zone: ZoneInfo) -> dict[date, Decimal]:
    """What comes out of the example, by the first day of the period.

    The session's transaction is left with tables of the example: roll it back. Raises BadFormula.
    """
    given, grain, wanted = kpi.example.given, kpi.example.grain, kpi.example.unit
    now = start_of_day(kpi.example.today, zone)
    rows = {table: _given(table) for table in OPEN_TABLES}
    values: dict[str, Any] = moments(now, zone, grain, Workdays(), [kpi.sql])
    values |= {table: json.dumps(given.get(table, [])) for table in OPEN_TABLES}
    session.execute(sa.text("SELECT set_config('timezone', :zone, true)"), {"zone": zone.key})
    session.execute(sa.text(f"DROP TABLE IF EXISTS {', '.join(TABLES)}"))
    for statement in statements("account_link", [kpi.sql], grain, rows):
        execute(session, statement, values)
    try:
        found = _found(session, kpi, values)
    except Refused as error:
        raise BadFormula(str(error), 1) from error
    except sa.exc.DBAPIError as error:
        raise _bad(error, kpi) from error
    places = [place for *place, _ in found]
    if any(None in place for place in places):
        raise BadFormula("a row has no account_id, unit or on", 1)
    if twice := next((place for place in places if places.count(place) > 1), None):
        raise BadFormula(f"several rows for {twice[2]}: one value a period is needed", 1)
    return {on: round(value, 4) for _, unit, on, value in found if wanted in {None, unit}}


def _found(session: Session, kpi: Kpi, values: Mapping[str, Any]) -> Sequence[Any]:
    """The account, unit, period and value of each point."""
    session.execute(sa.text(IN_TIME))
    formula = kpi.example_formula
    if is_added(kpi):
        formula = rows_of(session, kpi, formula)
    session.execute(sa.text(_READ_ONLY))
    if kpi.example.learned is None:
        query = sa.text(_MEASURE.format(sql=formula))
        return session.execute(query, {"most": _MOST}).all()
    learned = list(kpi.example.learned.model_dump().values())
    said = predicted(session, formula, values, learned)
    return [(_ACCOUNT, unit, values["running"], value) for unit, value in said.items()]


def _bad(error: sa.exc.DBAPIError, kpi: Kpi) -> BadFormula:
    said = getattr(error.orig, "diag", None)
    if said is None:
        return BadFormula(str(error.orig), 1)
    if is_added(kpi):
        return BadFormula(str(said.message_primary), line_of(error, kpi, kpi.example_formula))
    before = _MEASURE.index("{sql}") + len(kpi.example_formula) - len(kpi.literal_sql)
    at = int(said.statement_position or before + 1) - 1 - before
    return BadFormula(str(said.message_primary), kpi.sql.count("\n", 0, max(at, 0)) + 1)


def _given(table: str) -> str:
    spec = OPEN_TABLES[table]
    columns = ", ".join(f'"{name}" {kind}' for name, kind in spec.columns.items())
    return _GIVEN.format(account=_ACCOUNT, table=table, columns=columns)
