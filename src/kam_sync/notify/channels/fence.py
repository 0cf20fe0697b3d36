"""A fence around what sends for us: no address that is not public, no file, no program.

A hundred services are spoken to by a library that opens its own connections, follows redirects and
may be asked to read files. Python tells an audit hook of each of these before it happens; within
the fence the hook refuses, and elsewhere it costs a tenth of a microsecond. What the library does
in a thread of its own would not be seen: services that need one are not offered (`people.py`).
"""

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kam_sync.base.errors import WrongUse
from kam_sync.notify.channels.webhook import look_up
from kam_sync.notify.reach import Allowed, Place, require

_CONNECTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_STARTS = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork"})
_WATCHED = _CONNECTS | _STARTS | {"open", "socket.getaddrinfo"}
_READABLE = tuple(
    str(Path(folder).resolve())
    for folder in (sys.prefix, sys.base_prefix, sys.pycache_prefix, "/usr/share", "/etc/ssl")
    if folder
)
"""Code of libraries, time zones, certificates."""
_OPEN = frozenset({"/etc/mime.types", "/dev/null", "/dev/urandom"})


class Refused(PermissionError):
    """The fence is in the way; libraries take it for a connection or a file that failed."""


@dataclass
class Fence:
    """What is allowed within, and what was refused."""

    allowed: Allowed
    refusal: str = ""
    """In words, the last one."""
    _names: set[str] = field(default_factory=set)
    """Allowed by name, as far as they were asked for."""

    def ask(self, event: str, args: tuple[Any, ...]) -> None:
        """Raise Refused where something may not be done."""
        try:
            if event == "socket.getaddrinfo":
                self._heard_of(args[0])
            elif event in _CONNECTS:
                self._connects(args[0], args[1])
            elif event == "open":
                self._opens(args[0])
            else:
                self._starts()
        except (Refused, WrongUse) as error:
            self.refusal = str(error)
            raise Refused(self.refusal) from error

    def _heard_of(self, host: Any) -> None:
        name = (host.decode() if isinstance(host, bytes) else host or "").lower()
        if name and self.allowed.has_host(name):
            self._names.add(name)

    def _connects(self, through: socket.socket, to: Any) -> None:
        if through.family not in {socket.AF_INET, socket.AF_INET6} or to is None:
            raise Refused("it would reach a program on this machine")
        host, port = str(to[0]), int(to[1])
        if any(host in look_up(name, port) for name in self._names):
            return
        require(Place(host, port, is_plain=False), look_up(host, port), self.allowed)

    def _starts(self) -> None:
        raise Refused("it would start a program on this machine")

    def _opens(self, path: Any) -> None:
        if isinstance(path, int):  # is open already
            return
        name = path.decode() if isinstance(path, bytes) else str(path)
        if name not in _OPEN and not Path(name).resolve().is_relative_to(_root(name)):
            raise Refused("it would read or write a file of this machine")


_around: ContextVar[Fence | None] = ContextVar("fence", default=None)
_lock = threading.Lock()
_is_up: list[bool] = []


@contextmanager
def fenced(allowed: Allowed) -> Iterator[Fence]:
    """Let this thread reach nothing but public addresses and what is allowed."""
    with _lock:
        if not _is_up:  # a hook stays as long as the process
            sys.addaudithook(_hook)
            _is_up.append(True)
    fence = Fence(allowed)
    token = _around.set(fence)
    try:
        yield fence
    finally:
        _around.reset(token)


def _hook(
    event: str,
    args: tuple[Any, ...],
    watched: frozenset[str] = _WATCHED,
    around: ContextVar[Fence | None] = _around,
) -> None:
    """Ask the fence; what is named above is gone while the interpreter ends, a default is not."""
    if event not in watched:
        return
    fence = around.get()
    if fence is None:
        return
    token = around.set(None)  # what the fence itself looks up is not asked about
    try:
        fence.ask(event, args)
    finally:
        around.reset(token)


def _root(name: str) -> str:
    """The readable folder that a file is in, or one that it is not in."""
    path = str(Path(name).resolve())
    return next((root for root in _READABLE if path.startswith(f"{root}/")), "/proc/none")
