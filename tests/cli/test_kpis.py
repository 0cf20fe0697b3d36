"""`kam-sync kpis`: what is measured, and how a KPI of one's own is checked."""

from pathlib import Path

import pytest

from kam_sync.kpi.registry import OURS
from tests.cli.conftest import Command
from tests.kpi.test_own_kpis import OWN, write


def test_all_are_listed_and_each_is_shown_with_its_example(kam_sync: Command) -> None:
    listed = kam_sync("kpis", "list", "--json").document
    assert [one["key"] for one in listed] == list(OURS)
    assert "won_revenue" in kam_sync("kpis", "list").out
    shown = kam_sync("kpis", "show", "win_rate").out
    assert "66.6667" in shown
    assert "Traps:" in shown
    assert kam_sync("kpis", "show", "nonsense").code == 2


def test_a_kpi_of_ones_own_is_checked(kam_sync: Command, tmp_path: Path) -> None:
    said = kam_sync("kpis", "check", str(write(tmp_path)))
    assert (said.code, said.out) == (0, "big_deals: its example comes out\n")
    said = kam_sync("kpis", "check", str(write(tmp_path, OWN.replace("deals\n", "dealz\n"))))
    assert (said.code, "big_deals.yaml: line 8 (sql)" in said.err) == (2, True)
    unknown = OWN.replace("good: up", "good: up\nafter: [no_such]")
    said = kam_sync("kpis", "check", str(write(tmp_path, unknown)))
    assert (said.code, "there is no KPI no_such" in said.err) == (2, True)


def test_a_wrong_calendar_stops_the_start(
    kam_sync: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAM_SYNC_CALENDAR", "XX")
    said = kam_sync("kpis", "list")
    assert (said.code, said.err) == (2, "kam-sync: KAM_SYNC_CALENDAR: there is no calendar of XX\n")
