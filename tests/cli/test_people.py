"""`kam-sync people ...`."""

import pytest

from kam_sync.accounts.match import own_account
from kam_sync.base.secrets import open_cipher
from kam_sync.base.settings import read_settings
from kam_sync.wiring import Services
from tests.commands import Command
from tests.web import partners
from tests.web.world import World


def test_people_are_shown_merged_and_taken_back(kam_sync: Command, database) -> None:
    settings = read_settings()
    known = partners.fill(World(Services(settings, database, open_cipher(settings))))
    shown = kam_sync("people", "list", str(own_account(1, "1"))).out
    assert "директор, +79161234567, jp@romashka.example" in shown
    oleg, kim = str(known["oleg"]), str(known["kim"])
    said = kam_sync("people", "review").out
    assert f"one person: kam-sync people merge {oleg} {kim}" in said
    assert "different ones: kam-sync people apart sales:8 other:80" in said
    assert "+ имя совпадает" in said
    assert "1 people wait for you; see: kam-sync people review" in kam_sync("match").err

    done = kam_sync("people", "merge", oleg, kim, "--note", "знаю его")
    assert done.err == "done\nto take it back: kam-sync people undo 1\n"
    assert kam_sync("people", "split", oleg, "--contact", "other:80").code == 0
    assert "sales:8 Олег Ким <> other:80 Олег Ким" in kam_sync("people", "decisions").out
    assert kam_sync("people", "undo", "2").code == 0
    assert kam_sync("people", "apart", "sales:8", "other:80").code == 0
    assert kam_sync("people", "review", "--json").document == {"matches": [], "waiting": 0}
    kept = kam_sync("people", "decisions", "--json").document["decisions"]
    assert [one["says"] for one in kept] == ["apart", "apart", "together"]
    listed = kam_sync("people", "list", str(own_account(1, "1")), "--json").document["people"]
    assert len(listed) == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("merge", "x", "y"), "person x: no such person"),
        (("apart", "sales", "other:17"), "contact sales: SOURCE:ID is needed"),
        (("undo", "9"), "decision 9: no such decision"),
        (("list", "x"), "account x: no such account"),
    ],
)
def test_what_cannot_be_is_refused(
    kam_sync: Command, arguments: tuple[str, ...], says: str
) -> None:
    said = kam_sync("people", *arguments)
    assert (said.code, says in said.err) == (2, True)
