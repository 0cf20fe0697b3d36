"""A CRM in memory that calls us, and whose lists are read ahead to their ends."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from connectors import BadHook, Cursor, Hint, Hook, Noun, Page
from kam_sync.intake.inbox import Post
from kam_sync.intake.store import InboxStore
from kam_sync.wiring import Services
from tests.fakes.memory_crm import AskableCrm


class CallingCrm(AskableCrm):
    """Every page shows what was there when its pull began."""

    def pull(self, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
        """All pages are read before the first one is given."""
        yield from list(super().pull(noun, cursor))

    def read_hook(self, headers: Mapping[str, str], body: bytes) -> Hook:
        """`deal 5` tells of a deal."""
        noun, _, key = body.decode().partition(" ")
        if not key:
            raise BadHook("a noun and an id are needed")
        return Hook(None, (Hint(Noun(noun), key),))


class Hurrying:
    """A clock by which five seconds are over each time that somebody looks at it."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def __call__(self) -> datetime:
        self._now += timedelta(seconds=5)
        return self._now


def call(services: Services, source_id: int, noun: Noun, key: str) -> None:
    """What the CRM would post about a record, as the door keeps it."""
    with services.database.transaction() as session:
        InboxStore(session).keep([Post(source_id, {}, f"{noun.value} {key}".encode())])
