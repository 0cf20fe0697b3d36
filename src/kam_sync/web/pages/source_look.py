"""What the pages of sources show of one: how it stands, how far a sync is, what is to be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from connectors import Noun
from kam_sync import deciding, field_map, subscribing
from kam_sync.accounts.model import SetAside
from kam_sync.accounts.store import AccountStore, records_of
from kam_sync.base.db import Session, is_limited
from kam_sync.connecting import way_back
from kam_sync.intake.model import Run, RunState, Source, SourceState, Standing
from kam_sync.intake.progress import NounProgress
from kam_sync.intake.store import RunStore, SourceStore, TurnStore, progress_of
from kam_sync.ledger.model import Check
from kam_sync.ledger.store import LedgerBook
from kam_sync.web.deps import Sources
from kam_sync.web.timing import NextSync
from kam_sync.wiring import Services, takes_files, takes_rows

_ORDER = {noun.value: place for place, noun in enumerate(Noun)}
_SET_ASIDE_SHOWN = 20
_KEPT = 60.0
"""Seconds that counts are kept: counting a million records takes longer than all else here."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What takes long to count."""

    records: Mapping[str, int]
    """How many of each noun are here and not deleted."""
    deals_without_account: int


class Counted:
    """Counts of each source, made anew when a sync has ended, and each minute."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[int, float, Counts]] = {}

    def of(self, session: Session, source_id: int, last_sync: int) -> Counts:
        """Those of a source whose newest sync is `last_sync`."""
        kept = self._kept.get(source_id)
        if is_limited(session):  # what somebody sees of them is not for all
            return _counted(session, source_id)
        if kept is not None and kept[0] == last_sync and monotonic() - kept[1] < _KEPT:
            return kept[2]
        made = _counted(session, source_id)
        self._kept[source_id] = (last_sync, monotonic(), made)
        return made


def _counted(session: Session, source_id: int) -> Counts:
    return Counts(
        records_of(session, source_id), AccountStore(session).deals_without_account(source_id)
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """How far the sync that runs is with one kind of record."""

    noun: str
    read: int
    of: int | None
    """Out of how many, where that is known."""
    is_over: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What the pages show of a source."""

    source: Source
    last: Run | None
    """The newest sync as a whole."""
    is_mended: bool
    """What stopped it has been put right by a person, and it has not been tried since."""
    last_good: Run | None
    lag: timedelta | None
    """How old what we have of the kind that is behind most may be."""
    nouns: list[NounProgress]
    counts: Counts
    bars: list[Bar]
    is_running: bool
    next_at: datetime | None
    is_waiting: bool
    """The next sync is in the queue and begins in its turn."""
    set_aside: list[SetAside]
    set_aside_count: int
    standing: Standing
    map: field_map.Shown
    held: list[deciding.HeldDeletion]
    way_back: str
    is_token_ending: bool
    webhooks: subscribing.Shown | None
    """None where the CRM cannot be asked to call us."""
    checks: list[Check]
    """The newest reconciliation of each kind of record."""
    takes_files: bool
    """Its profile reads files that people drop."""
    sees_all: bool
    """False when who let us in is no administrator."""


@dataclass(frozen=True, slots=True)
class Looking:
    """Looks at sources within one request."""

    session: Session
    services: Services
    sources: Sources
    next_sync: NextSync
    counted: Counted

    def at(self, source: Source) -> Shown:
        """All that is shown of a source."""
        session, now = self.session, self.services.now()
        store, runs = AccountStore(session), RunStore(session)
        running, last = runs.running(source.id), runs.last_sync(source.id)
        next_at = self.next_sync(session, source.id, now)
        access = SourceStore(session).access(source.id)
        counts = self.counted.of(session, source.id, 0 if last is None else last.id)
        nouns = sorted(progress_of(session, source.id), key=lambda one: _ORDER.get(one.noun, 99))
        if takes_rows(source.kind):
            nouns = [one for one in nouns if counts.records.get(one.noun)]
        checks = LedgerBook(session).newest(source.id)
        return Shown(
            source=source,
            last=last,
            is_mended=_is_mended(source, last),
            last_good=runs.last_sync(source.id, state=RunState.DONE),
            lag=_lag(nouns, now),
            nouns=nouns,
            counts=counts,
            bars=_bars(running, nouns, counts, checks),
            is_running=running is not None,
            next_at=next_at,
            is_waiting=running is None and next_at is not None and next_at <= now,
            set_aside=store.set_aside(source.id, limit=_SET_ASIDE_SHOWN),
            set_aside_count=sum(store.set_aside_counts(source.id).values()),
            standing=TurnStore(session).standing(source.turn_key, now, self.services.zone),
            map=field_map.look(session, source.id),
            held=deciding.waiting(session, source.id),
            way_back=way_back(source, is_granted=source.id in self.sources.granted),
            is_token_ending=source.is_token_ending(now),
            webhooks=subscribing.look(self.services, session, source),
            checks=checks,
            takes_files=takes_files(source.kind, access.options),
            sees_all=access.sees_all,
        )


def _is_mended(source: Source, last: Run | None) -> bool:
    """A sync that fails for a reason we know stops the source until a person goes on with it."""
    has_stopped = last is not None and last.state is RunState.FAILED and bool(last.error_kind)
    return has_stopped and source.state is SourceState.ACTIVE


def _lag(nouns: list[NounProgress], now: datetime) -> timedelta | None:
    lags = [one.lag(now) for one in nouns if not one.end.is_not_offered]
    known = [lag for lag in lags if lag is not None]
    return max(known, default=None)


def _bars(
    running: Run | None, nouns: list[NounProgress], counts: Counts, checks: list[Check]
) -> list[Bar]:
    """Those of the sync that runs.

    What it reads of a kind that was loaded before is what has changed, and nobody knows how much
    that is. A first load is measured by what the CRM had when both sides were compared last, or by
    what an earlier load brought before it was cut short.
    """
    if running is None:
        return []
    there = {check.noun: check.there for check in checks}
    found = []
    for one in nouns:
        if one.began_at < running.started_at:
            continue
        read, is_over = int(one.counts.get("read", 0)), one.state is not RunState.RUNNING
        known = max(there.get(one.noun, 0), counts.records.get(one.noun, 0))
        is_known = one.loaded_at is None and known >= max(read, 1)
        found.append(Bar(one.noun, read, known if is_known else None, is_over))
    return found
