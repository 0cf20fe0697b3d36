"""What a sandbox may be told to do wrong, and how often."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock

from connectors.sandbox.http import Request


@dataclass(frozen=True, slots=True)
class Fault:
    """One misbehaviour. Which requests: `path`, `after`, `times`; what happens: the rest.

    Where nothing is told to be answered instead, the true answer is given, only late (`delay`) or
    cut off (`truncate_at`).
    """

    path: str = ""
    """A regular expression from the beginning of the path; empty for every request."""
    after: int = 0
    """How many matching requests go well first."""
    times: int | None = 1
    """How many then go wrong; None for all."""
    delay: float = 0.0
    """Seconds to wait before anything else."""
    status: int | None = None
    """Answer with this status and `body` instead."""
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    html: bool = False
    """Answer with a page of a gateway, with `status` or else 200."""
    hang_up: bool = False
    """Close the connection without an answer."""
    lose_answer: bool = False
    """Do what is asked, then close the connection without an answer."""
    is_limit: bool = False
    """Say in the CRM's own words that there were too many requests."""
    is_refusal: bool = False
    """Say in the CRM's own words that the token is not good (any more)."""
    repeat: bool = False
    """Answer with what this path answered last time: the previous page once more."""
    truncate_at: int | None = None
    """Promise the whole body, send only so many bytes, and close the connection."""

    def is_about(self, request: Request) -> bool:
        """Whether it may strike this request."""
        return re.match(self.path, request.path) is not None


class Faults:
    """The faults in force; the first one that strikes decides."""

    def __init__(self) -> None:
        self._seen: list[tuple[Fault, list[int]]] = []
        self._lock = Lock()

    def append(self, fault: Fault) -> None:
        """Put a fault in force; it counts requests from now on."""
        with self._lock:
            self._seen.append((fault, [0]))

    def clear(self) -> None:
        """Behave well again."""
        with self._lock:
            self._seen.clear()

    def __iter__(self) -> Iterator[Fault]:
        return iter([fault for fault, _ in self._seen])

    def __len__(self) -> int:
        return len(self._seen)

    def strike(self, request: Request) -> Fault | None:
        """The fault for this request, if any; every fault counts the request it is about."""
        struck = None
        with self._lock:
            for fault, count in self._seen:
                if not fault.is_about(request):
                    continue
                count[0] += 1
                past = count[0] - fault.after
                if struck is None and past > 0 and (fault.times is None or past <= fault.times):
                    struck = fault
        return struck
