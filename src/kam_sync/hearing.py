"""Reads the webhooks of one source: what they tell becomes hints, and hints are asked about."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from connectors import (
    BadHook,
    Connector,
    ErrorKind,
    FetchesSome,
    Hint,
    NeedsPerson,
    Noun,
    ReadsHooks,
    RetryLater,
)
from connectors import Hook as Call
from kam_sync.accounts.store import SavingStore
from kam_sync.base.db import Session
from kam_sync.base.errors import Stopped, WrongSettings, WrongUse
from kam_sync.confirming import Confirming
from kam_sync.granting import kind_of, state_after
from kam_sync.intake.inbox import Hook, HookState, KeptHook, Reading
from kam_sync.intake.model import NounCounts, Origin, RunState
from kam_sync.intake.news import Known, Told, is_news
from kam_sync.intake.store import AnnouncedStore, AskedStore, HintStore, InboxStore, SourceStore
from kam_sync.pausing import stop_if_paused
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.hearing")

_CHUNK = 500
OF_CALLS = frozenset({Origin.HOOK, Origin.LISTED})
"""What webhooks tell, and what lists that are read meanwhile show otherwise."""
_UNREADABLE = "this kind of CRM sends no webhooks that we can read"
_BROKE = "reading it broke; see the log, and replay it with a later release"


@dataclass(slots=True)
class HearingResult:
    """What came of reading the webhooks of a source."""

    source: str
    state: RunState = RunState.DONE
    message: str = ""
    error_kind: ErrorKind = ErrorKind.OTHER
    hooks: int = 0
    """How many were read."""
    hints: int = 0
    """How many records were to be asked about."""
    nouns: dict[Noun, NounCounts] = field(default_factory=dict)
    asked: dict[Noun, set[str]] = field(default_factory=dict)
    """The records that were asked for by id, whether they were there or not."""
    wait: timedelta | None = None
    """How long the CRM asks us to stay away."""


class Hearing:
    """One reading for one source; the caller holds the source's lock."""

    def __init__(self, services: Services, source_id: int, go_on: Callable[[], None]) -> None:
        """`go_on` raises an error when it is time to stop; what is read by then stays read."""
        self._services = services
        self._database = services.database
        self._ask_to_go_on = go_on
        with self._database.transaction() as session:
            self._source = SourceStore(session).by_id(source_id)
            self._access = SourceStore(session).access(source_id)
            session.flush()
            session.expunge_all()

    def run(self) -> HearingResult:
        """Read all that wait and ask the CRM; an error that ends it is told in the result."""
        result = HearingResult(self._source.name)
        try:
            with closing(self.open()) as connector:
                self.hear(connector, result)
        except Stopped:
            result.state = RunState.STOPPED
        except RetryLater as error:
            result.state, result.wait = RunState.LATER, error.wait
            result.message, result.error_kind = str(error), error.kind
        except (NeedsPerson, WrongSettings, WrongUse) as error:
            result.state = RunState.FAILED
            result.message, result.error_kind = str(error), kind_of(error)
            self._judge(error)
        return result

    def open(self) -> Connector:
        """A connector to the source."""
        return self._services.open(self._source, self._access)

    def hear(self, connector: Connector, result: HearingResult, *, amid_pull: bool = False) -> None:
        """Read all that wait, and ask about what they name with a connector that is open.

        Args:
            amid_pull: what logs, absence and merges tell waits for the end of the pull, which
                brings what tells who was merged.
        """
        with self._database.transaction() as session:
            InboxStore(session).wait_for_entering(self._source.id)
        number = _CHUNK
        while number == _CHUNK:
            number = self._read(connector, result)
            result.hooks += number
            self._go_on()
        if isinstance(connector, FetchesSome):
            result.nouns = result.nouns or {noun: NounCounts() for noun in connector.nouns}
            confirming = Confirming(
                self._services, self._source.id, connector, result.nouns, self._go_on, result.asked
            )
            result.message = confirming.run(OF_CALLS if amid_pull else frozenset(Origin))

    def _go_on(self) -> None:
        """Stop where somebody wants that; what was not read or asked about is kept."""
        self._ask_to_go_on()
        stop_if_paused(self._services, self._source.id)

    def _read(self, connector: Connector, result: HearingResult) -> int:
        """Read the next webhooks: their state and what they tell go in together."""
        with self._database.transaction() as session:
            inbox = InboxStore(session)
            hooks = inbox.unread(self._source.id, limit=_CHUNK)
            told: dict[Hint, list[Told]] = defaultdict(list)
            named: dict[tuple[str, str], datetime] = {}
            readings = []
            for hook in hooks:
                reading, hints = self._understand(connector, hook)
                readings.append(reading)
                for hint in hints:
                    told[hint].append(_told(hook, hint))
                    if hook.replayed_at is None:
                        named[hint.noun.value, hint.external_id] = hook.received_at
            AnnouncedStore(session, self._source.id).note_announced(named)
            news = list(self._news(session, told))
            HintStore(session, self._source.id).note(news, Origin.HOOK, self._services.now())
            inbox.note(readings, self._services.now())
            result.hints += len(news)
            return len(hooks)

    def _understand(self, connector: Connector, hook: KeptHook) -> tuple[Reading, Sequence[Hint]]:
        if not isinstance(connector, ReadsHooks) or not isinstance(connector, FetchesSome):
            return Reading(hook.id, HookState.UNKNOWN, _UNREADABLE), ()
        try:
            call = connector.read_hook(hook.headers, hook.body)
        except BadHook as error:
            return Reading(hook.id, HookState.UNKNOWN, str(error)), ()
        except Exception:  # noqa: BLE001 - recorded; one webhook must not keep the others unread
            _log.exception("webhook not read", source=self._source.name, hook_id=hook.id)
            return Reading(hook.id, HookState.FAILED, _BROKE), ()
        known = self._source.remote_account
        if known and call.account not in {None, known}:
            reason = f"it is about account {call.account}, the source is account {known}"
            return Reading(hook.id, HookState.FOREIGN, reason), ()
        hints = [hint for hint in call.hints if hint.noun in connector.nouns]
        return _reading(hook.id, call, hints), hints

    def _news(self, session: Session, told: dict[Hint, list[Told]]) -> Iterator[Hint]:
        """Those of the hints that name something not fetched already."""
        asked, saved = AskedStore(session, self._source.id), SavingStore(session, self._source.id)
        for noun in {hint.noun for hint in told}:
            ids = [hint.external_id for hint in told if hint.noun is noun]
            asked_at, changed_at = asked.of(noun, ids), saved.changes(noun, ids)
            for hint, calls in told.items():
                key = hint.external_id
                known = Known(asked_at.get(key), changed_at.get(key))
                if hint.noun is noun and any(is_news(call, known) for call in calls):
                    yield hint

    def _judge(self, error: NeedsPerson | WrongSettings | WrongUse) -> None:
        with self._database.transaction() as session:
            SourceStore(session).judge(
                self._source.id, self._access.sealed_token, state_after(error), str(error),
                kind_of(error),
            )  # fmt: skip


def _told(hook: Hook, hint: Hint) -> Told:
    if hook.replayed_at is not None:  # a person wants it fetched, whatever we have of it
        return Told(hook.replayed_at)
    return Told(hook.received_at, hint.happened_at)


def _reading(hook_id: int, call: Call, hints: Sequence[Hint]) -> Reading:
    named: dict[str, list[str]] = {}
    for hint in hints:
        named.setdefault(hint.noun.value, []).append(hint.external_id)
    if call.unknown:
        reason = f"not understood: {', '.join(call.unknown)}"
        return Reading(hook_id, HookState.UNKNOWN, reason, named)
    return Reading(hook_id, HookState.READ, "", named)
