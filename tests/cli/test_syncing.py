"""What `kam-sync sync` says of its end, in words, JSON and exit code."""

import pytest

from connectors import ErrorKind, Noun
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from connectors.sandbox.onec import OneCSandbox
from connectors.sandbox.world import MadeUpWorld
from kam_sync.cli import show, synced
from kam_sync.intake.model import NounCounts, NounEnd, RunState
from kam_sync.syncing import SyncResult
from tests.commands import Command

BILLS = "Document_СчетНаОплатуПокупателю"
FULL = NounCounts(
    read=112_345, created=100_000, updated=2_345, unchanged=10_000, deleted=45, held=30,
    rejected=17, seconds="93.25", requests=450,
)  # fmt: skip


@pytest.mark.heavy
def test_a_noun_without_rights_is_a_failure_and_the_others_are_read(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    connected.faults.append(Fault(path="/api/v4/tasks", status=403, times=None))
    said = kam_sync("sync", "--json")
    (sales,) = said.document["sources"]
    assert (said.code, sales["state"]) == (1, "done")
    assert sales["nouns"]["task"]["state"] == "failed"
    assert "no rights" in sales["nouns"]["task"]["message"]
    assert (sales["nouns"]["deal"]["state"], sales["nouns"]["deal"]["message"]) == ("done", "")
    shown = kam_sync("sync")
    assert (shown.code, shown.err.count("sales: task FAILED: ")) == (1, 1)
    assert shown.err.count("no rights") == 1
    assert shown.out.startswith("sales: nothing new in what was read (read ")
    assert shown.err.endswith(
        "  The CRM does not show this to whoever let us in. Let an administrator open the source "
        "anew, or live without it.\n  then: kam-sync sync sales\n"
    )


@pytest.mark.heavy
def test_what_the_crm_does_not_offer_is_told_and_is_no_failure(kam_sync: Command) -> None:
    with OneCSandbox(MadeUpWorld(size=2), unpublished={BILLS}) as box:
        added = ("source", "add", "books", "--kind", "1c", "--base-url", box.url)
        assert kam_sync(*added, "--token", box.token).code == 0
        said = kam_sync("sync", "--json")
        invoices = said.document["sources"][0]["nouns"]["invoice"]
        assert (said.code, invoices["state"]) == (0, "not_offered")
        shown = kam_sync("sync")
    assert (shown.code, "books: invoice is not offered: " in shown.err) == (0, True)
    assert "not offered" in kam_sync("source", "status", "books").out


def test_an_address_with_nothing_behind_it_is_a_failure(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    connected.faults.append(Fault(path="/api/v4/tasks", status=404, times=None))
    said = kam_sync("sync", "--json")
    assert (said.code, said.document["sources"][0]["nouns"]["task"]["state"]) == (1, "failed")


@pytest.mark.parametrize(
    ("kind", "is_fine"),
    [
        (ErrorKind.NOT_OFFERED, True),
        (ErrorKind.NOT_THERE, False),
        (ErrorKind.NO_RIGHTS, False),
        (ErrorKind.UNREADABLE, False),
        (ErrorKind.UNFIT, False),
        (ErrorKind.OTHER, False),
    ],
)
def test_only_what_is_not_offered_is_no_failure(kind: ErrorKind, is_fine: bool) -> None:
    ends = {Noun.DEAL: NounEnd(), Noun.TASK: NounEnd(RunState.FAILED, "why", kind)}
    assert SyncResult("sales", ends=ends).is_fine is is_fine
    assert not SyncResult("sales", RunState.LATER).is_fine


def test_all_counts_are_seen_at_80_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(show.out, "width", 80)
    synced.tell([SyncResult("sales", nouns={Noun.COMPANY: NounCounts(), Noun.DEAL: FULL})])
    said = capsys.readouterr().out
    for number in ("112,345", "100,000", "2,345", "10,000", "45", "30", "17", "93.2", "450"):
        assert number in said.split()
    assert max(map(len, said.splitlines())) <= 80
    synced.tell([SyncResult("sales", nouns={noun: NounCounts(read=1, created=1) for noun in Noun})])
    assert "same" in capsys.readouterr().out


def test_what_failed_comes_last_with_what_to_do_and_quiet_sources_are_one_line_each(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for console in (show.out, show.err):
        monkeypatch.setattr(console, "width", 250)
    quiet = {noun: NounCounts(read=6, unchanged=6) for noun in (Noun.COMPANY, Noun.DEAL)}
    away = SyncResult("away", RunState.FAILED, "the token is refused", ErrorKind.TOKEN_REFUSED)
    files = SyncResult("files", nouns={Noun.PAYMENT: NounCounts()})
    synced.tell(
        [
            away,
            SyncResult("books", nouns=quiet),
            files,
            SyncResult("sales", nouns={Noun.DEAL: FULL}),
        ],
        {"away": "kam-sync source set away --token -"},
    )
    said = capsys.readouterr()
    lines = [line.strip() for line in said.out.splitlines()]
    assert lines[:3] == [
        "books: nothing new (read 12, 0.0 sec., asked 0)", "files: nothing new", "Sync of sales"
    ]  # fmt: skip
    assert lines[-1] == (
        "All 4 sources: read 112,357, new 100,000, changed 2,345, gone 45, held 30, aside 17; "
        "1 not read to the end, see below"
    )
    assert said.err.splitlines() == [
        "sales: deletions that wait for you: 30; see: kam-sync source held sales",
        "sales: records set aside, not understood: 17; see: kam-sync source set-aside sales",
        "away: the token is refused",
        "  The CRM does not accept the token. Make a new one there and give it here.",
        "  then: kam-sync source set away --token -",
    ]
