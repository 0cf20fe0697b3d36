"""Reads webhooks that come while their source is pulled, between the batches of the pull."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Self

import structlog

from connectors import Connector, ErrorKind, NeedsPerson, Noun, RetryLater
from kam_sync.hearing import OF_CALLS, Hearing, HearingResult
from kam_sync.intake.model import NounCounts
from kam_sync.intake.store import HintStore, InboxStore
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.listening")

_LOOK_EVERY = timedelta(seconds=3)
_AFTER_TROUBLE = timedelta(minutes=1)


class Listening:
    """One ear for one pull; the caller holds the source's lock.

    It talks to the CRM by a connector of its own, for that of the pull is read ahead in a thread.
    Turns to ask are shared by both.
    """

    def __init__(self, services: Services, source_id: int) -> None:
        self._services = services
        self._source_id = source_id
        self._connector: Connector | None = None
        self._looked_at: datetime | None = None
        self._pause = _LOOK_EVERY
        self._is_owing: bool | None = None
        """What was read could not be asked about; None while nobody has looked."""
        self._result = HearingResult("")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._connector is not None:
            self._connector.close()

    @property
    def nouns(self) -> dict[Noun, NounCounts]:
        """What came of it so far, of all nouns or of none."""
        return self._result.nouns

    def begin(self, noun: Noun) -> None:
        """A list of this noun is read from now on."""
        self._result.asked.pop(noun, None)

    def asked(self, noun: Noun) -> Collection[str]:
        """The records asked for by id since its list is read, whether they were there or not."""
        return self._result.asked.get(noun, frozenset())

    def look(self, go_on: Callable[[], None]) -> None:
        """Read what waits, at most every few seconds, and fetch what it names.

        A trouble with that does not end the pull: what was not fetched is asked for after a
        minute, at the end of the sync, or by the next one.
        """
        now = self._services.now()
        last = self._looked_at
        if last is not None and last <= now < last + self._pause:
            return
        self._looked_at, self._pause = now, _LOOK_EVERY
        if self._is_owing is None:  # a CRM that was away has left questions open
            self._is_owing = self._has_hints()
        if not self._is_owing and not self._has_new():
            return
        self._is_owing = True
        try:
            self._hear(go_on)
        except (RetryLater, NeedsPerson) as error:
            if error.kind is ErrorKind.PAUSED:
                raise
            self._pause = _AFTER_TROUBLE
            _log.warning("webhooks later", source_id=self._source_id, message=str(error))
        else:
            self._is_owing = False

    def _has_hints(self) -> bool:
        with self._services.database.transaction() as session:
            return bool(HintStore(session, self._source_id).nouns(OF_CALLS))

    def _has_new(self) -> bool:
        with self._services.database.transaction() as session:
            return InboxStore(session).has_new(self._source_id)

    def _hear(self, go_on: Callable[[], None]) -> None:
        hearing = Hearing(self._services, self._source_id, go_on)
        if self._connector is None:
            self._connector = hearing.open()
        hearing.hear(self._connector, self._result, amid_pull=True)
