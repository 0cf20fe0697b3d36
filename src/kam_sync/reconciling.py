"""Compares all that a CRM has of a noun with what is here, writes the ledger, and has it mended."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from time import monotonic

import kam_sync.intake.step
from connectors import (
    NAMELESS,
    Connector,
    Deletions,
    ErrorKind,
    FetchesSome,
    NeedsPerson,
    NoRights,
    Noun,
    RawRecord,
    RetryLater,
)
from kam_sync.accounts.shadow import reading
from kam_sync.accounts.store import kind_of_noun
from kam_sync.base.db import Session
from kam_sync.base.errors import Stopped, WrongSettings, WrongUse
from kam_sync.granting import kind_of
from kam_sync.intake.ahead import ahead
from kam_sync.intake.model import HouseOptions, NounCounts, RunState, SourceState
from kam_sync.intake.store import SourceStore, digest_of
from kam_sync.ledger.entry import Entry, entry_of
from kam_sync.ledger.model import Check, LedgerState
from kam_sync.ledger.store import ComparingStore, LedgerStore
from kam_sync.mending import Mending
from kam_sync.screening import screened
from kam_sync.syncing import Syncing
from kam_sync.wiring import Services

MOST_ASKED = 2_000
"""More records than this are not asked for one by one: then the list is believed."""
_CHUNK = 500
PATIENCE = timedelta(minutes=1)
"""An ordinary sync is waited for; what takes longer is compared another time."""
_NOT_SHOWN = "the CRM account shows no such list"

Watch = Callable[[Noun, int], None]
"""Told after each batch how many records came; raises Stopped when it is time to stop."""


@dataclass(slots=True)
class Reconciled:
    """How the check of one noun went; `check` is what the ledger says, if it came so far.

    A noun that has no whole list is done, and nothing is said of it.
    """

    source: str
    noun: Noun
    state: RunState = RunState.DONE
    message: str = ""
    error_kind: ErrorKind = ErrorKind.OTHER
    check: Check | None = None
    nouns: dict[Noun, NounCounts] = field(default_factory=dict)
    """What the syncing and the repair changed."""
    wait: timedelta | None = None
    """How long the CRM asks us to stay away."""


class Reconciling:
    """One check of one noun of one source; the caller holds the ledger's lock."""

    def __init__(
        self,
        services: Services,
        source_id: int,
        noun: Noun,
        *,
        watch: Watch,
        repairs: bool | None = None,
    ) -> None:
        """`repairs`: whether to put differences right; as the source has it when None."""
        self._services = services
        self._database = services.database
        self._noun = noun
        self._watch = watch
        self._repairs = repairs
        self._came, self._is_whole = 0, False
        self._began, self._requests = monotonic(), 0
        with self._database.transaction() as session:
            self._source = SourceStore(session).by_id(source_id)
            session.flush()
            session.expunge_all()

    def run(self) -> Reconciled:
        """Walk, compare, write and repair; an error that ends it is told in the result.

        The walk writes nothing that others read, so syncs and webhooks of the source go on beside
        it; only what comes after it holds the source's lock. Busy when another process holds it.
        """
        result = Reconciled(self._source.name, self._noun)
        try:
            try:
                if not self._walk():
                    return result
                with self._alone():
                    self._stop_if_inactive()
                    self._settle(result)
            except NoRights as error:
                result.check = self._write_unknown(str(error), error.kind)
        except Stopped:
            result.state = RunState.STOPPED
        except RetryLater as error:
            result.state, result.wait = RunState.LATER, error.wait
            result.message, result.error_kind = str(error), error.kind
        except (NeedsPerson, WrongSettings, WrongUse) as error:
            result.state = RunState.FAILED
            result.message, result.error_kind = str(error), kind_of(error)
        finally:
            self._forget()
        return result

    def _alone(self) -> AbstractContextManager[None]:
        """Hold the source's lock; Busy when it is being pulled for long, which may be hours."""
        return self._database.alone(f"source {self._source.id}", wait=PATIENCE)

    def _walk(self) -> bool:
        """Note all that the CRM lists: nothing is stored and no cursor moves.

        False when there is no whole list: who is not in it might be there all the same.
        """
        self._forget()
        with closing(self._open()) as connector:
            facts = connector.nouns.get(self._noun)
            if facts is None or Deletions.ABSENCE not in facts.deletions:
                return False
            with self._alone():  # what is being pulled is not walked in vain
                pass
            pages = ahead(connector.pull(self._noun, None))
            for batch in kam_sync.intake.step.batches(pages):
                self._is_whole = batch.is_whole
                self._came += len(batch.records)
                with self._database.transaction() as session:
                    store = ComparingStore(session, self._source.id, self._noun)
                    store.put(self._entries(session, connector, batch.records))
                del batch
                self._watch(self._noun, self._came)
                self._stop_if_inactive()
            self._requests += connector.requests
        return True

    def _settle(self, result: Reconciled) -> None:
        """Compare, ask about what differs, write, repair.

        What the usual way brings is no difference, so a sync comes first; what moved during the
        walk is none either, so the CRM is asked for it by id as it is now.
        """
        if not self._came and not self._is_whole:
            result.check = self._write_unknown(_NOT_SHOWN, ErrorKind.OTHER)
            return
        is_equal = not self._differing()
        if not is_equal:
            self._catch_up(result)
        with closing(self._open()) as connector:
            is_asked = is_equal or self._correct(connector)
            if not is_asked and not self._is_whole:
                result.check = self._write_unknown(_NOT_SHOWN, ErrorKind.OTHER)
                return
            check = self._write()
            mending = Mending(self._services, self._source, self._noun, self._stop_if_inactive)
            if check.found and self._may_repair():
                check = mending.mend(connector, check, result.nouns, is_asked=is_asked)
            mending.tell(check)
            self._requests += connector.requests
        result.check = self._complete(check)

    def _catch_up(self, result: Reconciled) -> None:
        """Sync as usual."""
        watch = self._watch
        synced = Syncing(
            self._services,
            self._source.id,
            full=False,
            watch=lambda _source, _noun, _counts: watch(self._noun, self._came),
        ).run()
        result.nouns = synced.nouns
        self._requests += sum(counts.requests for counts in synced.nouns.values())
        match synced.state:
            case RunState.DONE:
                return
            case RunState.STOPPED:
                raise Stopped("while it was synced")
            case _:
                raise RetryLater(synced.message, wait=synced.wait, kind=synced.error_kind)

    def _correct(self, connector: Connector) -> bool:
        """Ask for what differs by id; False when it is too much, or there is nobody to ask."""
        with self._database.transaction() as session:
            store = ComparingStore(session, self._source.id, self._noun)
            ids = store.ids(most=MOST_ASKED + 1)
        if not ids:
            return True
        if not isinstance(connector, FetchesSome) or len(ids) > MOST_ASKED:
            return False
        for first in range(0, len(ids), _CHUNK):
            self._stop_if_inactive()
            self._watch(self._noun, self._came)
            chunk = ids[first : first + _CHUNK]
            found = self._fetch(connector, chunk)
            with self._database.transaction() as session:
                store = ComparingStore(session, self._source.id, self._noun)
                store.correct(chunk, self._entries(session, connector, found))
        return True

    def _fetch(self, connector: FetchesSome, ids: Sequence[str]) -> list[RawRecord]:
        wanted = set(ids)
        return [raw for raw in connector.get_many(self._noun, ids) if raw.external_id in wanted]

    def _entries(
        self, session: Session, connector: Connector, records: Sequence[RawRecord]
    ) -> Iterable[Entry]:
        """What the CRM has, as it is kept here: of people who were erased there are shadows."""
        source_id, translate = self._source.id, connector.translate
        seen = screened(self._services, session, source_id, self._noun, records, translate)
        named = (raw for raw in seen.records if not raw.external_id.startswith(NAMELESS))
        read = reading(kind_of_noun(self._noun), translate)
        return (entry_of(raw, digest_of(raw), read) for raw in named)

    def _differing(self) -> int:
        with self._database.transaction() as session:
            return ComparingStore(session, self._source.id, self._noun).count()

    def _write(self) -> Check:
        now = self._services.now()
        with self._database.transaction() as session:
            ledger = LedgerStore(session, self._source.id, self._noun)
            check = ledger.write(now.astimezone(self._services.zone).date(), now)
            session.expunge(check)
            return check

    def _write_unknown(self, message: str, kind: ErrorKind) -> Check:
        now = self._services.now()
        with self._database.transaction() as session:
            check = Check(
                id=0, source_id=self._source.id, noun=self._noun.value, checked_at=now,
                day=now.astimezone(self._services.zone).date(), state=LedgerState.UNKNOWN,
                message=message, error_kind=kind, seconds=self._seconds(), requests=self._requests,
            )  # fmt: skip
            found = LedgerStore(session, self._source.id, self._noun).write_unknown(check)
            session.expunge(found)
            return found

    def _complete(self, check: Check) -> Check:
        spent = {"seconds": self._seconds(), "requests": self._requests}
        with self._database.transaction() as session:
            found = LedgerStore(session, self._source.id, self._noun).change(check.id, spent)
            session.expunge(found)
            return found

    def _forget(self) -> None:
        with self._database.transaction() as session:
            ComparingStore(session, self._source.id, self._noun).forget()

    def _may_repair(self) -> bool:
        if self._repairs is not None:
            return self._repairs
        with self._database.transaction() as session:
            options = SourceStore(session).access(self._source.id).options
            return HouseOptions.among(options).repair

    def _open(self) -> Connector:
        with self._database.transaction() as session:
            access = SourceStore(session).access(self._source.id)
            session.expunge_all()
        return self._services.open(self._source, access)

    def _stop_if_inactive(self) -> None:
        with self._database.transaction() as session:
            state = SourceStore(session).by_id(self._source.id).state
        if state is not SourceState.ACTIVE:
            said = f"the source is {state.value}; nothing was compared"
            raise RetryLater(said, is_away=True, kind=ErrorKind.PAUSED)

    def _seconds(self) -> Decimal:
        return Decimal(str(round(monotonic() - self._began, 3)))
