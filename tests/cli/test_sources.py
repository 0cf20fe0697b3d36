"""`kam-sync source ...`."""

import io
import re

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from kam_sync.base.db import Database
from kam_sync.intake.store import RemovalStore, SourceStore
from tests.cli.conftest import MOMENT
from tests.commands import Command


def test_a_source_is_connected_listed_paused_resumed_and_removed(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    listed = kam_sync("source", "list", "--json").document["sources"]
    assert [(s["name"], s["kind"], s["state"]) for s in listed] == [("sales", "amocrm", "active")]
    assert connected.token not in kam_sync("source", "list", "--json").out

    assert kam_sync("source", "pause", "sales").code == 0
    assert kam_sync("source", "list", "--json").document["sources"][0]["state"] == "paused"
    refused = kam_sync("sync")
    assert refused.code == 2
    assert "no active source: sales paused; to go on: kam-sync source resume sales" in refused.err
    named = kam_sync("sync", "sales", "--json")
    assert named.code == 1
    assert (
        "nothing was pulled; to go on: kam-sync source resume sales"
        in (named.document["sources"][0]["message"])
    )
    assert named.document["sources"][0]["nouns"] == {}
    assert kam_sync("sync", "sales", "--paused", "--json").code == 0
    assert kam_sync("source", "resume", "sales").code == 0

    assert kam_sync("sync", "sales", "--json").code == 0
    assert kam_sync("source", "remove", "sales", "--yes").code == 0
    assert kam_sync("source", "list", "--json").document == {"sources": []}


def test_a_removal_that_was_cut_short_is_shown_with_the_command_that_ends_it(
    kam_sync: Command, connected: AmoSandbox, database: Database
) -> None:
    with database.transaction() as session:
        RemovalStore(session, SourceStore(session).by_name("sales").id).begin()
    assert kam_sync("source", "list", "--json").document["sources"][0]["state"] == "removing"
    assert "then: kam-sync source remove sales" in kam_sync("source", "list").out
    assert "kam-sync source remove sales" in kam_sync("doctor").out
    pulled = kam_sync("sync", "sales", "--json")
    assert pulled.code == 1
    assert "it is being removed" in pulled.document["sources"][0]["message"]
    assert (
        kam_sync("source", "resume", "sales").err == "kam-sync: source sales: it is being removed\n"
    )
    assert kam_sync("source", "remove", "sales", "--yes").code == 0
    assert kam_sync("source", "list", "--json").document == {"sources": []}


def test_the_status_of_a_source_tells_how_far_each_noun_has_come(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    assert connected.token
    assert "never synced yet" in kam_sync("source", "status", "sales").err
    synced = kam_sync("sync", "sales", "--json").document["sources"][0]["nouns"]
    nouns = {
        n["noun"]: n for n in kam_sync("source", "status", "sales", "--json").document["nouns"]
    }
    assert nouns["deal"]["records"] == synced["deal"]["created"] > 0
    assert all(n["state"] == "done" and n["loaded_at"] for n in nouns.values())
    shown = kam_sync("source", "status", "sales").out
    assert "in the store" in shown
    assert "first load" not in shown  # all are done
    assert "deal" in shown
    assert kam_sync("source", "status", "none").code == 2
    nobody = kam_sync("source", "remove", "none")  # says so before it asks
    assert (nobody.code, "no such source" in nobody.err) == (2, True)


def test_a_wrong_token_connects_nothing_and_is_not_repeated(
    kam_sync: Command, box: AmoSandbox
) -> None:
    said = kam_sync(
        "source", "add", "sales", "--kind", "amocrm", "--base-url", box.url, "--token", "wrong-one"
    )
    assert said.code == 1
    assert "token is refused" in said.err
    assert "wrong-one" not in said.err
    assert kam_sync("source", "list", "--json").document == {"sources": []}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "a b", "--kind", "amocrm", "--base-url", "https://x.test"), "source name 'a b'"),
        (
            ("add", "s", "--kind", "salesforce", "--base-url", "https://x.test"),
            "no such CRM; there are: ",
        ),
        (("add", "s", "--kind", "amocrm", "--base-url", "x.test"), "not an http(s) address"),
        (
            ("add", "s", "--kind", "amocrm", "--base-url", "https://x.test", "--set", "a"),
            "key=value",
        ),
        (
            ("add", "s", "--kind", "amocrm", "--base-url", "https://x.test", "--set", "speed=1"),
            "опции speed нет; есть: timezone, ",
        ),
        (
            ("add", "s", "--kind", "amocrm", "--base-url", "https://me:hunter2@x.test/api"),
            "give the address alone",
        ),
        (
            ("add", "s", "--kind", "amocrm", "--base-url", "https://x.test", "--client-id", "1"),
            "give one of them",
        ),
        (("check", "none"), "source none: no such source"),
        (("pause", "none"), "there are: none yet"),
    ],
)
def test_wrong_usage_says_in_one_line_what_is_wrong(
    kam_sync: Command, arguments: tuple[str, ...], says: str
) -> None:
    token = ("--token", "t") if arguments[0] == "add" else ()
    said = kam_sync("source", *arguments, *token)
    assert said.code in {1, 2}
    assert says in said.err
    assert said.err.count("\n") == 1


def test_a_name_is_taken_once_and_so_is_a_crm_account(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    again = ("--kind", "amocrm", "--base-url", connected.url, "--token", connected.token)
    asked = len(connected.requests)
    same_name = kam_sync("source", "add", "sales", *again)
    assert len(connected.requests) == asked
    same_account = kam_sync("source", "add", "shop", *again)
    assert (same_name.code, same_account.code) == (2, 2)
    assert "taken" in same_name.err
    assert "source sales is connected to this CRM account already" in same_account.err


def test_a_token_can_come_from_standard_input(
    kam_sync: Command, box: AmoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{box.token}\n"))
    said = kam_sync(
        "source", "add", "sales", "--kind", "amocrm", "--base-url", box.url, "--token", "-"
    )
    assert said.code == 0


def test_another_token_is_tried_before_the_old_one_is_given_up(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    same = kam_sync("source", "set", "sales", "--set", "per_second=0", "--base-url", connected.url)
    assert (same.code, "sales: nothing changed" in same.err) == (0, True)
    assert "sales: changed" in kam_sync("source", "set", "sales", "--set", "event_days=9").err
    wrong = kam_sync("source", "set", "sales", "--token", "wrong")
    assert (wrong.code, "token is refused" in wrong.err) == (1, True)
    assert kam_sync("source", "check", "sales").code == 0
    connected.token = "another-since"
    right = kam_sync("source", "set", "sales", "--token", "another-since")
    assert (right.code, "lets us in with the new token" in right.err) == (0, True)
    assert kam_sync("source", "check", "sales").code == 0


def test_check_proves_address_and_token(kam_sync: Command, connected: AmoSandbox) -> None:
    assert "sales: fine" in kam_sync("source", "check", "sales").out
    found = kam_sync("source", "check", "sales", "--json").document
    assert (found["source"], found["warnings"]) == ("sales", [])
    assert found["remote_account"]
    connected.token = "another since"
    said = kam_sync("source", "check", "sales")
    assert said.code == 1
    assert "token is refused" in said.err


def test_set_aside_records_are_listed(kam_sync: Command, connected: AmoSandbox) -> None:
    lead = connected.ids("leads")[0]
    connected.change("leads", lead, price=10**17)
    synced = kam_sync("sync", "sales")
    assert synced.code == 0
    assert "records set aside, not understood: 1; see: kam-sync" in synced.err
    found = kam_sync("source", "set-aside", "sales", "--json").document["set_aside"]
    assert [(r["noun"], r["external_id"]) for r in found] == [("deal", str(lead))]
    assert "price" in found[0]["reason"]
    said = kam_sync("source", "set-aside", "sales").out
    assert str(lead) in said
    assert re.search(MOMENT, said)


def test_a_crm_that_asks_us_to_slow_down_is_named_by_list_and_doctor(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    refusal = Fault(path="/api/v4/account", status=429, body=b'{"retry_after": 300}')
    connected.faults.append(refusal)
    assert kam_sync("source", "check", "sales").code == 1

    listed = kam_sync("source", "list", "--json").document["sources"][0]["standing"]
    assert listed["refusals_last_hour"] == 1
    assert "slow down until" in kam_sync("source", "list").out
    doctor = kam_sync("doctor", "--json").document["checks"]
    (check,) = [one for one in doctor if "slow down" in one["found"]]
    assert check["what"] == "source sales"
    assert ": too many requests (429)" in check["advice"]
