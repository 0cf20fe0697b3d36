"""`kam-sync schedule ...`."""

import re

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from tests.cli.conftest import MOMENT
from tests.commands import Command


def test_the_timetable_of_a_new_source_is_shown_in_words(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    listed = kam_sync("schedule", "list", "sales", "--json").document["schedules"]
    shown = {one["step"]: (one["when"], one["is_on"], one["jitter"]) for one in listed}
    assert shown["sync"] == ("every 15 minutes", True, "1m")
    assert shown["full"] == ("Sun at 03:00", False, "30m")
    said = kam_sync("schedule", "list").out
    assert "every 15 minutes" in said
    assert "at minute 5 of every hour" in said
    assert re.search(MOMENT, said)


def test_a_schedule_is_set_switched_off_and_reset(kam_sync: Command, connected: AmoSandbox) -> None:
    said = kam_sync("schedule", "set", "sales", "sync", "--every", "10m", "--deadline", "1h")
    assert said.err.startswith("sales sync: every 10 minutes, next 20")
    assert re.search(MOMENT, said.err)
    listed = kam_sync("schedule", "list", "sales", "--json").document["schedules"]
    sync = next(one for one in listed if one["step"] == "sync")
    assert (sync["every"], sync["deadline"], sync["is_default"]) == ("10m", "1h", False)
    assert sync["next_at"] is not None

    assert "switched off" in kam_sync("schedule", "off", "sales", "sync").err
    assert "next 20" in kam_sync("schedule", "on", "sales", "sync").err
    assert "every 15 minutes" in kam_sync("schedule", "reset", "sales").err


def test_the_house_has_steps_of_its_own(kam_sync: Command, connected: AmoSandbox) -> None:
    said = kam_sync(
        "schedule", "set", "house", "measure", "--cron", "30 6 * * 1-5", "--zone", "UTC"
    )
    assert "house measure: on weekdays at 06:30 (UTC)" in said.err
    assert kam_sync("schedule", "run", "-", "measure").err == "- measure: queued\n"
    assert kam_sync("schedule", "run", "-", "measure").err == "- measure: waiting already\n"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("set", "sales", "sync"), "say when"),
        (("set", "sales", "sync", "--every", "5s"), "one minute"),
        (("set", "sales", "sync", "--cron", "x"), "five fields are needed: minute, hour,"),
        (("set", "sales", "sync", "--cron", "x * * * *"), "'x' is no minute; it may be 0 to 59"),
        (("set", "sales", "tea", "--every", "5m"), "a source has no such step; there are: sync"),
        (("set", "house", "sync", "--every", "5m"), "the house has no such step"),
        (("on", "nobody", "sync"), "no such source"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    kam_sync: Command, connected: AmoSandbox, asked: tuple[str, ...], said: str
) -> None:
    answer = kam_sync("schedule", *asked)
    assert answer.code == 2
    assert said in answer.err
    assert answer.err.count("\n") == 1
