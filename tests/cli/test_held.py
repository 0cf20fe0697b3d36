"""`kam-sync source held|approve|reject`."""

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from kam_sync.cli import show
from tests.commands import Command


def lose(box: AmoSandbox, count: int) -> None:
    for lead in box.ids("leads")[:count]:
        box.remove("leads", lead, silent=True)


def test_a_large_deletion_is_held_shown_and_approved(
    kam_sync: Command, connected: AmoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    kam_sync("sync", "sales", "--json")
    there = connected.count("leads")
    lose(connected, there // 2)
    synced = kam_sync("sync", "sales", "--full", "--json").document["sources"][0]
    assert (synced["nouns"]["deal"]["deleted"], synced["nouns"]["deal"]["held"]) == (0, there // 2)

    [held] = kam_sync("source", "held", "--json").document["held"]
    assert (held["source"], held["noun"], held["count"]) == ("sales", "deal", there // 2)
    assert len(held["sample"]) == 5
    for console in (show.out, show.err):
        monkeypatch.setattr(console, "width", 80)
    said = kam_sync("source", "held", "sales").out.splitlines()
    assert said[0].strip() == "sales: deal"
    assert said[1].startswith(f"  {there // 2} of {there} (50%) would be deleted")
    assert all(
        f"    {key}: {name}" in map(str.rstrip, said) for key, name in held["sample"].items()
    )
    of = f"sales deal --seen {held['token']}"
    assert said[-2:] == [
        f"  delete them: kam-sync source approve {of}",
        f"  keep them: kam-sync source reject {of}",
    ]
    assert max(map(len, said)) <= 80
    listed = kam_sync("source", "list", "--json").document["sources"][0]
    assert listed["held"] == there // 2
    doctor = {
        check["found"]: check["advice"] for check in kam_sync("doctor", "--json").document["checks"]
    }
    assert (
        doctor[f"{there // 2} deletions are held"] == "look and decide: kam-sync source held sales"
    )

    late = kam_sync("source", "approve", "sales", "deal", "--yes", "--seen", "0123456789ab")
    assert (late.code, "changed since" in late.err) == (1, True)
    said = kam_sync("source", "approve", "sales", "deal", "--yes", "--seen", held["token"])
    assert said.code == 0
    assert f"{there // 2} of {there}" in said.err
    assert said.err.endswith(f"sales: {there // 2} of deal deleted\n")
    assert kam_sync("source", "held").err == "nothing is held\n"


@pytest.mark.heavy
def test_a_rejected_deletion_is_not_held_again(kam_sync: Command, connected: AmoSandbox) -> None:
    kam_sync("sync", "sales", "--json")
    lose(connected, connected.count("leads") // 2)
    kam_sync("sync", "sales", "--full", "--json")
    assert kam_sync("source", "reject", "sales", "deal", "--yes").code == 0
    kam_sync("sync", "sales", "--full", "--json")
    assert kam_sync("source", "held", "--json").document == {"held": []}


def test_what_is_not_held_cannot_be_approved(kam_sync: Command, connected: AmoSandbox) -> None:
    assert connected.token
    said = kam_sync("source", "approve", "sales", "deal")
    assert said.code == 2
    assert "no deletion of deal is held; held: nothing" in said.err


@pytest.mark.heavy
def test_a_share_that_is_no_share_is_refused(kam_sync: Command, connected: AmoSandbox) -> None:
    assert connected.token
    said = kam_sync("source", "set", "sales", "--set", "most_deleted_percent=101")
    assert said.code == 2
    assert "опция most_deleted_percent: не больше 100" in said.err
    assert kam_sync("source", "set", "sales", "--set", "most_deleted_percent=25").code == 0
    assert kam_sync("sync", "sales", "--json").code == 0
