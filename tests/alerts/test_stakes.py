"""How much money is at risk: worked by hand for each kind of KPI."""

from decimal import Decimal

import pytest

from kam_sync.alerts.stakes import Matter, Purse, Risk, Year, at_risk, is_yearly
from kam_sync.drift.model import Kind
from kam_sync.kpi.definition import Grain, Stake
from kam_sync.kpi.registry import OURS


def seen(
    observed: float, expected: float, unit: str = "RUB", kind: Kind = Kind.LEVEL,
    badness: float = 4, grain: Grain = Grain.MONTH,
) -> Matter:  # fmt: skip
    return Matter(observed, expected, unit, kind, badness, grain)


MILLION = {"RUB": Year(Decimal(1_000_000), Decimal(800_000))}
PURSE = Purse(revenue=MILLION, own={"RUB": Year(Decimal(900_000), Decimal(1_200_000))})


@pytest.mark.parametrize(
    ("kpi", "matter", "amount"),
    [
        # 70 thousand a month less: 840 thousand a year.
        ("won_revenue", seen(30_000, 100_000), 840_000),
        # A thousand a week less are 52 thousand a year.
        ("sell_in", seen(1_000, 2_000, grain=Grain.WEEK), 52_000),
        # A plan will miss 300 thousand, once; so much more is shipped than sold.
        ("won_revenue", seen(700_000, 1_000_000, kind=Kind.PLAN), 300_000),
        ("sell_in", seen(900_000, 500_000, kind=Kind.SCISSORS), 400_000),
        # 15 thousand overdue where 10 are allowed.
        ("overdue_over_90", seen(15_000, 10_000, kind=Kind.LIMIT), 5_000),
        # 36 of 90 days are left of the contract: it is past the limit by six tenths of it.
        ("contract_days_left", seen(36, 90, "days", Kind.LIMIT, 1.6), 300_000),
        # 150 thousand a month less are 1.8 million, but no year has brought more than 1.2.
        ("gross_margin", seen(0, 150_000), 1_200_000),
        # What is overdue beyond the usual, once.
        ("overdue_1_30", seen(500_000, 100_000), 400_000),
        # A third of the orders is missing: a third of the revenue.
        ("order_frequency", seen(2, 3, "count"), 333_333.33),
        # Five points of margin: five hundredths.
        ("gross_margin_percent", seen(20, 25, "percent"), 50_000),
        ("return_rate", seen(9, 2, "percent"), 70_000),
        # Money comes 36.5 days later: a tenth of a year.
        ("dso", seen(66.5, 30, "days"), 100_000),
        # Four widths: three tenths; eight: no more than a half.
        ("win_rate", seen(20, 60, "percent"), 300_000),
        ("nps", seen(-10, 50, "points", badness=8), 500_000),
        # A silence that is hardly one: a tenth for each half of a width beyond the first.
        ("days_since_last_won", seen(40, 10, "days", Kind.SILENCE, 2.5), 300_000),
        ("days_since_last_won", seen(200, 10, "days", Kind.SILENCE, 6.2), 1_000_000),
    ],
)
def test_worked_by_hand(kpi: str, matter: Matter, amount: float) -> None:
    assert at_risk(matter, OURS[kpi], PURSE) == Risk(
        Decimal(str(amount)).quantize(Decimal("0.01")), "RUB"
    )


def test_a_growing_account_may_lose_what_it_would_have_grown_by() -> None:
    grown = Purse(own={"RUB": Year(Decimal(1_000_000), Decimal(800_000))})
    assert at_risk(seen(0, 500_000), OURS["sell_in"], grown) == Risk(Decimal("1200000.00"), "RUB")


def test_of_several_currencies_the_one_it_buys_most_in_counts() -> None:
    both = Purse(revenue={"RUB": Year(Decimal(10)), "USD": Year(Decimal(100))})
    assert at_risk(seen(20, 60, "percent"), OURS["win_rate"], both) == Risk(Decimal("30.00"), "USD")


def test_what_got_better_meanwhile_puts_nothing_at_risk() -> None:
    assert at_risk(seen(110, 100), OURS["won_revenue"], PURSE) == Risk(Decimal("0.00"), "RUB")


@pytest.mark.parametrize(
    ("kpi", "purse"),
    [("nps_margin", PURSE), ("win_rate", Purse()), ("realised_ltv", PURSE)],
)
def test_where_nobody_can_say_nothing_is_said(kpi: str, purse: Purse) -> None:
    assert at_risk(seen(20, 60, "percent"), OURS[kpi], purse) is None


@pytest.mark.parametrize("kind", [Kind.STEP, Kind.MISSING])
def test_a_chance_and_a_missing_report_put_no_money_at_risk(kind: Kind) -> None:
    assert at_risk(seen(0, 100, kind=kind), OURS["sell_out"], PURSE) is None


def test_a_plan_of_pieces_names_no_money() -> None:
    assert at_risk(seen(1, 2, "count", Kind.PLAN), OURS["sell_in_units"], PURSE) is None


def test_nothing_is_expected_so_no_part_of_it_is_missing() -> None:
    assert at_risk(seen(0, 0, "count"), OURS["sell_in_units"], PURSE) is None


def test_debt_is_at_risk_once_and_sales_by_the_year() -> None:
    yearly = {key for key, kpi in OURS.items() if is_yearly(kpi, Kind.LEVEL)}
    assert {"won_revenue", "win_rate", "gross_margin_percent"} <= yearly
    assert not is_yearly(OURS["won_revenue"], Kind.PLAN)
    assert yearly.isdisjoint({"receivables", "overdue_over_90", "dso", "true_dso"})


def test_whatever_is_watched_has_money_at_risk() -> None:
    watched = [kpi for kpi in OURS.values() if kpi.is_watched]
    assert [kpi.key for kpi in watched if kpi.at_stake is Stake.NONE] == []
