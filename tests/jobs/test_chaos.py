"""The short form of `benchmarks/chaos.py`: real processes, killed and started again."""

from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.chaos import Wish, play
from benchmarks.chaos_report import overlaps
from kam_sync.base.db import Database

SHORT = Wish(
    schedules=30,
    every=timedelta(seconds=4),
    seconds=9,
    kill_every=(0.5, 1.5),
    calm=4,
)


@pytest.mark.heavy
def test_killed_processes_lose_no_tick_no_job_and_no_change_and_double_none(
    database: Database, tmp_path: Path
) -> None:
    lines, kills = play(database.conninfo, tmp_path, SHORT)
    assert kills >= 1
    assert [(line.what, line.wrong) for line in lines if line.wrong or not line.seen] == []


def test_the_judge_sees_two_syncs_of_one_source_at_a_time(tmp_path: Path) -> None:
    (tmp_path / "1.log").write_text("10.0 begin 1 a\n12.0 end 1 a\n20.0 begin 1 b\n")
    (tmp_path / "2.log").write_text("11.0 begin 2 a\n13.0 end 2 a\n22.0 begin 2 b\n23.0 end 2 b\n")
    assert overlaps(tmp_path, kills={1: 21.0}) == 1
    assert overlaps(tmp_path, kills={1: 22.5}) == 2
