"""`kam-sync source add` and `reauth` by a user name and a password."""

import io
from collections.abc import Iterator
from datetime import date

import pytest

from connectors.sandbox.megaplan import MegaplanSandbox
from connectors.sandbox.world import MadeUpWorld
from tests.commands import Command


@pytest.fixture
def box() -> Iterator[MegaplanSandbox]:
    """A small Megaplan."""
    world = MadeUpWorld(size=2, deals=3, contacts=2, today=date(2026, 11, 1))
    with MegaplanSandbox(world, rate=0) as running:
        yield running


def test_a_password_connects_and_connects_anew(
    kam_sync: Command, box: MegaplanSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ["--base-url", box.url, "--set", "per_second=0", "--username", box.person.username]
    command = ["source", "add", "sales", "--kind", "megaplan", *given, "--password", "-"]
    monkeypatch.setattr("sys.stdin", io.StringIO("wrong\n"))
    wrong = kam_sync(*command)
    assert (wrong.code, "user name" in wrong.err) == (1, True)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{box.person.password}\n"))
    said = kam_sync(*command)
    assert said.code == 0, said.err
    (source,) = kam_sync("source", "list", "--json").document["sources"]
    assert (source["opened_by"], source["state"]) == ("oauth", "active")
    box.tokens.expire()
    assert kam_sync("source", "check", "sales").code == 0  # renewed on the way
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{box.person.password}\n"))
    assert kam_sync("source", "reauth", "sales", "--password", "-").code == 0
    assert kam_sync("source", "check", "sales").code == 0


def test_a_password_is_one_way_and_not_of_every_kind(
    kam_sync: Command, box: MegaplanSandbox
) -> None:
    common = ["source", "add", "sales", "--base-url", box.url, "--username", "u"]
    assert kam_sync(*common, "--kind", "megaplan", "--token", "t").code == 2
    app = [
        "source",
        "add",
        "sales",
        "--kind",
        "megaplan",
        "--base-url",
        box.url,
        "--client-id",
        "x",
    ]
    assert "--username" in kam_sync(*app, "--client-secret", "y").err
    other = kam_sync(*common, "--kind", "amocrm", "--password", "p")
    assert (other.code, "gives no access for a password" in other.err) == (2, True)
