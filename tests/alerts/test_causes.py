"""Alerts that have one cause are told as one."""

from graphlib import TopologicalSorter
from uuid import UUID, uuid4

import pytest

from kam_sync.alerts.causes import COVERS, Part, about, covered
from kam_sync.alerts.life import State
from kam_sync.drift.model import Kind
from kam_sync.kpi.registry import OURS

ACCOUNT = uuid4()


def seen(
    kpi: str, state: State = State.FIRING, account: UUID = ACCOUNT, kind: Kind = Kind.LEVEL
) -> Part:
    return Part(uuid4(), account, about(kpi, kind), state)


def folded(*alerts: Part) -> dict[str, str]:
    """Which KPI stands below which."""
    names = {alert.id: alert.about for alert in alerts}
    return {names[effect]: names[cause] for effect, cause in covered(alerts).items()}


def test_a_client_that_is_silent_is_told_of_once() -> None:
    alerts = [seen("won_revenue"), seen("days_since_last_won"), seen("sell_in"), seen("win_rate")]
    assert folded(*alerts) == {
        "won_revenue": "days_since_last_won", "sell_in": "days_since_last_won",
    }  # fmt: skip


def test_the_oldest_debt_tells_of_all_the_others() -> None:
    buckets = [seen("overdue_1_30"), seen("overdue_31_60"), seen("overdue_over_90"), seen("dso")]
    assert set(folded(*buckets).values()) == {"overdue_over_90"}
    assert len(folded(*buckets)) == 3


def test_the_cause_of_a_cause_covers_all() -> None:
    chain = [seen("account_profit"), seen("gross_margin"), seen("days_since_last_won")]
    assert set(folded(*chain).values()) == {"days_since_last_won"}


def test_accounts_do_not_cover_each_other() -> None:
    assert folded(seen("days_since_last_won", account=uuid4()), seen("won_revenue")) == {}


@pytest.mark.parametrize("state", [State.PENDING, State.RESOLVED])
def test_what_nobody_knows_of_or_is_over_covers_nothing(state: State) -> None:
    assert folded(seen("days_since_last_won", state), seen("won_revenue")) == {}


@pytest.mark.parametrize("state", [State.ACKNOWLEDGED, State.SNOOZED, State.EXPECTED])
def test_what_was_put_aside_still_covers(state: State) -> None:
    assert folded(seen("days_since_last_won", state), seen("won_revenue")) != {}


def test_of_one_kpi_the_first_given_covers_the_others_and_its_plan() -> None:
    month, week = seen("sell_out"), seen("sell_out")
    plan = seen("sell_out", kind=Kind.PLAN)
    assert covered([month, week, plan]) == {week.id: month.id, plan.id: month.id}


@pytest.mark.parametrize("kind", [Kind.MISSING, Kind.STEP, Kind.SCISSORS])
def test_what_is_no_fall_neither_covers_nor_is_covered(kind: Kind) -> None:
    assert covered([seen("sell_out", kind=kind), seen("sell_in")]) == {}
    assert covered([seen("sell_out"), seen("sell_in", kind=kind)]) == {}


def test_the_table_names_kpis_that_there_are_and_runs_in_no_circle() -> None:
    named = {*COVERS, *(what for those in COVERS.values() for what in those)}
    assert {what.removeprefix("plan ") for what in named} <= OURS.keys()
    assert list(TopologicalSorter(COVERS).static_order())
