"""`kam-sync write ...`."""

import re

import pytest

from connectors.kit.marks import mark
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from tests.commands import Command


def company(box: AmoSandbox) -> str:
    return f"company:{box.ids('companies')[0]}"


def write(kam_sync: Command, box: AmoSandbox, what: str, *more: str):
    return kam_sync("write", what, "--source", "sales", "--about", company(box), *more)


def test_a_task_is_written_and_named_by_its_id(kam_sync: Command, connected: AmoSandbox) -> None:
    said = write(
        kam_sync, connected, "task", "--text", "Позвонить", "--due", "2026-12-01", "--json"
    )
    assert said.code == 0, said.err
    assert said.document["state"] == "done"
    assert said.document["about"] == company(connected)
    row = connected.row("tasks", int(said.document["external_id"]))
    assert row["text"].startswith("Позвонить")


def test_the_same_key_is_written_once(kam_sync: Command, connected: AmoSandbox) -> None:
    for _ in range(2):
        said = write(
            kam_sync, connected, "task", "--text", "x", "--due", "2026-12-01", "--key", "renewal"
        )
        assert said.code == 0
    texts = [connected.row("tasks", number)["text"] for number in connected.ids("tasks")]
    assert sum(mark("renewal") in text for text in texts) == 1


def test_notes_fields_tags_and_done_tasks(kam_sync: Command, connected: AmoSandbox) -> None:
    number = connected.ids("companies")[0]
    assert write(kam_sync, connected, "note", "--text", "Перезвонили").code == 0
    assert write(kam_sync, connected, "tag", "--tag", "ключевой").code == 0
    field = ("--field", "company/9013", "--value", "Ключевой")
    said = write(kam_sync, connected, "field", *field)
    assert said.out == f"field {number} is in the CRM\n"
    task = str(connected.ids("tasks")[0])
    connected.change("tasks", int(task), is_completed=False, result=[])
    for said in (f"done {task} is in the CRM\n", f"task {task} was done already"):
        done = kam_sync("write", "done", "--source", "sales", "--task", task, "--result", "Сделано")
        assert done.code == 0
        assert done.out.startswith(said)
    listed = kam_sync("write", "list", "sales", "--json").document["writes"]
    assert [row["ending"] for row in listed[:2]] == ["was_done", "finished"]
    row = connected.row("companies", number)
    assert "ключевой" in [tag["name"] for tag in row["_embedded"]["tags"]]
    assert connected.row("tasks", int(task))["result"] == {"text": "Сделано"}


def test_what_is_refused_is_listed_and_tried_again(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    connected.faults.append(Fault(path="/api/v4/companies/notes$", status=403, body=b"{}"))
    refused = write(kam_sync, connected, "note", "--text", "x")
    assert refused.code == 1
    assert "not written: " in refused.err
    assert "no rights for this (403)" in refused.err

    (listed,) = kam_sync("write", "list", "sales", "--json").document["writes"]
    assert (listed["kind"], listed["state"]) == ("note", "failed")
    assert "403" in kam_sync("write", "list", "sales").out
    again = kam_sync("write", "retry", "sales", listed["id"])
    assert again.code == 0
    assert "1 written" in again.err


def test_an_answer_that_was_lost_is_told_as_not_known_yet(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    connected.faults.append(Fault(path="/api/v4/companies/notes$", truncate_at=3))
    said = write(kam_sync, connected, "note", "--text", "x")
    assert said.code == 1
    assert "not known yet" in said.err
    assert "kam-sync write retry sales" in said.err
    again = kam_sync("write", "retry", "sales")
    assert again.code == 1
    for err in (said.err, again.err):
        assert re.search(r"waits until \d\d:\d\d to see whether it was done", err)


def test_a_key_that_stands_for_something_else_writes_nothing(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    key = ("--key", "renewal")
    assert write(kam_sync, connected, "note", "--text", "one", *key).code == 0
    other = write(kam_sync, connected, "note", "--text", "two", *key)
    assert other.code == 1
    assert "--key renewal: it stands for another write already" in other.err
    assert "nothing was written" in other.err
    again = write(kam_sync, connected, "note", "--text", "one", *key)
    assert again.code == 0
    assert "is in the CRM already, since 20" in again.out
    assert len(kam_sync("write", "list", "sales", "--json").document["writes"]) == 1
    for what in (
        ("field", "--field", "company/9013", "--value", "Ключевой"),
        ("tag", "--tag", "x"),
    ):
        said = write(kam_sync, connected, *what, "--key", what[0], "--json")
        assert said.document["key"] == what[0]


@pytest.mark.parametrize("about", ["company:1", "deal:99999999", "company:../1", "firm:1"])
def test_what_there_is_nothing_of_is_said_before_it_is_written(
    kam_sync: Command, connected: AmoSandbox, about: str
) -> None:
    said = kam_sync("write", "note", "--source", "sales", "--about", about, "--text", "x")
    assert said.code == 2
    assert said.err.count("\n") == 1
    assert "has no such record; take the id" in said.err or "one of company, contact" in said.err
    assert kam_sync("write", "list", "sales", "--json").document["writes"] == []


def test_a_target_that_is_not_mapped_is_no_unknown_field(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    kam_sync("source", "map", "sales", "company.segment=")
    said = write(kam_sync, connected, "field", "--field", "company.segment", "--value", "A")
    assert said.code == 1
    assert "this target is not mapped to a field; map it first: source map NAME" in said.err
    assert "mapped are: company.inn" in said.err
    assert "no such field" not in said.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("task", "--source", "sales"), "--source, --about, --text and --due"),
        (("task", "--alert", "7"), "--alert 7: no such alert"),
        (("note", "--source", "sales", "--about", "user:1", "--text", "x"), "company:6001"),
        (("note", "--source", "none", "--about", "deal:1", "--text", "x"), "no such source"),
    ],
)
def test_wrong_use_is_said_in_a_line(
    kam_sync: Command, connected: AmoSandbox, arguments: tuple[str, ...], says: str
) -> None:
    said = kam_sync("write", *arguments)
    assert said.code == 2 or "no such source" in says
    assert says in said.err


def test_a_wrong_day_is_said_in_a_line(kam_sync: Command, connected: AmoSandbox) -> None:
    said = write(kam_sync, connected, "task", "--text", "x", "--due", "morgen")
    assert said.code == 2
    assert "--due morgen: write it as 2026-12-01" in said.err
