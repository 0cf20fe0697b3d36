"""A KPI of ours, measured on rows of one account that are given and not in the store."""

from datetime import date
from decimal import Decimal
from typing import Any, Protocol

import pytest

from kam_sync.kpi.definition import Grain
from kam_sync.kpi.registry import OURS
from kam_sync.kpi.store.examples import example
from kam_sync.wiring import Services

Rows = dict[str, list[dict[str, Any]]]


class Measured(Protocol):
    """The values by the first day of the period, of the rows by open table."""

    def __call__(
        self, key: str, today: date, rows: Rows, grain: Grain = Grain.MONTH
    ) -> dict[date, Decimal]: ...


@pytest.fixture
def measured(services: Services) -> Measured:
    """Measures a KPI; what the tests ask of it is rolled back."""

    def measure(
        key: str, today: date, rows: Rows, grain: Grain = Grain.MONTH
    ) -> dict[date, Decimal]:
        said = {
            table: [{name: _said(value) for name, value in row.items()} for row in given_rows]
            for table, given_rows in rows.items()
        }
        kpi = OURS[key]
        asked = {"today": today, "given": said, "unit": None, "grain": grain}
        worked = kpi.example.model_copy(update=asked)
        with services.database.transaction() as session:
            values = example(session, kpi.model_copy(update={"example": worked}), services.zone)
            session.rollback()
        return values

    return measure


def _said(value: object) -> object:
    return value if value is None or isinstance(value, int) else str(value)
