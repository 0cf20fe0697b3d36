"""What is an incident: a schedule that has not succeeded for too long, a source that stopped."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from kam_sync.alerts.model import IncidentKind
from kam_sync.alerts.store import IncidentStore
from kam_sync.base.command import command
from kam_sync.base.db import Session
from kam_sync.connecting import way_back
from kam_sync.intake.model import SourceState
from kam_sync.intake.store import GrantStore, SourceStore
from kam_sync.jobs.deadman import overdue_since
from kam_sync.jobs.model import Plan, Schedule
from kam_sync.jobs.planning import HOUSE

_STOPPED = {SourceState.NEEDS_PERSON, SourceState.NEEDS_REAUTH}
_US = "kam_sync"
"""What stands for the source in the sentence about a step of the house."""


def watch(
    session: Session,
    timetable: Iterable[tuple[Schedule, Plan]],
    names: Mapping[int, str],
    now: datetime,
) -> None:
    """Open an incident for what is overdue, and resolve those of all else.

    Args:
        timetable: all that is kept; what is not among it was paused or switched off.
        names: the names of the sources.
    """
    incidents = IncidentStore(session)
    overdue = set()
    for schedule, plan in timetable:
        since = overdue_since(schedule, plan, now)
        if since is not None:
            overdue.add(schedule.subject)
            facts = _facts(schedule, since, names)
            incidents.open(
                IncidentKind.OVERDUE, schedule.subject, facts, now, source_id=schedule.source_id
            )
    for subject in incidents.open_subjects(IncidentKind.OVERDUE) - overdue:
        incidents.resolve(IncidentKind.OVERDUE, subject, now)


def watch_sources(session: Session, now: datetime) -> None:
    """Open an incident for each source that needs a person, and resolve those of all others."""
    incidents, granted = IncidentStore(session), GrantStore(session).sources()
    stopped = set()
    for source in SourceStore(session).all():
        if source.state in _STOPPED:
            subject = f"source:{source.id}"
            stopped.add(subject)
            facts = {
                "source": source.name,
                "state": source.state.value,
                "trouble": source.error_kind.value,
                "error": source.state_reason,
                "command": way_back(source, is_granted=source.id in granted),
            }
            incidents.open(IncidentKind.SOURCE_STOPPED, subject, facts, now, source_id=source.id)
    for subject in incidents.open_subjects(IncidentKind.SOURCE_STOPPED) - stopped:
        incidents.resolve(IncidentKind.SOURCE_STOPPED, subject, now)


def _facts(schedule: Schedule, since: datetime, names: Mapping[int, str]) -> dict[str, str]:
    source = None if schedule.source_id is None else names[schedule.source_id]
    return {
        "source": source or _US,
        "step": schedule.step.value,
        "since": since.isoformat(),
        "error": schedule.last_message,
        "command": command(f"schedule list {source or HOUSE}"),
    }
