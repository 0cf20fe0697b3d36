"""`kam-sync user ...`, `kam-sync key ...`, and what `serve` refuses without them."""

import io

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from kam_sync.access import entering
from kam_sync.access.entering import Browser, Entered
from kam_sync.wiring import Services
from tests.commands import Command

ADMIN = ("user", "add", "olga@example.com", "--role", "admin")


def test_the_first_admin_is_made_by_a_command_that_prints_a_link(kam_sync: Command) -> None:
    said = kam_sync(*ADMIN, "--name", "Olga")
    assert said.code == 0, said.err
    assert said.out.startswith("http://127.0.0.1:8000/login/link/")
    [user] = kam_sync("user", "list", "--json").document["users"]
    assert (user["email"], user["name"], user["role"]) == ("olga@example.com", "Olga", "admin")
    assert said.out.strip().rpartition("/")[2] not in kam_sync("user", "list", "--json").out


def test_a_password_is_read_from_standard_input_alone(
    kam_sync: Command, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kam_sync(*ADMIN, "--password", "three mild winters").code == 2
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    refused = kam_sync(*ADMIN, "--password", "-")
    assert refused.code == 2
    assert "at least 10 characters" in refused.err
    assert kam_sync("user", "list", "--json").document["users"] == []
    monkeypatch.setattr("sys.stdin", io.StringIO("three mild winters\n"))
    assert kam_sync(*ADMIN, "--password", "-").out == ""
    with services.database.transaction() as session:
        came = entering.enter(
            session, "olga@example.com", "three mild winters", Browser("", ""), services.now()
        )
    assert isinstance(came, Entered)


def test_users_are_changed_switched_off_and_given_links(kam_sync: Command) -> None:
    kam_sync(*ADMIN)
    kam_sync("user", "add", "ivan@example.com", "--role", "kam", "--keeper", "1/77")
    changed = kam_sync("user", "set", "Ivan@example.com", "--role", "viewer", "--json").document
    assert (changed["role"], changed["keeper_keys"]) == ("viewer", ["1/77"])
    assert kam_sync("user", "off", "ivan@example.com", "--json").document["is_active"] is False
    assert "switched off" in kam_sync("user", "reset", "ivan@example.com").err
    assert kam_sync("user", "set", "ivan@example.com", "--on").code == 0
    assert "/login/link/" in kam_sync("user", "reset", "ivan@example.com").out
    assert "the last admin" in kam_sync("user", "off", "olga@example.com").err
    assert kam_sync("user", "off", "nobody@example.com").code == 2


def test_a_key_is_printed_once_listed_and_revoked(kam_sync: Command, services: Services) -> None:
    made = kam_sync("key", "create", "board", "--role", "viewer", "--area", "alerts:see")
    key = made.out.strip()
    assert key.startswith("kam_")
    assert "/api/v1/alerts" in made.err  # what it may ask for
    with services.database.transaction() as session:
        assert entering.by_key(session, key, services.now())
    listed = kam_sync("key", "list", "--json")
    assert key not in listed.out
    [shown] = listed.document["keys"]
    assert (shown["areas"], shown["prefix"]) == (["alerts:see"], key[:8])
    assert kam_sync("key", "revoke", "board").code == 0
    with services.database.transaction() as session:
        assert entering.by_key(session, key, services.now()) is None
    assert "no such key" in kam_sync("key", "revoke", "board").err


def test_a_key_for_ever_is_said_so(kam_sync: Command) -> None:
    made = kam_sync("key", "create", "bi", "--role", "viewer", "--expires", "never", "--json")
    assert made.document["expires_at"] is None
    assert kam_sync("key", "create", "crm", "--role", "kam").code == 2


@pytest.mark.parametrize("what", ["serve", "web"])
def test_nothing_listens_for_others_without_an_admin_and_a_secret_key(
    kam_sync: Command, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.delenv("KAM_SYNC_SECRET_KEY")
    refused = kam_sync(what, "--host", "0.0.0.0", "--port", "8712")  # noqa: S104 - refused
    assert refused.code == 2
    assert "KAM_SYNC_SECRET_KEY" in refused.err
    assert "user add you@example.com --role admin" in refused.err
    assert len(refused.err.strip().splitlines()) == 1
    assert "behind it" not in refused.err


def test_who_is_to_set_a_key_is_told_to_keep_the_one_of_what_is_stored(
    kam_sync: Command, connected: AmoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KAM_SYNC_SECRET_KEY")
    refused = kam_sync("serve", "--host", "0.0.0.0", "--port", "8712")  # noqa: S104 - refused
    assert "put the key of secret.key in the data folder behind it" in refused.err
