"""How one message is posted: to the address that was checked, for as long as there is time."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kam_sync.base.clock import utc_now
from kam_sync.base.errors import WrongUse
from kam_sync.notify.channels.webhook import Sender, check, look_up
from kam_sync.notify.patience import Answer
from kam_sync.notify.reach import Allowed
from tests.fakes.listener import Listener

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LOOPBACK = Allowed.read(["127.0.0.0/8"])


def post(sender: Sender, body: bytes = b"{}") -> Answer:
    try:
        return sender.send(body, {"webhook-id": "msg_1"}, NOW)
    finally:
        sender.close()


@contextmanager
def talking(*parts: bytes, tls: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[bytes]]]:
    """A server that says these parts, then one byte of the last of them again and again."""
    heard: list[bytes] = []
    end = Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            found, _ = server.accept()
            with found, suppress(OSError):  # who called may leave at any time
                line = tls.wrap_socket(found, server_side=True) if tls else found
                with line:
                    heard.append(line.recv(65536))
                    for part in parts:
                        line.sendall(part)
                    while not end.wait(0.02):
                        line.sendall(parts[-1][:1])

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], heard
        end.set()
        thread.join(10)


def test_a_name_that_turns_into_a_private_address_is_not_connected_to() -> None:
    """Checked when the target was made, another when it is sent to: the second one counts."""
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    with Listener() as ear:
        url = ear.url.replace("http://127.0.0.1", "https://rebinding.example")
        check(url, Allowed(), resolve=lambda *_: next(answers))
        answer = post(Sender(url, Allowed(), resolve=lambda *_: next(answers)))
    assert "127.0.0.1 is not public" in answer.error
    assert ear.posts == []


def test_the_connection_goes_to_the_address_that_was_checked_and_asks_once() -> None:
    asked: list[str] = []

    def resolve(host: str, _: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with Listener() as ear:
        port = ear.url.rpartition(":")[2]
        url = f"http://hooks.example:{port}/in"
        assert post(Sender(url, LOOPBACK, resolve=resolve)).is_good
        assert ear.posts[0].headers["host"] == f"hooks.example:{port}"
    assert asked == ["hooks.example"]


def test_another_address_of_the_host_is_tried_when_the_first_does_not_answer() -> None:
    with Listener() as ear:
        url = ear.url.replace("127.0.0.1", "hooks.example")
        found = post(Sender(url, LOOPBACK, resolve=lambda *_: ["127.0.0.2", "127.0.0.1"]))
    assert found.is_good


@pytest.mark.parametrize("name", ["hooks.example", "other.example"])
def test_tls_is_checked_against_the_name_and_not_the_address(name: str, tmp_path: Path) -> None:
    here, there = certificates(tmp_path, "hooks.example")
    with talking(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", tls=there) as (port, heard):
        url = f"https://{name}:{port}/in"
        answer = post(Sender(url, LOOPBACK, resolve=lambda *_: ["127.0.0.1"], tls=here))
    if name == "hooks.example":
        assert answer.is_good
        assert f"host: hooks.example:{port}".encode() in heard[0].lower()
    else:
        assert "not valid for 'other.example'" in answer.error


def test_a_receiver_that_answers_byte_by_byte_is_left() -> None:
    with talking(b"HTTP/1.1 200 OK\r\nx-endless: ", b"a") as (port, _):
        answer = post(Sender(f"http://127.0.0.1:{port}/", LOOPBACK, seconds=0.3))
    assert answer.error == "no answer within 0.3 s"


def test_an_endless_answer_is_read_to_a_few_kilobytes() -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n"
    with talking(head, b"x" * 9000) as (port, _):
        answer = post(Sender(f"http://127.0.0.1:{port}/", LOOPBACK))
    assert (answer.status, len(answer.body)) == (200, 4096)


def test_a_receiver_that_says_nothing_or_nonsense_is_told_apart() -> None:
    with Listener(silent=True) as deaf:
        assert "no answer" in post(Sender(deaf.url, LOOPBACK, seconds=0.2)).error
    assert "refused" in post(Sender(deaf.url, LOOPBACK)).error
    with talking(b"SSH-2.0-OpenSSH\r\n\r\n") as (port, _):
        assert "not reached" in post(Sender(f"http://127.0.0.1:{port}/", LOOPBACK)).error


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("120", timedelta(minutes=2)),
        ("Mon, 23 Nov 2026 09:05:00 GMT", timedelta(minutes=5)),
        ("Mon, 23 Nov 2026 08:00:00 GMT", timedelta(0)),
        ("soon", None),
        ("9" * 40, timedelta(seconds=10**8)),
    ],
)
def test_retry_after_is_seconds_or_a_date(told: str, expected: timedelta | None) -> None:
    with Listener(statuses=[503], replies={"Retry-After": told}) as ear:
        assert post(Sender(ear.url, LOOPBACK)).retry_after == expected


def test_a_host_that_is_none_is_said_so() -> None:
    assert look_up("no-such-host.invalid", 443) == []
    with pytest.raises(WrongUse, match="no such host"):
        check("https://no-such-host.invalid/", Allowed())
    for trick in ("https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://localhost/"):
        with pytest.raises(WrongUse, match="not public"):
            check(trick, Allowed())


def certificates(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What trusts a certificate of this name, and what shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = [x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.9"))]
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(utc_now() - timedelta(days=1))
        .not_valid_after(utc_now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "public.pem", folder / "private.pem"
    public.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    shows = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shows.load_cert_chain(public, private)
    return ssl.create_default_context(cafile=public), shows
