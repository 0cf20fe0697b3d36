"""`kam-sync jobs ...`."""

import re

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from tests.cli.conftest import MOMENT
from tests.commands import Command


def test_jobs_are_listed_called_off_and_done_again(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    said = "no job waits, runs or has ended within a week\n"
    assert kam_sync("jobs", "list").err == said
    assert kam_sync("jobs", "list", "sales").err.startswith("no job that fits")
    kam_sync("schedule", "run", "sales", "full")
    (job,) = kam_sync("jobs", "list", "--json").document["jobs"]
    assert "sync_source (full)" in kam_sync("jobs", "list").out
    kam_sync("jobs", "cancel", job["id"])
    assert kam_sync("jobs", "list", "--status", "doing").err.startswith("no job that fits")
    kam_sync("schedule", "run", "sales", "sync")
    job = kam_sync("jobs", "list", "sales", "--json").document["jobs"][0]
    assert (job["task"], job["source"], job["status"]) == ("sync_source", "sales", "todo")
    said = kam_sync("jobs", "list").out
    assert "sync_source" in said

    assert kam_sync("jobs", "cancel", job["id"]).err == f"job {job['id']}: cancelled\n"
    ended = kam_sync("jobs", "cancel", job["id"])
    assert (ended.code, "has ended already" in ended.err) == (2, True)
    assert re.search(MOMENT, kam_sync("jobs", "list").out)
    assert "queued again as job" in kam_sync("jobs", "retry", job["id"]).err
    assert "one of todo," in kam_sync("jobs", "list", "--status", "lost").err


@pytest.mark.parametrize("wrong", ["abc", "0", "1.5", "9" * 19, "²"])
@pytest.mark.parametrize(
    ("asked", "shown_by"),
    [
        (("jobs", "cancel"), "jobs list"),
        (("jobs", "retry"), "jobs list"),
        (("hooks", "show"), "hooks list"),
        (("hooks", "replay"), "hooks list"),
        (("write", "retry", "sales"), "write list NAME"),
    ],
)
def test_what_is_no_id_is_said_in_one_line_with_where_the_ids_are(
    kam_sync: Command, asked: tuple[str, ...], shown_by: str, wrong: str
) -> None:
    said = kam_sync(*asked, wrong)
    assert said.code == 2
    assert f"{wrong}: this is no id; an id is a number" in said.err
    assert said.err.endswith(f"shown by: kam-sync {shown_by}\n")
    assert said.err.count("\n") == 1
