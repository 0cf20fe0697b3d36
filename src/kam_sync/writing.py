"""Writing back into one CRM account: what waits in the ledger is sent until it is there.

A write is marked "sending" and committed before it is sent. Whatever then happens to the process or
to the answer, it is looked for in the CRM before it is sent again, so that nothing comes twice; and
it is sent again by itself, so that it is refused for no fault of others.
"""

from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors import (
    AddTag,
    Connector,
    ConnectorError,
    DoneTask,
    FetchesSome,
    Hint,
    NeedsPerson,
    NewNote,
    NewTask,
    NotWritten,
    Noun,
    Ref,
    RetryLater,
    SetField,
    Write,
    Writes,
    Written,
)
from kam_sync.base.errors import WrongSettings, WrongUse
from kam_sync.granting import kind_of, state_after
from kam_sync.intake.model import Origin, RunState, SourceState
from kam_sync.intake.store import HintStore, SourceStore, WriteStore, write_of
from kam_sync.intake.writes import CrmWrite, WriteState
from kam_sync.wiring import Services

SETTLE = timedelta(minutes=10)
"""What is new and may have been sent is looked for only then: CRMs show new records late."""
_SETTLE_CHANGE = timedelta(seconds=30)
_NEW, _CHANGES = ("task", "note"), ("done", "field", "tag")
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


def refuse_unknown(services: Services, source_id: int, about: Ref) -> None:
    """WrongUse where the CRM has no such record; where it cannot be asked now, it stays open."""
    with services.database.transaction() as session:
        source, access = (
            SourceStore(session).by_id(source_id),
            SourceStore(session).access(source_id),
        )
        session.expunge_all()
    if source.state is SourceState.PAUSED:
        return
    with suppress(ConnectorError), closing(services.open(source, access)) as crm:
        if not isinstance(crm, FetchesSome) or about.noun not in crm.nouns:
            return
        if not list(crm.get_many(about.noun, [about.external_id])):
            raise WrongUse(
                f"{about.noun} {about.external_id}: the CRM of source {source.name} has no such "
                "record; take the id from its address in the CRM"
            )


class _Writing:
    """One walk through the ledger; the caller holds its lock."""

    def __init__(self, services: Services, source_id: int, settle: timedelta) -> None:
        self._services = services
        self._database = services.database
        change = min(settle, _SETTLE_CHANGE)
        self._settles = dict.fromkeys(_NEW, settle) | dict.fromkeys(_CHANGES, change)
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
            result.wait = error.wait
        except (NeedsPerson, WrongSettings, WrongUse) as error:
            result.state, result.message = RunState.FAILED, str(error)
            self._judge(error)
        if result.state is not RunState.FAILED:
            self._wait_for_the_unsure()
        return result

    def _send_all(self, connector: Connector) -> None:
        last = 0
        while taken := self._take(after=last):
            last = taken[-1].id
            if isinstance(connector, Writes):
                self._send(connector, taken)
            else:
                said = f"{connector.kind} cannot be written to"
                for row in taken:
                    self._keep(write_of(row), NotWritten(row.key, said))

    def _take(self, *, after: int) -> list[CrmWrite]:
        """The next writes by id."""
        now = self._services.now()
        sent_before = {kind: now - settle for kind, settle in self._settles.items()}
        with self._database.transaction() as session:
            store = WriteStore(session, self._source.id)
            return store.due(after=after, sent_before=sent_before, limit=_AT_ONCE)

    def _send(self, crm: Writes, taken: list[CrmWrite]) -> None:
        fresh: dict[str, list[Write]] = {}
        for row in taken:
            write = write_of(row)
            if row.state is WriteState.WAITING:
                fresh.setdefault(row.kind, []).append(write)
            elif found := crm.find_written(write, self._ago(row.sent_at)):
                self._keep(write, found)
            else:
                self._send_now(crm, [write])
        for writes in fresh.values():
            self._send_now(crm, writes)

    def _ago(self, sent_at: datetime | None) -> timedelta | None:
        return None if sent_at is None else self._services.now() - sent_at

    def _send_now(self, crm: Writes, writes: list[Write]) -> None:
        """Send writes of one kind; with those of which nothing is told, remember until when."""
        keys = [write.key for write in writes]
        with self._database.transaction() as session:
            store = WriteStore(session, self._source.id)
            wanted = store.sending(keys, self._services.now())
        unknown = {write.key: write for write in writes if write.key in wanted}
        if not unknown:
            return
        try:
            for outcome in crm.write(list(unknown.values())):
                self._keep(unknown.pop(outcome.key), outcome)
        except ConnectorError as error:
            self._stamp(unknown, error)
            raise
        self._stamp(unknown)
        self._give_up(unknown)

    def _stamp(self, unknown: dict[str, Write], error: ConnectorError | None = None) -> None:
        """They were sent by now at the latest; changes that surely were not may go at once."""
        is_unsure = error is None or (isinstance(error, RetryLater) and error.is_unsure)
        with self._database.transaction() as session:
            store = WriteStore(session, self._source.id)
            new = [key for key, write in unknown.items() if isinstance(write, NewTask | NewNote)]
            store.stamp(new, self._services.now())
            store.stamp(unknown.keys() - set(new), self._services.now() if is_unsure else None)

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
            self._keep(unknown[key], NotWritten(key, said, is_unsure=True))

    def _wait_for_the_unsure(self) -> None:
        """Say until when those wait of which it is not known whether they were done."""
        with self._database.transaction() as session:
            sent = WriteStore(session, self._source.id).oldest_sent()
        due = [at + self._settles[kind] for kind, at in sent.items() if at is not None]
        result, now = self._result, self._services.now()
        if sent:
            result.state = RunState.LATER
        if due:
            until = min(due).astimezone(self._services.zone)
            said = f"waits until {until:%H:%M} to see whether it was done"
            result.message = f"{result.message}; {said}" if result.message else said
            result.wait = max(result.wait or timedelta(0), min(due) - now)

    def _judge(self, error: Exception) -> None:
        token = self._access.sealed_token
        with self._database.transaction() as session:
            sources = SourceStore(session)
            state, kind = state_after(error), kind_of(error)
            sources.judge(self._source.id, token, state, str(error), kind)


def _fetch(write: Write, outcome: Written | NotWritten) -> list[Hint]:
    """The record to fetch by id: a tag alone may not bring it with what has changed."""
    match write, outcome:
        case NewTask(), Written(external_id=task) if task:  # not every CRM tells
            return [Hint(Noun.TASK, task)]
        case ((DoneTask() | SetField() | AddTag()), Written()):
            return [Hint(write.about.noun, write.about.external_id)]
        case _:
            return []
