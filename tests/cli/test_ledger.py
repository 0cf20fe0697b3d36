"""`kam-sync ledger ...`."""

import re
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from kam_sync.cli import show
from tests.commands import Command

_LONG_AGO = 1_500_000_000


@pytest.fixture
def lying(kam_sync: Command, connected: AmoSandbox) -> AmoSandbox:
    """A synced account, one of whose deals has become dearer without a word."""
    assert kam_sync("sync", "sales", "--json").code == 0
    lead = connected.ids("leads")[0]
    connected.change("leads", lead, silent=True, price=7_777, updated_at=_LONG_AGO)
    return connected


def test_before_the_first_check_it_says_how_to_make_one(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    assert connected.token
    said = kam_sync("ledger", "list")
    assert (said.code, said.err) == (
        0,
        "nothing was compared yet; now: kam-sync ledger check NAME\n",
    )
    said = kam_sync("ledger", "show", "sales", "deal")
    assert said.code == 2
    assert "deal was never compared; compared: nothing yet" in said.err
    said = kam_sync("ledger", "check", "sales")
    assert said.code == 1
    assert "nothing to compare before its first sync: kam-sync sync sales" in said.err


@pytest.mark.heavy
def test_a_check_finds_and_shows_and_a_repair_puts_right(
    kam_sync: Command, lying: AmoSandbox
) -> None:
    lead = str(lying.ids("leads")[0])
    said = kam_sync("ledger", "check", "sales", "--noun", "deal", "--no-repair", "--json")
    assert said.code == 1
    [deal] = said.document["ledger"]
    assert (deal["differing"], deal["left"], deal["state"]) == (1, 1, "parted")
    shown = kam_sync("ledger", "show", "sales", "deal", "--json").document
    assert [(r["external_id"], r["kind"]) for r in shown["records"]] == [(lead, "differing")]
    [line] = shown["accounts"]
    assert line["differing"] == 1
    there, here = (float(line[f"sum_{side}"]) for side in ("there", "here"))
    row = next(iter(shown["sums"].values()))
    assert float(row["there"]) - float(row["here"]) == there - here != 0
    of_account = ("--account", line["account_id"], "--day", shown["day"])
    assert lead in kam_sync("ledger", "show", "sales", "deal", *of_account).out
    doctor = kam_sync("doctor", "--json").document["checks"]
    advice = {one["found"]: one["advice"] for one in doctor}
    assert advice["1 records differ from the CRM"] == "look and repair: kam-sync ledger list sales"

    said = kam_sync("ledger", "repair", "sales")
    assert said.code == 0, said.err
    assert "repaired" in said.out
    said = kam_sync("ledger", "repair", "sales")
    assert (said.code, said.out) == (0, "")
    assert said.err == "sales: the last checks left nothing to repair\n"
    assert kam_sync("ledger", "repair", "sales", "--json").document == {"ledger": []}
    assert kam_sync("ledger", "check", "sales").code == 0
    states = {one["state"] for one in kam_sync("ledger", "list", "--json").document["ledger"]}
    assert states == {"equal"}


@pytest.mark.heavy
def test_the_tables_are_readable_at_80_columns(
    kam_sync: Command, lying: AmoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lying.token
    for console in (show.out, show.err):
        monkeypatch.setattr(console, "width", 80)
    kam_sync("ledger", "check", "sales", "--no-repair")
    shown = kam_sync("ledger", "show", "sales", "deal", "--json").document
    [line] = shown["accounts"]
    sums = [shown["sums"]["RUB"], {"here": line["sum_here"], "there": line["sum_there"]}]
    for arguments, told in ((("list",), sums[:1]), (("show", "sales", "deal"), sums)):
        said = kam_sync("ledger", *arguments)
        assert max(map(len, said.out.splitlines())) <= 80
        assert "parted" in said.out
        for both in told:  # side by side, under their heads
            here, there = (f"{Decimal(both[side]):,.2f} RUB" for side in ("here", "there"))
            assert re.search(rf"{re.escape(here)} +{re.escape(there)} *$", said.out, re.MULTILINE)


@pytest.mark.heavy
def test_times_and_days_are_those_of_the_zone_of_the_installation(
    kam_sync: Command, lying: AmoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lying.token
    monkeypatch.setenv("KAM_SYNC_TIMEZONE", "Pacific/Kiritimati")
    checked = kam_sync("ledger", "check", "sales", "--noun", "deal", "--no-repair", "--json")
    [deal] = checked.document["ledger"]
    at = datetime.fromisoformat(deal["checked_at"]).astimezone(ZoneInfo("Pacific/Kiritimati"))
    assert deal["day"] == f"{at:%Y-%m-%d}"
    said = " ".join(kam_sync("ledger", "list").out.split())
    assert f"{at:%Y-%m-%d %H:%M} +14" in said
    assert kam_sync("ledger", "show", "sales", "deal", "--day", deal["day"]).code == 0


CANNOT = (
    (("check", "sales", "--noun", "dael"), "dael: no such kind of record; there are: group"),
    (("show", "sales", "deal", "--day", "soon"), "a date such as 2026-11-30 is needed"),
    (("show", "sales", "deal", "--account", "7"), "account 7: no such account"),
    (("show", "sales", "deal", "--day", "2020-01-01"), "deal: no check on 2020-01-01"),
    (("list", "nobody"), "source nobody: no such source"),
)


def test_what_cannot_be_is_said_in_a_line(kam_sync: Command, lying: AmoSandbox) -> None:
    assert lying.token
    kam_sync("ledger", "check", "sales", "--noun", "deal")
    for arguments, reason in CANNOT:
        said = kam_sync("ledger", *arguments)
        assert (said.code, reason in said.err) == (2, True), said.err


def test_a_paused_source_is_not_compared(kam_sync: Command, lying: AmoSandbox) -> None:
    assert lying.token
    kam_sync("source", "pause", "sales")
    said = kam_sync("ledger", "check", "sales")
    assert said.code == 1
    assert "it is paused, not compared" in said.err


@pytest.mark.heavy
def test_repair_is_an_option_of_the_source(kam_sync: Command, lying: AmoSandbox) -> None:
    assert lying.token
    assert kam_sync("source", "set", "sales", "--set", "repair=perhaps").code == 2
    assert kam_sync("source", "set", "sales", "--set", "repair=no").code == 0
    assert kam_sync("ledger", "check", "sales", "--noun", "deal").code == 1


def test_a_log_that_only_grows_has_nothing_to_be_compared_with(
    kam_sync: Command, lying: AmoSandbox
) -> None:
    assert lying.token
    said = kam_sync("ledger", "check", "sales", "--noun", "event")
    assert (said.code, said.out) == (0, "")
    assert "no whole list of that to compare with" in said.err
