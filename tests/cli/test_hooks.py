"""`kam-sync hooks ...`."""

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from kam_sync.base.db import Database
from kam_sync.intake.inbox import HookState, Post, Reading
from kam_sync.intake.store import InboxStore
from tests.commands import Command
from tests.conftest import NOW

FORM = {"content-type": "application/x-www-form-urlencoded"}


def fill(database: Database) -> None:
    """Three webhooks: read, not understood, and one that nobody has looked into."""
    with database.transaction() as session:
        inbox = InboxStore(session)
        inbox.keep([Post(1, FORM, b"leads[update][0][id]=5"), Post(1, {}, b"\x1b[31mred\xff")])
        inbox.keep([Post(1, FORM, b"later")])
        read = Reading(1, HookState.READ, "", {"deal": ["5", "6"]})
        inbox.note([read, Reading(2, HookState.UNKNOWN, "no form and no JSON")], NOW)


def test_webhooks_are_listed_and_shown(
    kam_sync: Command, connected: AmoSandbox, database: Database
) -> None:
    assert kam_sync("hooks", "list").err == "no webhook came in yet\n"
    assert kam_sync("hooks", "list", "sales").err == "no webhook that fits\n"
    fill(database)
    found = kam_sync("hooks", "list", "sales", "--json").document["hooks"]
    assert [(one["id"], one["state"]) for one in found] == [
        ("3", "new"), ("2", "unknown"), ("1", "read"),
    ]  # fmt: skip
    assert found[2]["named"] == {"deal": ["5", "6"]}
    assert "body" not in found[2]
    older = kam_sync("hooks", "list", "--before", "3", "--json").document["hooks"]
    assert [one["id"] for one in older] == ["2", "1"]
    table = kam_sync("hooks", "list", "--state", "unknown").out
    assert "no form and no JSON" in table
    assert "deal 5" not in table
    shown = kam_sync("hooks", "show", "2").out
    assert "[31mred" in shown
    assert "\x1b" not in shown
    assert kam_sync("hooks", "show", "1", "--json").document["headers"] == FORM
    assert kam_sync("hooks", "show", "9").code == 2
    assert "one of new, read" in kam_sync("hooks", "list", "--state", "lost").err


def test_webhooks_are_read_again_by_id_or_all_of_a_state(
    kam_sync: Command, connected: AmoSandbox, database: Database
) -> None:
    fill(database)
    replay = ("hooks", "replay")
    assert "give ids" in kam_sync(*replay, "--source", "sales").err
    assert kam_sync(*replay, "1").err == "1 to be read again\n"
    of_source = (*replay, "--source", "sales", "--state", "unknown")
    assert kam_sync(*of_source, "--since", "2999-01-01").err == "0 to be read again\n"
    assert kam_sync(*of_source).err == "1 to be read again\n"
    assert kam_sync(*of_source[:-1], "new").code == 2
    jobs = kam_sync("jobs", "list", "--json").document["jobs"]
    assert [job["task"] for job in jobs] == ["read_hooks"]


def test_the_secret_address_is_told_to_who_asks(
    kam_sync: Command, connected: AmoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "KAM_SYNC_PUBLIC_URL" in kam_sync("hooks", "url", "sales").err
    monkeypatch.setenv("KAM_SYNC_PUBLIC_URL", "https://kam.example.com/")
    first = kam_sync("hooks", "url", "sales").out
    assert first.startswith("https://kam.example.com/hooks/")
    assert kam_sync("hooks", "url", "sales").out == first
