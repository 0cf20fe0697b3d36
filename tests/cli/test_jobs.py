"""`kam-sync jobs ...`."""

import re

from connectors.sandbox.amocrm import AmoSandbox
from tests.cli.conftest import MOMENT, Command


def test_jobs_are_listed_called_off_and_done_again(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    assert kam_sync("jobs", "list").err == "no such job\n"
    kam_sync("schedule", "run", "sales", "sync")
    (job,) = kam_sync("jobs", "list", "sales", "--json").document["jobs"]
    assert (job["task"], job["source"], job["status"]) == ("sync_source", "sales", "todo")
    said = kam_sync("jobs", "list").out
    assert "sync_source" in said

    assert kam_sync("jobs", "cancel", job["id"]).err == f"job {job['id']}: cancelled\n"
    ended = kam_sync("jobs", "cancel", job["id"])
    assert (ended.code, "has ended already" in ended.err) == (2, True)
    assert re.search(MOMENT, kam_sync("jobs", "list").out)
    assert "queued again as job" in kam_sync("jobs", "retry", job["id"]).err
    assert "one of todo," in kam_sync("jobs", "list", "--status", "lost").err
