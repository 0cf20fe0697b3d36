"""Which key figures of an account are shown first."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from kam_sync.kpi.model import Point
from kam_sync.web.pages.chart import measured, telling


def points(kpi: str, unit: str, *months: int) -> list[Point]:
    """A value of 100 in each of some months of 2026."""
    return [
        Point(
            account_id=UUID(int=1), kpi=kpi, unit=unit, on=date(2026, month, 1),
            value=Decimal(100), changed_at=datetime(2026, 11, 1, tzinfo=UTC),
        )
        for month in months
    ]  # fmt: skip


def test_the_share_of_a_debt_that_was_paid_is_not_among_the_first() -> None:
    now = [*points("won_revenue", "RUB", 9, 10, 11), *points("win_rate", "percent", 9, 10)]
    cards = measured([*points("overdue_share", "percent", 7, 8), *now], [])
    assert [card.kpi.key for card in telling(cards, (), 2)] == ["won_revenue", "win_rate"]
    owed = measured([*points("overdue_share", "percent", 9, 10), *now], [])
    assert "overdue_share" in {card.kpi.key for card in telling(owed, (), 2)}
