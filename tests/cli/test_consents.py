"""`kam-sync source add` and `reauth` by OAuth."""

import io
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx
import pytest

import connectors
from benchmarks.ports import free_port
from connectors.sandbox.amocrm import AmoSandbox, OAuthApp
from connectors.sandbox.faults import Fault
from connectors.sandbox.world import MadeUpWorld
from kam_sync import consenting
from kam_sync.base.settings import read_settings
from kam_sync.wiring import open_services
from tests.commands import Command
from tests.fakes.browsing import link_in, ways_back


@pytest.fixture
def box() -> Iterator[AmoSandbox]:
    """A small amoCRM whose integration leads back to a free port of this machine."""
    way_back = f"http://127.0.0.1:{free_port()}/oauth/amocrm/callback"
    app = OAuthApp("aaaa-1111", "s3cr3t", way_back)
    world = MadeUpWorld(size=2, deals=3, contacts=2, today=date(2026, 11, 1))
    with AmoSandbox(world, rate=0, oauth=app) as running:
        yield running


def words(box: AmoSandbox, *command: str) -> list[str]:
    """A command with the integration."""
    app = box.oauth.app
    return ["source", *command, "--client-id", app.client_id, "--client-secret", "-",
            "--redirect-uri", app.redirect_uri]  # fmt: skip


def add(box: AmoSandbox) -> list[str]:
    given = ["--kind", "amocrm", "--base-url", box.url, "--set", "per_second=0"]
    return words(box, "add", "sales", *given)


def test_a_code_from_the_card_connects_at_once(
    kam_sync: Command, box: AmoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cr3t\n"))
    said = kam_sync(*add(box), "--code", box.oauth.code())
    assert said.code == 0, said.err
    (source,) = kam_sync("source", "list", "--json").document["sources"]
    assert (source["opened_by"], source["state"], source["next_step"]) == ("oauth", "active", "")
    assert kam_sync("source", "check", "sales").code == 0


def test_a_command_with_a_code_tries_again_with_what_it_was_worth(
    kam_sync: Command, box: AmoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cr3t\n"))
    monkeypatch.setattr("kam_sync.cli.consents._AGAIN", 0.0)
    box.faults.append(Fault(path="/api/v4/account", times=2, status=402))
    said = kam_sync(*add(box), "--code", box.oauth.code())
    assert said.code == 0, said.err
    assert said.err.count("not paid for this (402); tried again every") == 2
    assert [seen.path for seen in box.requests].count("/oauth2/access_token") == 1


@pytest.mark.heavy
@pytest.mark.slow
def test_the_command_gives_a_link_and_waits_until_the_person_has_come_back(
    kam_sync: Command, box: AmoSandbox
) -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "kam_sync", *add(box)]
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    process.stdin.write("s3cr3t\n")
    process.stdin.flush()
    printed = ""
    while "/oauth?" not in printed:
        printed += process.stdout.readline()
    back = ways_back(link_in(printed, box))["allow"]
    transport = httpx.HTTPTransport(retries=5)  # it begins to listen when it has printed the link
    with httpx.Client(transport=transport, follow_redirects=True) as browser:
        assert browser.get(back).status_code == 200
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "sales: connected" in said
    assert [s["opened_by"] for s in kam_sync("source", "list", "--json").document["sources"]] == [
        "oauth"
    ]


def test_without_a_way_back_it_says_what_to_set(kam_sync: Command, box: AmoSandbox) -> None:
    given = ["source", "add", "sales", "--kind", "amocrm", "--base-url", box.url]
    said = kam_sync(*given, "--client-id", "a", "--client-secret", "b")
    assert said.code == 2
    assert "--redirect-uri" in said.err
    assert "KAM_SYNC_PUBLIC_URL" in said.err


def test_a_foreign_host_is_told_nothing(kam_sync: Command, box: AmoSandbox) -> None:
    given = ["source", "add", "sales", "--kind", "amocrm", "--base-url", "https://evil.example"]
    for secret in (["--token", "t"], ["--client-id", "a", "--client-secret", "b",
                                      "--redirect-uri", "https://a.test/x"]):  # fmt: skip
        said = kam_sync(*given, *secret)
        assert said.code == 2
        assert "KAM_SYNC_CRM_HOSTS" in said.err
        assert said.err.count("\n") == 1


def test_a_source_is_opened_anew_with_its_own_integration(
    kam_sync: Command, box: AmoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cr3t\n"))
    kam_sync(*add(box), "--code", box.oauth.code())
    box.oauth.revoke()
    assert kam_sync("sync", "sales").code == 1
    listed = kam_sync("source", "list", "--json").document["sources"][0]
    assert (listed["state"], listed["next_step"]) == (
        "needs_reauth",
        "kam-sync source reauth sales",
    )
    assert "kam-sync source reauth sales" in kam_sync("doctor").out
    assert kam_sync("source", "reauth", "sales", "--code", box.oauth.code()).code == 0
    assert kam_sync("sync", "sales").code == 0


def test_a_source_with_a_token_is_told_how_to_give_another(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    said = kam_sync("source", "reauth", "sales")
    assert said.code == 2
    assert "kam-sync source set sales --token -" in said.err


def test_a_token_that_ends_soon_is_warned_about(kam_sync: Command, box: AmoSandbox) -> None:
    token = box.oauth.long_lived(20 * 86_400)
    kam_sync("source", "add", "sales", "--kind", "amocrm", "--base-url", box.url, "--token", token)
    assert kam_sync("source", "list", "--json").document["sources"][0]["token_ends_at"]
    said = kam_sync("doctor")
    assert said.code == 1
    assert "nobody can renew it" in said.out


def test_a_renewal_that_is_put_off_is_told_by_list_and_doctor(
    kam_sync: Command, box: AmoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cr3t\n"))
    kam_sync(*add(box), "--code", box.oauth.code())
    box.oauth.expire()
    busy = Fault(path="/oauth2/access_token", status=429, body=b'{"retry_after": 300}')
    box.faults.append(busy)
    assert kam_sync("sync", "sales").code == 1
    listed = kam_sync("source", "list", "--json").document["sources"][0]
    at = datetime.fromisoformat(listed["renewal_next_try_at"])
    again = f"{at.astimezone(ZoneInfo('Europe/Moscow')):%H:%M}"
    assert listed["renewal_failures"] == 1
    assert f"tried again from {again} on" in kam_sync("source", "list").out
    doctor = kam_sync("doctor", "--json").document["checks"]
    (check,) = [one for one in doctor if "not renewed" in one["found"]]
    assert check["advice"] == f"nothing: tried again from {again} on"


def test_serve_says_who_waits_at_its_port_and_what_to_do(
    kam_sync: Command, box: AmoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAM_SYNC_SECRET_KEY", "a key for the tests alone")
    given = box.oauth.app
    port = urlsplit(given.redirect_uri).port
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", port))
        holder.listen()
        stranger = kam_sync("web", "--port", str(port))
        with open_services(read_settings()) as ours:
            app = connectors.OAuthApp(given.client_id, given.client_secret, given.redirect_uri)
            consenting.begin(ours, consenting.Wish("sales", "amocrm", box.url, app))
        waiting = kam_sync("web", "--port", str(port))
    assert (stranger.code, waiting.code) == (1, 1)
    assert "end what listens there, or choose another with --port" in stranger.err
    assert f"port {port} on 127.0.0.1 is taken: a command waits there until" in waiting.err
    assert "access to sales to be allowed" in waiting.err
