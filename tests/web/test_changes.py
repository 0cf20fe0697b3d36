"""How a key figure stands beside what is usual, in words that do not promise too much."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from kam_sync.kpi.model import Point
from kam_sync.kpi.registry import KPIS
from kam_sync.web.wording.changes import change
from tests.web.test_wording import EN, RU, plain
from tests.web.world import WHEN


def point(kpi: str, value: float, on: date = date(2026, 10, 1)) -> Point:
    """A whole month."""
    return Point(
        account_id=UUID(int=1), kpi=kpi, unit="RUB", on=on, value=Decimal(str(value)),
        changed_at=WHEN,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kpi", "now", "usual", "way", "is_bad", "text"),
    [
        ("won_revenue", 40, 100, "down", True, "October 2026: 60% below usual"),
        ("won_revenue", 170, 100, "up", False, "October 2026: 70% above usual"),
        ("won_revenue", 95, 100, "level", False, "October 2026: as usual"),
        ("days_since_last_won", 150, 100, "up", True, "October 2026: 50 days above usual"),
        ("win_rate", 40, 62.5, "down", True, "October 2026: 22.5 pp below usual"),
    ],
)
def test_a_change_is_told_only_outside_the_usual_range(
    kpi: str, now: float, usual: float, way: str, is_bad: bool, text: str
) -> None:
    said = change(EN, KPIS[kpi], point(kpi, now), usual, (usual - 10, usual + 10), None)

    assert said is not None
    assert (said.way, said.is_bad, plain(said.text)) == (way, is_bad, text)


def test_without_a_usual_value_the_year_before_is_held_against_it() -> None:
    before = point("won_revenue", 100, date(2025, 10, 1))
    said = change(RU, KPIS["won_revenue"], point("won_revenue", 150), None, None, before)

    assert said is not None
    assert plain(said.text) == "октябрь 2026: на 50 % больше, чем год назад"
    assert change(RU, KPIS["won_revenue"], point("won_revenue", 150), None, None, None) is None
    assert change(RU, KPIS["won_revenue"], None, 100.0, None, before) is None
