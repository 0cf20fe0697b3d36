"""Which alert comes first."""

from decimal import Decimal

from kam_sync.alerts.ranking import rank


def test_money_gravity_and_certainty_weigh_alike() -> None:
    assert rank(Decimal(100), "high", 0.5) == rank(Decimal(100), "normal", 1.0) == 100
    assert rank(Decimal(100), "low", 1.0) == rank(Decimal(50), "normal", 1.0)


def test_where_nobody_can_say_the_money_gravity_decides_behind_all_others() -> None:
    unknown = [rank(None, severity) for severity in ("high", "normal", "low")]
    assert unknown == sorted(unknown, reverse=True)
    assert rank(Decimal(10), "low", 0.5) > unknown[0]


def test_who_does_not_say_how_sure_it_is_stands_between() -> None:
    assert (
        rank(Decimal(100), "normal", 0.5) < rank(Decimal(100)) < rank(Decimal(100), "normal", 0.99)
    )
