"""Writing back into one CRM account: what waits in the ledger is sent until it is there.

A write is marked "sending" and committed before it is sent. Whatever then happens to the process or
to the answer, it is looked for in the CRM before it is sent again, so that nothing comes twice.
"""

from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

from connectors import (
    AddTag,
    Connector,
    DoneTask,
    Hint,
    NeedsPerson,
    NewTask,
    NotWritten,
    Noun,
    RetryLater,
    SetField,
    Write,
    Writes,
    Written,
)
from kam_sync.base.errors import WrongSettings, WrongUse
from kam_sync.granting import state_after
from kam_sync.intake.model import Origin, RunState, SourceState
from kam_sync.intake.store import HintStore, SourceStore, WriteStore, write_of
from kam_sync.wiring import Services

SETTLE = timedelta(seconds=30)
"""What may have been sent is looked for only then: CRMs show new records late."""
_AT_ONCE = 50
_MOST_SILENCES = 5


@dataclass(slots=True)
class WriteResult:
    """How one walk through the ledger of a source went."""

    source: str
    state: RunState = RunState.DONE
    message: str = ""
    written: int = 0
    failed: int = 0
    wait: timedelta | None = None
    """How long to stay away."""


def write(
    services: Services, source_id: int, *, wait: bool = False, settle: timedelta = SETTLE
) -> WriteResult:
    """Send what waits for one source; one process at a time, Busy when another is at it."""
    with services.database.alone(f"write {source_id}", wait=wait):
        return _Writing(services, source_id, settle).run()


class _Writing:
    """One walk through the ledger; the caller holds its lock."""

    def __init__(self, services: Services, source_id: int, settle: timedelta) -> None:
        self._services = services
        self._database = services.database
        self._settle = settle
        with self._database.transaction() as session:
            self._source = SourceStore(session).by_id(source_id)
            self._access = SourceStore(session).access(source_id)
            session.flush()
            session.expunge_all()
        self._result = WriteResult(self._source.name)

    def run(self) -> WriteResult:
        """Send all that is due; an error that ends it is told in the result."""
        result = self._result
        if self._source.state is SourceState.PAUSED:
            result.state, result.message = RunState.LATER, "the source is paused"
            return result
        try:
            with closing(self._services.open(self._source, self._access)) as connector:
                self._send_all(connector)
        except RetryLater as error:
            result.state, result.message = RunState.LATER, str(error)
            result.wait = max(error.wait or self._settle, self._settle)
        except (NeedsPerson, WrongSettings, WrongUse) as error:
            result.state, result.message = RunState.FAILED, str(error)
            self._judge(error)
        if result.state is RunState.DONE and self._is_left():
            result.state, result.wait = RunState.LATER, self._settle
            result.message = "it is not known yet what became of some"
        return result

    def _send_all(self, connector: Connector) -> None:
        last = 0
        while taken := self._take(after=last):
            last = max(write_id for write_id, _, _ in taken)
            if isinstance(connector, Writes):
                self._send(connector, taken)
            else:
                for _, write, _ in taken:
                    said = f"{connector.kind} cannot be written to"
                    self._keep(write, NotWritten(write.key, said))

    def _take(self, *, after: int) -> list[tuple[int, Write, bool]]:
        """The next writes by id, each with whether it may have been sent before."""
        now = self._services.now()
        with self._database.transaction() as session:
            rows = WriteStore(session, self._source.id).take(
                after=after, sent_before=now - self._settle, now=now, limit=_AT_ONCE
            )
        return [(row.id, write_of(row), was_sent) for row, was_sent in rows]

    def _send(self, crm: Writes, taken: list[tuple[int, Write, bool]]) -> None:
        unknown = {}
        for _, write, was_sent in taken:
            found = crm.find_written(write) if was_sent else None
            if found is None:
                unknown[write.key] = write
            else:
                self._keep(write, found)
        for outcome in crm.write(list(unknown.values())):
            self._keep(unknown.pop(outcome.key), outcome)
        self._give_up(unknown)

    def _keep(self, write: Write, outcome: Written | NotWritten) -> None:
        """Write down what came of it; the next sync fetches what was written."""
        now, source_id = self._services.now(), self._source.id
        with self._database.transaction() as session:
            WriteStore(session, source_id).keep(outcome, now)
            HintStore(session, source_id).note(_fetch(write, outcome), Origin.WRITTEN, now)
        if isinstance(outcome, Written):
            self._result.written += 1
        else:
            self._result.failed += 1

    def _give_up(self, unknown: dict[str, Write]) -> None:
        """Leave to a person those of which the CRM keeps on saying nothing."""
        with self._database.transaction() as session:
            rows = WriteStore(session, self._source.id).by_keys(unknown)
            silent = [row.key for row in rows.values() if row.attempts >= _MOST_SILENCES]
        for key in silent:
            said = "the CRM does not say what became of it; look there before you retry"
            self._keep(unknown[key], NotWritten(key, said))

    def _is_left(self) -> bool:
        with self._database.transaction() as session:
            return WriteStore(session, self._source.id).has_unfinished()

    def _judge(self, error: Exception) -> None:
        token = self._access.sealed_token
        with self._database.transaction() as session:
            sources = SourceStore(session)
            sources.judge(self._source.id, token, state_after(error), str(error))


def _fetch(write: Write, outcome: Written | NotWritten) -> list[Hint]:
    """The record to fetch by id: a tag alone may not bring it with what has changed."""
    match write, outcome:
        case NewTask(), Written(external_id=task):
            return [Hint(Noun.TASK, task)]
        case ((DoneTask() | SetField() | AddTag()), Written()):
            return [Hint(write.about.noun, write.about.external_id)]
        case _:
            return []
