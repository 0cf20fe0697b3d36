"""Matches what is due, in transactions of bearable size; or all anew, telling how far it is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic

from kam_sync.accounts import believing
from kam_sync.base.db import Session
from kam_sync.base.errors import Stopped
from kam_sync.base.report import Report
from kam_sync.matching import people_step, step
from kam_sync.matching.model import Phase, Progress, RematchState
from kam_sync.matching.step import Watch
from kam_sync.matching.store import RematchStore
from kam_sync.wiring import Services

_OFTEN = 1.0
"""Seconds between two words about how far it is."""


def match_due(services: Services, watch: Watch) -> tuple[Report, Report]:
    """Make accounts of companies and people of contacts; the caller holds the lock of matching.

    Returns:
        What became of companies, and of contacts.
    """
    database = services.database
    more = True
    while more:
        with database.transaction() as session:
            more = believing.follow(session, services.now())
    _learn(services, step.learn, Phase.COMPANIES, watch)
    with database.transaction() as session:
        companies = step.match_due(session, services.now(), watch)
    _learn(services, people_step.learn, Phase.CONTACTS, watch)
    with database.transaction() as session:
        return companies, people_step.match_due(session)


@dataclass(frozen=True, slots=True)
class Rematched:
    """How comparing all anew ended; of companies and contacts, when it came to its end."""

    state: RematchState
    reports: tuple[Report, ...] = ()


class Rematching:
    """Compares all companies and contacts once more; the caller holds the lock of matching."""

    def __init__(self, services: Services, by: str, watch: Watch) -> None:
        self._services = services
        self._by = by
        self._watch = watch
        self._id = 0
        self._totals: dict[Phase, int] = {}
        self._told_at = 0.0

    def run(self) -> Rematched:
        """Do it; what fails is noted as failed, and raised."""
        with self._services.database.transaction() as session:
            self._totals = {
                Phase.COMPANIES: step.begin_anew(session),
                Phase.CONTACTS: people_step.begin_anew(session),
            }
            begun = Progress(Phase.COMPANIES, 0, self._totals[Phase.COMPANIES])
            self._id = RematchStore(session).begin(self._by, begun, self._services.now())
        try:
            companies, contacts = match_due(self._services, self._note)
        except Stopped:
            self._end(RematchState.STOPPED, {})
            return Rematched(RematchState.STOPPED)
        except BaseException as error:
            is_ended = isinstance(error, KeyboardInterrupt)
            self._end(RematchState.STOPPED if is_ended else RematchState.FAILED, {})
            raise
        found = {
            "companies": companies.counts["read"],
            "contacts": contacts.counts["read"],
            "compared": companies.counts["compared"] + contacts.counts["compared"],
            "changed": companies.counts["changed"] + contacts.counts["changed"],
        }
        self._end(RematchState.DONE, found)
        return Rematched(RematchState.DONE, (companies, contacts))

    def _note(self, progress: Progress) -> None:
        total = progress.total or self._totals.get(progress.phase, 0)
        progress = replace(progress, done=min(progress.done, total), total=total)
        self._watch(progress)
        if monotonic() - self._told_at >= _OFTEN:
            with self._services.database.transaction() as session:
                RematchStore(session).note(self._id, progress, self._services.now())
            self._told_at = monotonic()

    def _end(self, state: RematchState, found: dict[str, int]) -> None:
        with self._services.database.transaction() as session:
            RematchStore(session).end(self._id, state, self._services.now(), found)


def _learn(
    services: Services, learn: Callable[[Session], bool], phase: Phase, watch: Watch
) -> None:
    done, more = 0, True
    while more:
        with services.database.transaction() as session:
            more = learn(session)
        done += step.BATCH
        watch(Progress(phase, done))
