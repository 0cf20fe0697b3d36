"""`kam-sync winners`: which source is believed."""

from getpass import getuser

from kam_sync.wiring import Services
from tests.commands import Command
from tests.fakes.books import Book


def test_the_sources_of_a_field_are_set_and_shown(kam_sync: Command, services: Services) -> None:
    Book(services, "onec")
    Book(services, "sales")
    assert kam_sync("winners", "set", "name", "onec", "sales").err.endswith("matching\n")
    assert kam_sync("winners", "set", "name", "onec", "sales").err.endswith("as before\n")
    name, inn, *_ = kam_sync("winners", "list", "--json").document["fields"]
    assert (name["sources"], name["by"], inn["sources"]) == (["onec", "sales"], getuser(), [])
    assert "onec, sales" in kam_sync("winners", "list").out
    assert kam_sync("winners", "set", "name").code == 0
    assert len(kam_sync("winners", "list", "--json").document["history"]) == 2


def test_what_there_is_not_is_said_in_one_line(kam_sync: Command, services: Services) -> None:
    for arguments, why in ((("colour",), "no such field"), (("name", "none"), "no such source")):
        said = kam_sync("winners", "set", *arguments)
        assert (said.code, why in said.err) == (2, True)
