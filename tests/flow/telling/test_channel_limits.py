"""What a channel may not be, what it may not reach, and what nobody may see of it."""

import logging
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import apprise
import pytest

from kam_sync import channelling
from kam_sync.notify.channel import Ill, Letter, WrongChannel
from kam_sync.notify.channels import people
from kam_sync.notify.channels.fence import Refused, fenced
from kam_sync.notify.reach import Allowed
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.listener import Listener
from tests.fakes.office import Office, office

LETTER = Letter("subject", "text")
SECRET = "a-password-nobody-may-see"


@pytest.fixture
def shop(services: Services) -> Office:
    return office(services, "198.51.100.1")  # not this machine


@pytest.fixture
def ear() -> Iterator[Listener]:
    with Listener() as ear:
        yield ear


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", Ill.URL),
        ("olga@example.com", Ill.URL),
        ("nonsense://a", Ill.URL),
        ("tgram://no-token", Ill.URL),
        ("dbus://", Ill.URL),
        ("syslog://local", Ill.LOCAL),
        ("windows://x", Ill.LOCAL),
        ("gnome://x", Ill.LOCAL),
        ("macosx://x", Ill.LOCAL),
        ("xmpp://user:pass@example.com", Ill.URL),
        ("file:///etc/passwd", Ill.URL),
        ("json://127.0.0.1/in", Ill.NOT_PUBLIC),
        ("mailto://user:pass@192.168.0.1", Ill.NOT_PUBLIC),
        ("mmosts://[::1]/abcdefghijk1234567890abcde", Ill.NOT_PUBLIC),
        ("json://no-such-host.invalid/in", Ill.NO_HOST),
    ],
)
def test_what_cannot_be_a_channel_is_refused_with_a_sentence(
    shop: Office, url: str, why: Ill
) -> None:
    with pytest.raises(WrongChannel) as refused:
        shop.open("x", url)
    assert refused.value.why is why
    assert str(refused.value).startswith("channel")


def test_what_is_misspelt_beside_the_url_is_refused(shop: Office) -> None:
    good = "tgram://123456789:abcdefg_hijklmnop_qrstuv-wxyz0123/-1001234567"
    shop.open("chat", good)
    for name, zone, why in (
        ("../x", "", Ill.NAME), ("chat", "", Ill.NAME_TAKEN), ("y", "Mars/Base", Ill.ZONE),
    ):  # fmt: skip
        with pytest.raises(WrongChannel) as refused:
            channelling.add(shop.services, name, good, zone=zone)
        assert refused.value.why is why
    for wanted, why in (
        ({"kpi": "revnue"}, Ill.KPI),
        ({"events": ["closed"]}, Ill.EVENT),
        ({"escalates_after_days": 3}, Ill.DAYS),
        ({"events": ["escalated"]}, Ill.DAYS),
        ({"events": ["escalated"], "escalates_after_days": 0}, Ill.DAYS),
    ):
        with pytest.raises(WrongChannel) as refused:
            shop.route(shop.standing_of("chat"), **wanted)
        assert refused.value.why is why


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("tgram://123456789:abcdefg_hijklmnop_qrstuv-wxyz0123/-1001234567", "tgram"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "slack"),
        (f"mailtos://kam:{SECRET}@198.51.100.1?from=kam@example.com", "mailtos://198.51.100.1"),
        ("mmosts://198.51.100.1/abcdefghijk1234567890abcde", "mmosts://198.51.100.1"),
    ],
)
def test_the_url_is_sealed_and_only_its_place_is_shown(
    shop: Office, url: str, shown: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert shop.open("x", url).address == shown
    (row,) = ask(shop.services, "SELECT to_jsonb(channel)::text FROM channel")
    secrets = (SECRET, "abcdefg", "1001234567", "TIiajk", "abcdefghijk")
    assert not [secret for secret in secrets if secret in row[0]]
    ours = [record.getMessage() for record in caplog.records if record.name != "apprise"]
    assert not [secret for secret in secrets for line in ours if secret in line]


def test_a_proxy_of_the_environment_is_no_way_to_the_inside(
    ear: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", ear.url)
    monkeypatch.setenv("NO_PROXY", "")
    through = Allowed.read(["127.0.0.1"])  # the proxy alone
    for inside in ("10.0.0.7", "[::ffff:10.0.0.7]", "0x0a000007", "167772167", "012.0.0.7"):
        assert people.send(f"json://{inside}/in", LETTER, through).error
    assert ear.posts == []


def test_what_was_public_when_it_was_made_is_asked_again_when_it_is_sent(ear: Listener) -> None:
    url = ear.url.replace("http", "json")
    assert people.send(f"{url}/in", LETTER, Allowed.read(["127.0.0.1"])).is_good
    assert len(ear.posts) == 1
    tried = people.send(f"{url}/in", LETTER, Allowed())
    assert "127.0.0.1 is not public" in tried.error
    assert people.send(f"{url}/in", LETTER, Allowed.read(["localhost"])).error
    by_name = url.replace("127.0.0.1", "localhost")
    assert people.send(f"{by_name}/in", LETTER, Allowed.read(["localhost"])).is_good
    assert len(ear.posts) == 2


def test_no_redirect_leads_inside() -> None:
    with Listener(statuses=[307], replies={"Location": "http://127.0.0.2:9/inside"}) as lure:
        url = lure.url.replace("http", "json")
        tried = people.send(f"{url}/in?redirect=yes", LETTER, Allowed.read(["127.0.0.1"]))
    assert "127.0.0.2 is not public" in tried.error


def test_no_file_of_this_machine_is_sent(tmp_path, ear: Listener) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('{"text": "secret"}')
    url = f"slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ?template={secret}&blocks=yes"
    tried = people.send(url, LETTER, Allowed())
    assert tried.error == "it would read or write a file of this machine"


def test_no_program_is_started_and_no_socket_of_this_machine_opened() -> None:
    with fenced(Allowed()) as fence:
        with pytest.raises(Refused):
            subprocess.run([sys.executable, "-V"], check=False)
        assert fence.refusal == "it would start a program on this machine"
        with socket.socket(socket.AF_UNIX) as pipe, pytest.raises(Refused):
            pipe.connect("/run/anything")


def test_services_that_send_by_threads_of_their_own_are_not_offered() -> None:
    """A newer apprise may have more of them; no fence would see what they reach."""
    plugins = Path(apprise.__file__).parent / "plugins"
    signs = re.compile(r"Thread\(|ThreadPool|loop_start|asyncio\.run|HTTPPolicy")
    ones = {
        path.relative_to(plugins).parts[0].removesuffix(".py")
        for path in plugins.rglob("*.py")
        if signs.search(path.read_text()) and path.name != "base.py"
    }
    assert ones <= people._UNSEEN


def test_the_fence_stands_around_one_thread_for_a_while(tmp_path) -> None:
    mine = tmp_path / "mine"
    with fenced(Allowed()), pytest.raises(Refused):
        mine.read_text()
    mine.write_text("x")
    assert mine.read_text() == "x"


def test_the_fence_does_no_harm_while_the_interpreter_ends(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with fenced(Allowed()):
        pass
    for name in ("_WATCHED", "_around"):  # what is left of a module then
        monkeypatch.setattr(f"kam_sync.notify.channels.fence.{name}", None)
    (tmp_path / "last.txt").write_text("bye")
    assert (tmp_path / "last.txt").read_text() == "bye"
