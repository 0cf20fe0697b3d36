"""Webhooks as a channel: posts one message to a receiver, to no address that was not checked."""

import socket
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ssl import SSLContext
from time import monotonic
from typing import Any

import httpcore

from kam_sync import __version__
from kam_sync.base.errors import WrongUse
from kam_sync.notify.patience import Answer
from kam_sync.notify.reach import Allowed, place_of, require

_CONNECT = 5.0
_MOST_READ = 4096
_HEADERS = {"content-type": "application/json", "user-agent": f"kam_sync/{__version__}"}

Resolve = Callable[[str, int], list[str]]


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, none when there is no such host."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def check(url: str, allowed: Allowed, *, resolve: Resolve = look_up) -> None:
    """WrongUse when a URL is none that webhooks may be sent to."""
    place = place_of(url)
    require(place, resolve(place.host, place.port), allowed)


class Sender:
    """Posts messages to one receiver, over one connection as long as it holds.

    Redirects are not followed, proxies of the environment not used. A name is resolved when it is
    connected to, and the connection goes to the very address that was checked: what the name means
    a moment later does not count. TLS and the Host header keep the name.
    """

    def __init__(
        self,
        url: str,
        allowed: Allowed,
        *,
        seconds: float = 15.0,
        resolve: Resolve = look_up,
        tls: SSLContext | None = None,
    ) -> None:
        self.url = url
        self._seconds = seconds
        self._network = _CheckedNetwork(url, allowed, resolve)
        self._pool = httpcore.ConnectionPool(ssl_context=tls, network_backend=self._network)

    def close(self) -> None:
        """Let go of the connection."""
        self._pool.close()

    def send(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Answer:
        """Post a body; whatever happens is an answer, within the seconds there are."""
        self._network.ends_at = monotonic() + self._seconds
        limits = {"connect": _CONNECT, "read": self._seconds, "write": self._seconds}
        try:
            place_of(self.url)
            with self._pool.stream(
                "POST", self.url, headers=list((_HEADERS | dict(headers)).items()), content=body,
                extensions={"timeout": limits},
            ) as response:  # fmt: skip
                return Answer(
                    status=response.status,
                    error="" if 200 <= response.status < 300 else f"HTTP {response.status}",
                    retry_after=_retry_after(response.headers, now),
                    body=_beginning(response),
                )
        except WrongUse as error:
            return Answer(error=str(error))
        except httpcore.TimeoutException:
            return Answer(error=f"no answer within {self._seconds:g} s")
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            return Answer(error=f"not reached: {error}"[:200])


class _CheckedNetwork(httpcore.NetworkBackend):
    """Connects to addresses that were checked, and lets nothing take longer than it may."""

    def __init__(self, url: str, allowed: Allowed, resolve: Resolve) -> None:
        self._url = url
        self._allowed = allowed
        self._resolve = resolve
        self._plain = httpcore.SyncBackend()
        self.ends_at = 0.0

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """The first of the host's addresses that answers."""
        addresses = require(place_of(self._url), self._resolve(host, port), self._allowed)
        last: Exception = httpcore.ConnectError("no address answers")
        for address in addresses:
            try:
                stream = self._plain.connect_tcp(
                    address, port, self.left(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
            else:
                return _TimedStream(stream, self.left)
        raise last

    def left(self, timeout: float | None) -> float:
        """How long the next step may take."""
        rest = self.ends_at - monotonic()
        if rest <= 0:
            raise httpcore.ReadTimeout
        return rest if timeout is None else min(rest, timeout)


class _TimedStream(httpcore.NetworkStream):
    """A connection whose steps may take as long as is left for all of them."""

    def __init__(
        self, stream: httpcore.NetworkStream, left: Callable[[float | None], float]
    ) -> None:
        self._stream = stream
        self._left = left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, self._left(timeout))
        return _TimedStream(inner, self._left)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _beginning(response: httpcore.Response) -> str:
    """The first bytes of an answer; the rest is not read."""
    found = b""
    for chunk in response.iter_stream():
        found += chunk
        if len(found) >= _MOST_READ:
            break
    return found[:_MOST_READ].decode(errors="replace")


def _retry_after(headers: Iterable[tuple[bytes, bytes]], now: datetime) -> timedelta | None:
    """How long a receiver wants to be left alone: seconds, or a date."""
    told = [value.decode("ascii", "replace") for name, value in headers
            if name.lower() == b"retry-after"]  # fmt: skip
    if not told:
        return None
    if told[0].strip().isdecimal():
        return timedelta(seconds=min(int(told[0].strip()[:9]), 10**8))
    try:
        until = parsedate_to_datetime(told[0])
    except ValueError:
        return None
    return max(until.replace(tzinfo=until.tzinfo or UTC) - now, timedelta(0))
