"""Webhooks on their way: late, twice, in any order, tried again, and at last given up."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from threading import Event, Lock, Thread
from uuid import uuid4

from connectors.sandbox.amocrm.hooks.post import RETRIES, is_success, send
from connectors.sandbox.amocrm.hooks.told import Hook, body

_EVERY = 0.05


@dataclass(frozen=True, slots=True)
class Sent:
    """One attempt that was made; `status` is 0 when no answer came in time."""

    destination: str
    body: bytes
    request_id: str
    attempt: int
    status: int


@dataclass(slots=True)
class _Post:
    destination: str
    hooks: Sequence[Hook]
    due: float
    attempt: int = 1
    request_id: str = field(default_factory=lambda: str(uuid4()))


class HookQueue(ABC):
    """Delivers in a thread of its own while `automatic`; `deliver()` does it at once.

    What is public is a switch, to be set at any time.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.automatic = True
        self.speed = 1.0
        """All delays and windows are divided by it."""
        self.delayed = 0.0
        """Seconds before the first attempt; up to 1.5 hours have been seen."""
        self.duplicated = False
        """Every hook comes twice."""
        self.reordered = False
        """What is due leaves with the newest first."""
        self.together = False
        """What is due for one destination comes in one body."""
        self.keeps_request_id = True
        """Whether an attempt after the first has the same id in its headers."""
        self.sent: list[Sent] = []
        self._clock = clock
        self._posts: list[_Post] = []
        self._lock = Lock()
        self._sending = Lock()
        self._stopping = Event()
        self._thread: Thread | None = None

    @abstractmethod
    def is_wanted(self, destination: str) -> bool:
        """Whether anybody there still wants hooks."""

    @abstractmethod
    def note(self, destination: str, status: int) -> None:
        """Hear how an attempt ended."""

    def add(self, destination: str, hook: Hook) -> None:
        """Put one on its way."""
        due = self._clock() + self.delayed / self.speed
        with self._lock:
            for _ in range(2 if self.duplicated else 1):
                self._posts.append(_Post(destination, [hook], due))
            if self._thread is None:
                self._thread = Thread(target=self._run, name="webhooks", daemon=True)
                self._thread.start()

    def waiting(self) -> int:
        """How many posts are still to be made, those to be tried again among them."""
        return len(self._posts)

    def deliver(self) -> int:
        """Make every attempt that is due now; how many there were."""
        with self._sending:
            due = self._due()
            for post in due:
                if not self._stopping.is_set():
                    self._attempt(post)
            return len(due)

    def stop(self) -> None:
        """Deliver nothing more."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(_EVERY):
            if self.automatic:
                self.deliver()

    def _due(self) -> list[_Post]:
        now = self._clock()
        with self._lock:
            wanted = [post for post in self._posts if self.is_wanted(post.destination)]
            due = [post for post in wanted if post.due <= now]
            self._posts = [post for post in wanted if post.due > now]
        if self.together:
            due = _joined(due)
        return due[::-1] if self.reordered else due

    def _attempt(self, post: _Post) -> None:
        text = body(post.hooks)
        status = send(post.destination, text, post.request_id)
        self.sent.append(Sent(post.destination, text, post.request_id, post.attempt, status))
        self.note(post.destination, status)
        if is_success(status) or post.attempt > len(RETRIES):
            return
        retry = RETRIES[post.attempt - 1]
        if retry.follows(status):
            due = self._clock() + retry.delay / self.speed
            again = replace(post, due=due, attempt=post.attempt + 1)
            if not self.keeps_request_id:
                again.request_id = str(uuid4())
            with self._lock:
                self._posts.append(again)


def _joined(posts: list[_Post]) -> list[_Post]:
    """One post a destination of all that go there for the first time."""
    first = sorted((post for post in posts if post.attempt == 1), key=lambda p: p.destination)
    joined = [
        _Post(destination, [hook for post in group for hook in post.hooks], 0)
        for destination, group in groupby(first, key=lambda p: p.destination)
    ]
    return [*joined, *(post for post in posts if post.attempt > 1)]
