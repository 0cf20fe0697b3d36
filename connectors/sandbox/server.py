"""A small real HTTP server on this computer alone; each sandbox CRM says only what it answers."""

import socket
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Condition, Event, Thread
from time import time
from types import TracebackType
from typing import Any, Self

from connectors.sandbox.faults import Fault, Faults
from connectors.sandbox.http import LOST, RateLimit, Request, RequestLog, Response, Seen, html

_REMEMBERED = 64


class Sandbox(ABC):
    """One CRM on a local port: `with SomeSandbox(world) as box: box.url`."""

    def __init__(
        self, *, rate: float = 0.0, port: int = 0, clock: Callable[[], float] = time
    ) -> None:
        self.clock = clock
        self.requests = RequestLog()
        self.faults = Faults()
        self._rate = RateLimit(rate)
        self._port = port
        self._last: dict[str, Request] = {}
        self._server: _Server | None = None

    @abstractmethod
    def answer(self, request: Request) -> Response:
        """What this CRM says."""

    @abstractmethod
    def too_fast(self, wait: float) -> Response:
        """What this CRM says to who should have waited so many seconds."""

    @abstractmethod
    def refused(self) -> Response:
        """What this CRM says to who has no good token."""

    @abstractmethod
    def announced(self) -> dict[str, Any]:
        """What who starts it wants to know: `token`, `rows` by kind of list, and more."""

    def is_question(self, request: Request) -> bool:
        """Whether a request only asks for something."""
        return request.method == "GET"

    @property
    def url(self) -> str:
        """Where it listens."""
        if self._server is None:
            raise RuntimeError("the sandbox is not running: use it in a with statement, or start()")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def host(self) -> str:
        """The same without the scheme: name and port."""
        return self.url.partition("://")[2]

    def start(self) -> None:
        """Listen, in a thread of its own."""
        self._server = _Server(("127.0.0.1", self._port), self)
        serve = self._server.serve_forever
        Thread(target=serve, args=(0.05,), name="sandbox", daemon=True).start()

    def stop(self) -> None:
        """Close every connection and stop listening."""
        if self._server is not None:
            self._server.finish()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def respond(self, request: Request, fault: Fault | None) -> Response:
        """The answer, or what a fault makes of it."""
        instead = None if fault is None else self._instead(fault)
        if instead is not None:
            return instead
        wait = self._rate.wait()
        if wait > 0:
            return self.too_fast(wait)
        is_known = request.path in self._last
        if fault is not None and fault.repeat and is_known:
            return self.answer(self._last[request.path])
        if self.is_question(request) and (is_known or len(self._last) < _REMEMBERED):
            self._last[request.path] = request
        return self.answer(request)

    def _instead(self, fault: Fault) -> Response | None:
        """What a fault answers instead."""
        if fault.html:
            return html(fault.status or 200, "The server is being serviced")
        if fault.status is not None:
            return Response(fault.status, fault.body, fault.content_type, fault.headers)
        if fault.is_limit:
            return self.too_fast(1.0)
        return self.refused() if fault.is_refusal else None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], box: Sandbox) -> None:
        self.box = box
        self.stopping = Event()
        self._open: set[socket.socket] = set()
        self._quiet = Condition()
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        # not HTTPServer's: that one asks DNS for the name of this computer, which may take long
        TCPServer.server_bind(self)

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection, to be able to close it."""
        with self._quiet:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._quiet:
            self._open.discard(connection)
            self._quiet.notify_all()

    def finish(self) -> None:
        """Stop listening, end kept-alive connections and wait for their threads."""
        self.stopping.set()
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for connections
        self.shutdown()
        self.server_close()
        with self._quiet:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # its client was quicker
            self._quiet.wait_for(lambda: not self._open, timeout=5)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone away is no news; anything else is a mistake of ours, printed."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 65_536  # head and body of a small answer leave in one packet
    server: _Server

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The `Date` header tells the sandbox's own time."""
        return super().date_time_string(self.server.box.clock() if timestamp is None else timestamp)

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            self.server.closed(self.connection)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is given
        """Say nothing: the request log remembers."""

    def _serve(self) -> None:
        box = self.server.box
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request.from_target(self.command, self.path, headers, body)
        fault = box.faults.strike(request)
        if fault is not None and fault.delay:
            self.server.stopping.wait(fault.delay)
        if fault is not None and fault.hang_up:
            self.close_connection = True
            box.requests.note(Seen(request.method, request.path, request.raw_query, 0))
            return
        response = box.respond(request, fault)
        seen = Seen(request.method, request.path, request.raw_query, response.status)
        box.requests.note(seen)
        if response is LOST or (fault is not None and fault.lose_answer):
            self.close_connection = True
            return
        self._send(response, None if fault is None else fault.truncate_at)

    def _send(self, response: Response, cut: int | None) -> None:
        self.send_response(response.status)
        if response.content_type:
            self.send_header("Content-Type", response.content_type)
        for name, value in response.headers:
            self.send_header(name, value)
        if response.status != 204:  # which may have neither a body nor its length
            self.send_header("Content-Length", str(len(response.body)))
        if cut is not None:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(response.body if cut is None else response.body[:cut])

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_OPTIONS = _serve  # noqa: N815 - names the base calls
