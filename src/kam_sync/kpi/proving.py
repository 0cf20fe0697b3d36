"""Proves a KPI: the database takes its SQL, and its worked example comes out."""

from decimal import Decimal
from zoneinfo import ZoneInfo

from kam_sync.base.db import Session
from kam_sync.kpi.definition import Kpi
from kam_sync.kpi.registry import BadDefinition
from kam_sync.kpi.store import BadFormula, example


def prove(session: Session, kpi: Kpi, name: str, zone: ZoneInfo) -> None:
    """Compute the example of the KPI that the file `name` defines; roll the session back after.

    Raises BadDefinition.
    """
    try:
        found = example(session, kpi, zone)
    except BadFormula as error:
        line = kpi.sql_line + error.line - 1
        raise BadDefinition(f"{name}: line {line} (sql): {error.said}") from error
    for day, value in kpi.example.values.items():
        if found.get(day) != value:
            raise BadDefinition(
                f"{name}: example: {day} gives {_said(found.get(day))}, "
                f"and {_said(value)} is written"
            )


def _said(value: Decimal | None) -> str:
    return "no value" if value is None else f"{Decimal(value).normalize():f}"
