"""The short form of the fault drill; `python -m tests.drill` plays all of it."""

from pathlib import Path

import pytest

from tests.drill.playing import play

SHORT = {
    "the database is killed", "a process is killed in kpi", "a process is killed in write",
    "one of two processes is killed", "the CRM is down for six hours",
}  # fmt: skip


@pytest.mark.heavy
def test_nothing_is_lost_and_nothing_comes_twice_whatever_fails(tmp_path: Path) -> None:
    outcomes = play(tmp_path, SHORT.__contains__)
    assert {one.fault for one in outcomes} == SHORT
    assert [(one.fault, one.wrong) for one in outcomes if one.wrong] == []
    said = {one.fault: " ".join(one.during) for one in outcomes}
    assert "refused" in said["the database is killed"]
    assert "tried again" in said["the CRM is down for six hours"]
