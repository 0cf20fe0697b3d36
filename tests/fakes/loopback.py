"""Keeps a test from asking anybody but this machine, whatever addresses it makes up."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

_OWN_NAMES = {"localhost", None, ""}
_guarded = {"depth": 0, "is_hooked": False}


@contextmanager
def loopback_only() -> Iterator[list[str]]:
    """Names of others are unknown meanwhile, and their addresses refuse; who was asked for."""
    if not _guarded["is_hooked"]:
        sys.addaudithook(_look)  # for the life of the process: there is no way to take it back
        _guarded["is_hooked"] = True
    _guarded["depth"] += 1
    try:
        yield _asked
    finally:
        _guarded["depth"] -= 1
        _asked.clear()


_asked: list[str] = []


def _look(event: str, given: tuple[Any, ...]) -> None:
    if not _guarded["depth"]:
        return
    if event == "socket.getaddrinfo" and not _is_own(given[0]):
        _asked.append(str(given[0]))
        raise socket.gaierror(socket.EAI_NONAME, "no such host")
    if event == "socket.connect" and isinstance(given[1], tuple) and not _is_own(given[1][0]):
        _asked.append(str(given[1][0]))
        raise ConnectionRefusedError(str(given[1][0]))


def _is_own(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in _OWN_NAMES:
        return True
    try:
        return ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False
