"""Steps 1 and 2 for one source: batch after batch, noun after noun, each in its own transaction."""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import partial
from time import monotonic
from typing import Any

import kam_sync.intake.absence
import kam_sync.intake.step
from connectors import (
    Connector,
    Deletions,
    ErrorKind,
    FetchesSome,
    KnowsItself,
    NeedsPerson,
    NoRights,
    Noun,
    RetryLater,
    SubscribesHooks,
)
from kam_sync.accounts.store import LeavingStore, MergingStore, SavingStore
from kam_sync.asking import refuse_another
from kam_sync.base.db import Merged
from kam_sync.base.errors import Stopped, WrongSettings, WrongUse
from kam_sync.confirming import Confirming
from kam_sync.granting import kind_of, state_after
from kam_sync.intake.ahead import ahead
from kam_sync.intake.model import NounCounts, NounEnd, Origin, RunState, Source, SourceState
from kam_sync.intake.step import Batch
from kam_sync.intake.store import (
    AnnouncedStore,
    HintStore,
    RawStore,
    RunStore,
    SourceStore,
    WalkStore,
)
from kam_sync.listening import Listening
from kam_sync.pausing import stop_if_paused
from kam_sync.screening import screened_batch
from kam_sync.translating import translate_all, translate_batch
from kam_sync.wiring import Services

_MOST_DANGLING = 1_000
_UNEXPECTED = "ended before its time; see the log"

Watch = Callable[[Source, Noun, NounCounts], None]
"""Told after every stored batch, for progress bars."""


@dataclass(slots=True)
class SyncResult:
    """How one sync of one source went."""

    source: str
    state: RunState = RunState.DONE
    message: str = ""
    error_kind: ErrorKind = ErrorKind.OTHER
    nouns: dict[Noun, NounCounts] = field(default_factory=dict)
    ends: dict[Noun, NounEnd] = field(default_factory=dict)
    """Of the nouns that were pulled."""
    wait: timedelta | None = None
    """How long the CRM asks us to stay away."""

    @property
    def is_fine(self) -> bool:
        """All was read that the CRM offers."""
        ends = self.ends.values()
        is_whole = all(end.state is RunState.DONE or end.is_not_offered for end in ends)
        return self.state is RunState.DONE and is_whole


class Syncing:
    """One sync of one source; the caller holds the source's lock."""

    def __init__(
        self, services: Services, source_id: int, *, full: bool, watch: Watch | None
    ) -> None:
        self._services, self._database = services, services.database
        self._full, self._watch = full, watch
        self._began = services.now()
        self._runs: dict[Noun, int] = {}
        self._ends: dict[Noun, NounEnd] = {}
        self._listening = Listening(services, source_id)
        with self._database.transaction() as session:
            RunStore(session).abandon(source_id, services.now())
            self._source = SourceStore(session).by_id(source_id)
            self._access = SourceStore(session).access(source_id)
            session.flush()
            session.expunge_all()

    def run(self) -> SyncResult:
        """Pull and translate every noun; an error that ends it is told in the result."""
        result = SyncResult(self._source.name, RunState.FAILED, _UNEXPECTED, ends=self._ends)
        run_id = self._begin()
        try:
            with self._listening, closing(self._open()) as connector:
                self._sync_nouns(connector, result)
        except Stopped:
            result.state, result.message = RunState.STOPPED, ""
        except RetryLater as error:
            _put_off(result, error)
        except (NeedsPerson, WrongSettings, WrongUse) as error:
            result.message, result.error_kind = str(error), kind_of(error)
            self._judge(state_after(error), str(error), kind_of(error))
        finally:
            self._end(run_id, result.state, {}, result.message, result.error_kind)
        for noun, heard in self._listening.nouns.items():
            result.nouns.setdefault(noun, NounCounts()).add(heard)
        return result

    def _sync_nouns(self, connector: Connector, result: SyncResult) -> None:
        """Every noun; one that must wait does not keep the others waiting."""
        messages, later = [], None
        for noun in connector.nouns:
            result.nouns[noun] = counts = NounCounts()
            try:
                messages.append(self._sync_noun(connector, noun, counts))
            except RetryLater as error:
                if error.is_away:
                    raise
                later = later or (noun, error)
        messages.append(self._confirm(connector, result.nouns, is_complete=later is None))
        if later:
            _put_off(result, later[1], f"{later[0]}: ")
            return
        result.state = RunState.DONE
        result.message = next((said for said in messages if said), "")
        if self._source.state in {SourceState.NEEDS_PERSON, SourceState.NEEDS_REAUTH}:
            self._judge(SourceState.ACTIVE)

    def _confirm(
        self, connector: Connector, nouns: Mapping[Noun, NounCounts], *, is_complete: bool
    ) -> str:
        """Ask about what hints name: deletions, merges, and records that are named and not here."""
        source_id, now = self._source.id, self._services.now()
        noted = {noun: counts.model_copy() for noun, counts in nouns.items()}
        has_news = any(n.created or n.updated for n in nouns.values())
        if isinstance(connector, FetchesSome) and is_complete and has_news:
            with self._database.transaction() as session:
                named = MergingStore(session, source_id).dangling(
                    since=self._began, limit=_MOST_DANGLING
                )
                HintStore(session, source_id).note(named, Origin.NAMED, now)
        confirming = Confirming(self._services, source_id, connector, nouns, self._stop_if_paused)
        try:
            said = confirming.run()
            for noun in sorted(confirming.unclear):
                self._sync_noun(connector, noun, nouns[noun])
            return confirming.run() if confirming.unclear else said
        finally:
            with self._database.transaction() as session:
                for noun, run_id in self._runs.items():
                    if nouns[noun] != noted[noun]:
                        RunStore(session).note(run_id, nouns[noun].model_dump(mode="json"))

    def _open(self) -> Connector:
        connector = self._services.open(self._source, self._access)
        try:
            return self._ask_who_it_is(connector)
        except BaseException:
            connector.close()
            raise

    def _ask_who_it_is(self, connector: Connector) -> Connector:
        """When the account's settings have changed, open it anew and translate all again."""
        if not isinstance(connector, KnowsItself):
            return connector
        about = connector.about()
        refuse_another(self._source, about)
        with self._database.transaction() as session:
            sources = SourceStore(session)
            if not sources.learn(
                self._source.id, account=about.account, name=about.name, facts=about.facts
            ):
                return connector
            SavingStore(session, self._source.id).translate_again()
        connector.close()
        with self._database.transaction() as session:
            access = SourceStore(session).access(self._source.id)
            session.expunge_all()
        return self._services.open(self._source, access)

    def _sync_noun(self, connector: Connector, noun: Noun, counts: NounCounts) -> str:
        """Pull and translate one noun; returns what people should know of it, mostly nothing."""
        began, asked, run_id = monotonic(), connector.requests, self._begin(noun)
        self._runs[noun] = run_id
        state, message, kind = RunState.FAILED, _UNEXPECTED, ErrorKind.OTHER
        try:
            self._pull(connector, noun, counts, run_id)
            state, message = RunState.DONE, ""
        except NoRights as error:
            message, kind = str(error), error.kind
        except Stopped:
            state, message = RunState.STOPPED, ""
            raise
        except RetryLater as error:
            state, message, kind = RunState.LATER, str(error), error.kind
            raise
        except NeedsPerson as error:
            message, kind = str(error), error.kind
            raise
        finally:
            counts.seconds += Decimal(str(round(monotonic() - began, 3)))
            counts.requests += connector.requests - asked
            self._ends[noun] = NounEnd(state, message, kind)
            self._end(run_id, state, counts.model_dump(mode="json"), message, kind)
        return f"{noun}: {message}" if message else ""

    def _pull(self, connector: Connector, noun: Noun, counts: NounCounts, run_id: int) -> None:
        source_id = self._source.id
        with self._database.transaction() as session:
            raws = RawStore(session, source_id)
            cursor = None if self._full else raws.cursor(noun)
            if cursor is None:
                raws.forget_nameless(noun)
                SavingStore(session, source_id).forget_nameless(noun)
            is_loaded = raws.is_loaded(noun)
            is_on, is_whole = WalkStore(session, source_id, noun).goes_on(cursor), False
        is_told = isinstance(connector, SubscribesHooks) and noun in connector.hook_nouns
        told = is_told and is_loaded and cursor is not None
        more_waits = True
        self._listening.begin(noun)
        batches = kam_sync.intake.step.batches(ahead(connector.pull(noun, cursor)))
        for batch in map(partial(self._doubting, noun), batches):
            now = self._services.now()
            with self._database.transaction() as session:
                seen = screened_batch(self._services, session, source_id, connector, batch)
                merged = kam_sync.intake.step.run(session, source_id, noun, seen, now, is_on=is_on)
                counts.count(len(batch.records), merged.created, merged.updated)
                RunStore(session).note(run_id, counts.model_dump(mode="json"))
                if told and merged != Merged() and not batch.is_whole:
                    AnnouncedStore(session, source_id).note_polled(noun, batch.ids, now)
            is_on = is_whole = batch.is_whole
            del batch, seen  # the same records are read from the database now: one copy is enough
            more_waits = translate_batch(self._services, source_id, connector, noun, counts)
            self._go_on(noun, counts)
            self._listen(noun, counts)
        if more_waits:
            translate_all(self._services, source_id, connector, noun, counts)
        if is_whole and Deletions.ABSENCE in connector.nouns[noun].deletions:
            with self._database.transaction() as session:
                left = partial(LeavingStore(session, source_id).left, noun)
                report = kam_sync.intake.absence.run(
                    session, source_id, noun, self._services.now(), left=left
                )
            counts.held += report.counts["held"]
        if not is_loaded:
            with self._database.transaction() as session:
                RawStore(session, source_id).note_loaded(noun, self._services.now())

    def _doubting(self, noun: Noun, batch: Batch) -> Batch:
        """What was fetched by id while the list was read is newer than its pages read ahead."""
        return batch.doubting(self._listening.asked(noun))

    def _go_on(self, noun: Noun, counts: NounCounts) -> None:
        """Tell how far we are; who is told may raise Stopped."""
        if self._watch:
            self._watch(self._source, noun, counts)
        self._stop_if_paused()

    def _listen(self, noun: Noun, counts: NounCounts) -> None:
        """Fetch what webhooks tell of; those of a paused source wait for it."""
        if self._source.state is not SourceState.PAUSED:
            self._listening.look(lambda: self._go_on(noun, counts))

    def _stop_if_paused(self) -> None:
        """Stop for a person who paused the source meanwhile; a paused one is pulled by hand."""
        if self._source.state is not SourceState.PAUSED:
            stop_if_paused(self._services, self._source.id)

    def _begin(self, noun: Noun | None = None) -> int:
        """Write down that the sync, or its part for a noun, has begun."""
        now, name = self._services.now(), noun.value if noun else ""
        with self._database.transaction() as session:
            return RunStore(session).begin("sync", now, source_id=self._source.id, noun=name)

    def _end(
        self, run_id: int, state: RunState, counts: dict[str, Any], message: str, kind: ErrorKind
    ) -> None:
        with self._database.transaction() as session:
            RunStore(session).end(run_id, state, self._services.now(), counts, message, kind)

    def _judge(
        self, state: SourceState, reason: str = "", kind: ErrorKind = ErrorKind.OTHER
    ) -> None:
        token = self._access.sealed_token
        with self._database.transaction() as session:
            SourceStore(session).judge(self._source.id, token, state, reason, kind)


def _put_off(result: SyncResult, error: RetryLater, where: str = "") -> None:
    """Come again later, and say why."""
    result.state, result.wait = RunState.LATER, error.wait
    result.message, result.error_kind = f"{where}{error}", error.kind
