"""`kam-sync group` and `zone`: whose child an account is, and where it lives."""

from getpass import getuser

from kam_sync.wiring import Services
from tests.commands import Command
from tests.fakes.books import Book, deal


def test_a_parent_is_set_shown_and_taken_back(kam_sync: Command, services: Services) -> None:
    holding, firm = Book(services, "holding"), Book(services, "firm")
    firm.deals(deal("1", opened="2026-10-01", won="2026-10-20", amount=70))
    parent, child = str(holding.account()), str(firm.account())

    assert kam_sync("group", "set", child, parent, "--note", "одна семья").code == 0
    holding.measure()
    shown = kam_sync("group", "show", parent, "--json").document
    assert [(one["id"], one["depth"], one["by"]) for one in shown["members"]] == [
        (parent, 0, None),
        (child, 1, getuser()),
    ]
    assert {"kpi": "average_won_deal", "unit": "RUB", "value": "70"} in shown["kpis"]
    assert child in kam_sync("group", "show", parent).out

    assert kam_sync("group", "leave", child).code == 0
    assert kam_sync("group", "undo", child).code == 0
    assert len(kam_sync("group", "show", child, "--json").document["decisions"]) == 2


def test_what_cannot_be_is_said_in_one_line(kam_sync: Command, services: Services) -> None:
    account = str(Book(services).account())
    for arguments, why in (
        (("set", account, account), "its own parent"),
        (("set", account, "x"), "no such account"),
        (("undo", account), "nobody has decided"),
    ):
        said = kam_sync("group", *arguments)
        assert (said.code, why in said.err, said.err.count("\n")) == (2, True, 1)


def test_a_time_zone_is_set_listed_and_cleared(kam_sync: Command, services: Services) -> None:
    account = str(Book(services).account())
    assert kam_sync("zone", "set", account, "Asia/Omsk").code == 0
    listed = kam_sync("zone", "list", "--json").document
    assert [(one["account"], one["zone"]) for one in listed["accounts"]] == [(account, "Asia/Omsk")]
    wrong = kam_sync("zone", "set", account, "Omsk")
    assert (wrong.code, "IANA" in wrong.err, wrong.err.count("\n")) == (2, True, 1)
    assert kam_sync("zone", "clear", account).code == 0
    assert kam_sync("zone", "list", "--json").document["accounts"] == []
