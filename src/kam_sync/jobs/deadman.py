"""Whether the work of a schedule has not succeeded for too long."""

from datetime import datetime

from kam_sync.jobs.model import DARK, Plan, Schedule
from kam_sync.jobs.when import succeeds_by


def due_by(schedule: Schedule, plan: Plan) -> datetime | None:
    """When it is overdue unless it succeeds.

    The time while it was in no timetable does not count: paused, off, or nothing ran at all.
    """
    last = schedule.last_success_at
    since = schedule.kept_since if last is None else max(last, schedule.kept_since)
    return succeeds_by(plan, schedule.name, since, schedule.began_at)


def overdue_since(schedule: Schedule, plan: Plan, now: datetime) -> datetime | None:
    """Since when an overdue schedule has not succeeded; None while it may still take its time."""
    if not plan.is_on or schedule.seen_at < now - DARK:
        return None
    by = due_by(schedule, plan)
    return None if by is None or by >= now else schedule.last_success_at or schedule.kept_since
