"""Whether this process can answer requests, and what of it is not as it should be.

Readiness takes a process out of service, so it fails for what no request could do without, and for
nothing else: a backlog or a dead worker is not mended by closing the pages, too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from time import monotonic
from typing import Any

from kam_sync.base.command import command
from kam_sync.base.db import Session
from kam_sync.base.db.migrate import newest_revision, revision_of
from kam_sync.base.errors import DatabaseTrouble
from kam_sync.jobs.serving import Running, live_workers, waits_for
from kam_sync.wiring import Services

_KEPT_FOR = 1.0
"""Seconds; however many probes come, the database is asked once in so long."""
_OLD = timedelta(minutes=30)
"""So long no job waits for a free worker alone."""
_SILENT = timedelta(minutes=3)
"""The worker is heard every five seconds, the scheduler every thirty: no pause is that long."""


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was looked at."""

    what: str
    reason: str
    is_ok: bool = True
    is_needed: bool = False
    """Without it no request can be answered."""


@dataclass(frozen=True, slots=True)
class Found:
    """All that was looked at."""

    looks: tuple[Look, ...]

    @property
    def is_ready(self) -> bool:
        """Whether requests can be answered."""
        return all(look.is_ok for look in self.looks if look.is_needed)

    def as_dict(self) -> dict[str, Any]:
        """As the answer has it."""
        reasons = [f"{look.what}: {look.reason}" for look in self.looks if not look.is_ok]
        return {
            "status": ("degraded" if reasons else "ready") if self.is_ready else "not ready",
            "reason": "; ".join(reasons),
            "checks": {one.what: {"ok": one.is_ok, "reason": one.reason} for one in self.looks},
        }


class Readiness:
    """Looks at this process; `at_work` is its worker and scheduler, if it has any."""

    def __init__(self, services: Services, at_work: Running | None = None) -> None:
        self._services = services
        self._at_work = at_work
        self._one_at_a_time = Lock()
        self._found: tuple[float, Found] | None = None

    @property
    def is_broken(self) -> bool:
        """True when only a new process helps."""
        return self._at_work is not None and self._at_work.is_broken

    def look(self) -> Found:
        """What is found now, or was a second ago."""
        with self._one_at_a_time:
            if self._found is None or monotonic() - self._found[0] > _KEPT_FOR:
                self._found = (monotonic(), Found(tuple(self._looks())))
            return self._found[1]

    def _looks(self) -> Iterator[Look]:
        workers: int | None = None
        found = []
        try:
            with self._services.database.aside() as session:
                found.append(Look("database", "it answers", is_needed=True))
                found.append(_schema(session))
                if found[-1].is_ok:
                    workers = live_workers(session)
                    found.append(_queue(waits_for(session)))
        except DatabaseTrouble:
            missing = "database" if not found else "queue"
            reason = "the database does not answer" if not found else "its tables do not answer"
            found.append(Look(missing, reason, is_ok=False, is_needed=True))
        yield from found
        if self._at_work is None:
            yield _elsewhere(workers)
        else:
            yield _part("worker", self._at_work.worker.silence, self._at_work.worker.is_running)
            clock = self._at_work.scheduler
            yield _part("scheduler", clock.silence, clock.is_running)


def _schema(session: Session) -> Look:
    has, needs = revision_of(session) or "none", newest_revision()
    if has == "none" or has < needs:
        reason = f"it is at {has}, this release needs {needs}: run {command('migrate')}"
        return Look("schema", reason, is_ok=False, is_needed=True)
    later = "" if has == needs else ", made by a later release"
    return Look("schema", f"{has}{later}", is_needed=True)


def _queue(oldest: timedelta) -> Look:
    minutes = oldest // timedelta(minutes=1)
    return Look("queue", f"the oldest job that could begin waits for {minutes} min", oldest < _OLD)


def _part(what: str, silence: timedelta, is_running: bool) -> Look:
    if not is_running:
        return Look(what, "it has ended: start this process again", is_ok=False)
    if silence > _SILENT:
        return Look(what, f"no sign of life for {silence // timedelta(seconds=1)} s", is_ok=False)
    return Look(what, "it runs in this process")


def _elsewhere(workers: int | None) -> Look:
    """A process that serves pages alone says what it does not run, and whether somebody does."""
    said = "this process runs neither worker nor scheduler"
    if workers is None:
        return Look("worker", f"{said}; whether others do is not known")
    if not workers:
        return Look("worker", f"{said}, and no other process does: nothing is synced", is_ok=False)
    return Look("worker", f"{said}; {workers} alive elsewhere")
