"""`kam-sync match ...`."""

import pytest

from kam_sync.accounts.match import own_account
from kam_sync.base.secrets import open_cipher
from kam_sync.base.settings import read_settings
from kam_sync.cli import show
from kam_sync.wiring import Services
from tests.commands import Command
from tests.web import twins
from tests.web.world import World


@pytest.fixture
def accounts(kam_sync: Command, database) -> tuple[str, str]:
    """The accounts of the dearer of two questions."""
    settings = read_settings()
    one, other = twins.fill(World(Services(settings, database, open_cipher(settings))))
    return str(one), str(other)


def test_a_pass_says_what_it_did_and_what_waits(kam_sync: Command, accounts) -> None:
    assert kam_sync("match", "--json").document == {
        "matching": {"read": 0}, "people": {"read": 0}, "waiting": 2, "people_waiting": 0,
    }  # fmt: skip
    anew = kam_sync("match", "--anew", "--json").document["matching"]
    assert (anew["read"], anew["pairs"], anew["changed"]) == (6, 3, 0)
    assert kam_sync("match", "status", "--json").document["state"] == "done"
    assert kam_sync("match", "anew", "--json").document["state"] == "waiting"
    assert "waiting" in kam_sync("match", "status").out
    said = kam_sync("match")
    assert "2 customers wait for you; see: kam-sync match review" in said.err


def test_what_waits_is_shown_within_80_columns_and_merged(
    kam_sync: Command, accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    for console in (show.out, show.err):
        monkeypatch.setattr(console, "width", 80)
    said = [line.rstrip() for line in kam_sync("match", "review").out.splitlines()]
    one, other = accounts
    ways = [line for line in said if "kam-sync match" in line]
    assert ways[:2] == [
        f"  one customer: kam-sync match merge {one} {other}",
        "  different ones: kam-sync match apart sales:1 other:17",
    ]
    assert max(len(line) for line in said if line not in ways) <= 80
    assert "  + телефон совпадает: +7 495 765-43-21" in said
    assert "  - разные ИНН: 7728168971, 7736050003" in said

    done = kam_sync("match", "merge", one, other, "--note", "свой")
    assert (done.code, done.err.endswith("to take it back: kam-sync match undo 1\n")) == (0, True)
    document = kam_sync("match", "review", "--json").document
    assert (document["waiting"], len(document["matches"])) == (1, 1)
    [kept] = kam_sync("match", "decisions", "--json").document["decisions"]
    assert (kept["id"], kept["says"], kept["note"], kept["undone_by"]) == (
        "1", "together", "свой", None,
    )  # fmt: skip
    shown = kam_sync("match", "decisions").out
    assert "sales:1 ООО «Вега» = other:17 Vega" in shown
    assert "to take it back: kam-sync match undo 1" in shown

    assert kam_sync("match", "undo", "1").code == 0
    assert "taken back: " in kam_sync("match", "decisions").out
    moves = kam_sync("match", "moves", one, "--json").document["moves"]
    assert [(move["from_account"], move["to_account"], move["cause"]) for move in moves] == [
        (one, other, "decision"), (other, one, "decision"),
    ]  # fmt: skip
    shown = kam_sync("match", "moves", "--limit", "2")
    assert f"other:17 Vega\n  {other} -> {one}" in shown.out
    assert shown.err == "the latest 2; more with --limit\n"
    assert kam_sync("match", "review", "--json", "--limit", "1").document["waiting"] == 2


def test_companies_are_kept_apart_and_split_off(kam_sync: Command, accounts) -> None:
    assert kam_sync("match", "apart", "other:17", "sales:1").code == 0
    assert kam_sync("match", "--json").document["waiting"] == 1
    account = str(own_account(1, "3"))
    assert kam_sync("match", "split", account, "--company", "other:19").code == 0
    says = [one["says"] for one in kam_sync("match", "decisions", "--json").document["decisions"]]
    assert says == ["apart", "apart"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("merge", "x", "y"), "account x: no such account"),
        (("apart", "sales", "other:17"), "company sales: SOURCE:ID is needed"),
        (("apart", "sales:1", "nowhere:1"), "nowhere"),
        (("apart", "sales:1", "other:404"), "company 404"),
        (("split", "x", "--company", "other:17"), "account x: no such account"),
        (("moves", str(own_account(9, "1"))), "no such account"),
        (("undo", "9"), "decision 9: no such decision"),
        (("undo", "one"), "decision one: this is no id"),
        (("undo", str(2**31)), "this is no id"),
    ],
)
def test_what_cannot_be_is_refused(
    kam_sync: Command, accounts, arguments: tuple[str, ...], says: str
) -> None:
    said = kam_sync("match", *arguments)
    assert (said.code, says in said.err) == (2, True)


def test_nothing_waits_where_nothing_is_known(kam_sync: Command) -> None:
    assert kam_sync("match", "review").err == "nothing waits for you\n"
    assert kam_sync("match", "decisions").err == "nobody has decided anything yet\n"
    assert kam_sync("match", "moves").err == "no company has gone from one account to another\n"
    teaching = kam_sync("match", "--help").out
    for word in ("review", "merge", "apart", "split", "decisions", "undo", "moves", "--anew"):
        assert word in teaching
