"""`kam-sync kpis`: what is measured, and how a KPI of one's own is checked."""

from pathlib import Path

import pytest

from kam_sync.kpi.registry import OURS
from kam_sync.wiring import Services
from tests.commands import Command
from tests.fakes.books import Book, deal
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


def test_what_was_changed_after_the_fact_is_listed(kam_sync: Command, services: Services) -> None:
    nothing = kam_sync("kpis", "restated")
    assert (nothing.out, nothing.err) == ("", "nothing was changed after it had been measured\n")
    book = Book(services)
    book.deals(deal("1", opened="2026-10-01", won="2026-10-20", amount=100)).measure()
    book.deals(deal("2", opened="2026-10-01", won="2026-10-20", amount=20)).measure()
    asked = ("--kpi", "won_revenue", "--grain", "month", "--since", "2026-01-01")
    shown = kam_sync("kpis", "restated", str(book.account()), *asked).out
    for said in ("октябрь 2026", "100 ₽", "120 ₽", "данные исправлены или пришли позже"):
        assert said in shown.replace("\N{NO-BREAK SPACE}", " ")
    (told,) = kam_sync("kpis", "restated", *asked, "--json").document["restatements"]
    assert (told["was"], told["now"], told["causes"]) == ("100.0000", "120.0000", ["facts"])


def test_a_wrong_calendar_stops_the_start(
    kam_sync: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAM_SYNC_CALENDAR", "XX")
    said = kam_sync("kpis", "list")
    assert (said.code, said.err) == (2, "kam-sync: KAM_SYNC_CALENDAR: there is no calendar of XX\n")
