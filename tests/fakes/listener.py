"""A small HTTP server that takes posts and answers as it was told to."""

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Event, Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote_plus


@dataclass(frozen=True)
class Post:
    """One post as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """Its fields by their whole names, decoded."""
        return fields(self.body)


def fields(body: bytes) -> dict[str, str]:
    """The fields of a form body by their whole names."""
    pairs = (pair.partition("=") for pair in body.decode().split("&"))
    return {unquote_plus(key): unquote_plus(value) for key, _, value in pairs}


@dataclass
class Listener:
    """`with Listener() as ear: ear.url`; answers `statuses` one by one, then 200."""

    statuses: list[int] = field(default_factory=list)
    silent: bool = False
    """Say nothing until the end, as a server whose database hangs."""
    replies: dict[str, str] = field(default_factory=dict)
    """Headers of every answer."""
    answer: bytes = b""
    """The body of every answer."""
    posts: list[Post] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._end, self._news = Event(), Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def hears(self, count: int, timeout: float = 10) -> bool:
        """Wait for so many posts in all."""
        with self._news:
            return self._news.wait_for(lambda: len(self.posts) >= count, timeout)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                with ear._news:
                    ear.posts.append(Post(self.path, headers, body))
                    ear._news.notify_all()
                if ear.silent:
                    ear._end.wait()
                    return
                self.send_response(ear.statuses.pop(0) if ear.statuses else 200)
                for name, value in ear.replies.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(ear.answer)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - given
                """Say nothing."""

        return Handler
