"""`kam-sync target ...`."""

import io
from collections.abc import Iterator

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from kam_sync import announcing, delivering
from kam_sync.base.db import Database
from kam_sync.base.secrets import open_cipher
from kam_sync.base.settings import read_settings
from kam_sync.cli import show
from kam_sync.wiring import Services
from tests.commands import Command
from tests.fakes.listener import Listener


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """A receiver on this machine, allowed."""
    monkeypatch.setenv("KAM_SYNC_ALLOWED_TARGETS", "127.0.0.1")
    with Listener() as ear:
        yield ear


def test_the_secret_is_printed_once_and_never_again(kam_sync: Command, ear: Listener) -> None:
    said = kam_sync("target", "add", "bridge", "--url", ear.url, "--event", "deal.*")
    assert said.code == 0, said.err
    secret = said.out.strip()
    assert secret.startswith("whsec_")
    other = kam_sync("target", "rotate", "bridge").out.strip()
    assert other.startswith("whsec_")
    assert other != secret
    document = kam_sync("target", "list", "--json")
    assert secret not in document.out
    [target] = document.document["targets"]
    assert (target["name"], target["events"], target["waiting"]) == ("bridge", ["deal.*"], 0)
    assert target["former_until"]
    assert "sealed" not in document.out


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (("--url", "https://10.0.0.1/"), "10.0.0.1 is not public"),
        (("--url", "https://127.0.0.1/", "--event", "deals"), "no such event; there are: account"),
        (("--url", "nonsense"), "an address such as https"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    kam_sync: Command, ear: Listener, wanted: tuple[str, ...], says: str
) -> None:
    said = kam_sync("target", "add", "bridge", *wanted)
    assert said.code == 2
    assert says in said.err
    assert kam_sync("target", "list").err.startswith("no target yet")


def test_a_ping_tells_how_it_went_by_its_exit_code(kam_sync: Command, ear: Listener) -> None:
    kam_sync("target", "add", "bridge", "--url", ear.url)
    said = kam_sync("target", "test", "bridge")
    assert (said.code, "was taken" in said.out) == (0, True)
    ear.answer = b"thanks"
    assert "answer: thanks\n" in kam_sync("target", "test", "bridge").out
    ear.statuses.append(500)
    said = kam_sync("target", "test", "bridge", "--json")
    assert said.code == 1
    assert (said.document["is_taken"], said.document["status"]) == (False, 500)
    assert said.document["error"] == "HTTP 500"
    assert kam_sync("target", "test", "nobody").code == 2


@pytest.mark.heavy
def test_a_target_is_watched_changed_replayed_and_removed(
    kam_sync: Command, ear: Listener, connected: AmoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    kam_sync("sync")
    kam_sync("target", "add", "bridge", "--url", ear.url)
    assert kam_sync("target", "deliveries", "bridge").err == "no delivery yet\n"
    kam_sync("target", "test", "bridge")
    found = kam_sync("target", "deliveries", "bridge", "--json").document["deliveries"]
    assert [(one["type"], one["state"]) for one in found] == [("ping", "delivered")]
    assert kam_sync("target", "deliveries", "bridge", "--failed").err == "no failed delivery\n"
    assert kam_sync("target", "replay", "bridge", found[0]["id"]).err == "1 to be sent again\n"
    message = found[0]["message_id"]
    assert message in kam_sync("target", "deliveries", "bridge").out
    assert kam_sync("target", "replay", "bridge", message).err == "1 to be sent again\n"
    for wrong, says in (
        (("x",), "delivery x: this is no id; an id is msg_..."),
        (("9" * 30,), "this is no id"),
        (("--since", "foo"), "--since foo: a day or a moment is needed, such as 2026-11-20"),
    ):
        said = kam_sync("target", "replay", "bridge", *wrong)
        assert (said.code, says in said.err) == (2, True), said.err
    assert kam_sync("target", "replay", "bridge", "--since", "2999-01-01").err.startswith("0 ")
    assert kam_sync("target", "replay", "bridge").code == 2
    assert "waiting" in kam_sync("target", "deliveries", "bridge").out
    assert kam_sync("target", "pause", "bridge").code == 0
    assert "target resume bridge" in kam_sync("target", "list").out
    assert kam_sync("target", "set", "bridge", "--event", "alert.*").code == 0
    assert kam_sync("target", "resume", "bridge").code == 0
    [check] = [
        one for one in kam_sync("doctor", "--json").document["checks"]
        if one["what"] == "target bridge"
    ]  # fmt: skip
    assert check["found"] == "active, 1 waiting"
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert kam_sync("target", "remove", "bridge").code == 1
    assert kam_sync("target", "deliveries", "bridge").code == 0
    assert kam_sync("target", "remove", "nobody").code == 2
    assert kam_sync("target", "remove", "bridge", "--yes").code == 0
    assert kam_sync("target", "deliveries", "bridge").code == 2


@pytest.mark.heavy
def test_a_real_first_load_of_a_shop_is_no_news(
    kam_sync: Command, ear: Listener, connected: AmoSandbox, database: Database
) -> None:
    kam_sync("target", "add", "bridge", "--url", ear.url)
    settings = read_settings()
    services = Services(settings, database, open_cipher(settings))
    announcing.announce_all(services)
    assert kam_sync("sync").code == 0
    for _ in range(2):
        announcing.announce_all(services)
    [target] = kam_sync("target", "list", "--json").document["targets"]
    assert target["waiting"] == 0
    kam_sync("source", "set", "sales", "--set", "per_second=1")  # all is translated anew
    kam_sync("sync")
    announcing.announce_all(services)
    assert kam_sync("target", "list", "--json").document["targets"][0]["waiting"] == 0


def test_tables_fit_into_eighty_columns(
    kam_sync: Command, ear: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(show.out, "width", 80)
    kam_sync("target", "add", "a-rather-long-name", "--url", f"{ear.url}/{'x' * 60}")
    ear.statuses.append(500)
    kam_sync("target", "test", "a-rather-long-name")
    for words in (("list",), ("deliveries", "a-rather-long-name")):
        lines = kam_sync("target", *words).out.splitlines()
        assert max(map(len, lines)) <= 80


def test_after_another_key_of_ours_a_target_is_sealed_anew(
    kam_sync: Command, ear: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    kam_sync("target", "add", "bridge", "--url", ear.url)
    monkeypatch.setenv("KAM_SYNC_SECRET_KEY", "another key of 16 and more")
    assert "add the former key" in kam_sync("target", "test", "bridge").err
    checks = kam_sync("doctor", "--json").document["checks"]
    [check] = [one for one in checks if one["what"] == "target bridge"]
    assert "add the former key" in check["advice"]
    both = "another key of 16 and more,a key for the tests alone"
    monkeypatch.setenv("KAM_SYNC_SECRET_KEY", both)
    assert kam_sync("target", "set", "bridge").code == 0
    monkeypatch.setenv("KAM_SYNC_SECRET_KEY", "another key of 16 and more")
    assert kam_sync("target", "test", "bridge").code == 0


def test_a_stopped_target_is_one_problem_with_its_name_and_the_way_back(
    kam_sync: Command, ear: Listener, connected: AmoSandbox, database: Database
) -> None:
    kam_sync("target", "add", "bridge", "--url", ear.url)
    settings = read_settings()
    services = Services(settings, database, open_cipher(settings))
    message = kam_sync("target", "test", "bridge", "--json").document["message_id"]
    kam_sync("target", "replay", "bridge", message)
    ear.statuses.append(410)
    target_id = int(kam_sync("target", "list", "--json").document["targets"][0]["id"])
    delivering.deliver(services, target_id)
    said = kam_sync("target", "list").out
    assert said.index("target test bridge") < said.index("target resume bridge")
    checks = kam_sync("doctor", "--json").document["checks"]
    [check] = [one for one in checks if "target" in one["what"]]
    assert (check["what"], check["found"]) == ("target bridge", "stopped, 1 waiting")
    assert check["advice"].index("target test bridge") < check["advice"].index("target resume")
