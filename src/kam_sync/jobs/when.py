"""When a plan is due: pure, so that all replicas compute the same instants.

Intervals count from the epoch, crons follow the wall clock of their zone: an hour that exists twice
counts once, what falls into an hour that does not exist is due at its end.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from kam_sync.jobs.cron import trigger_of
from kam_sync.jobs.model import Plan

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT = timedelta(microseconds=1)
_LEAST_DEADLINE = timedelta(hours=2)
_LONGEST_RUN = timedelta(days=1)
_LOOK_BACK = tuple(timedelta(hours=h) for h in (1, 24, 24 * 40, 24 * 400, 24 * 366 * 9))


def newest(plan: Plan, name: str, now: datetime) -> datetime | None:
    """The newest instant that is due; None when there was none for years."""
    base = _newest(plan, now)
    while base is not None:
        due_at = _moved(plan, name, base)
        if due_at <= now:
            return due_at
        base = _newest(plan, base - _INSTANT)
    return None


def following(plan: Plan, name: str, moment: datetime) -> datetime | None:
    """The first instant after a moment; None when there is none any more."""
    before = _newest(plan, moment)
    if before is not None and (due_at := _moved(plan, name, before)) > moment:
        return due_at
    base = _following(plan, moment)
    return None if base is None else _moved(plan, name, base)


def upcoming(plan: Plan, name: str, moment: datetime) -> Iterator[datetime]:
    """All instants after a moment."""
    due_at = following(plan, name, moment)
    while due_at is not None:
        yield due_at
        due_at = following(plan, name, due_at)


def succeeds_by(
    plan: Plan, name: str, since: datetime, began_at: datetime | None = None
) -> datetime | None:
    """Until when a schedule must have succeeded, with no success since a moment.

    Without a deadline of its own: the third instant from then on, but two hours after the first at
    least. What has begun may take a day: a first load is long.
    """
    if plan.deadline is not None:
        by = since + plan.deadline
    else:
        instants = list(islice(upcoming(plan, name, since), 3))
        if not instants:
            return None
        by = max(instants[0] + _LEAST_DEADLINE, instants[-1])
    return by if began_at is None else max(by, began_at + _LONGEST_RUN)


def _moved(plan: Plan, name: str, base: datetime) -> datetime:
    """An instant with its jitter: always the same one, and before the next instant."""
    if not plan.jitter:
        return base
    after = _following(plan, base)
    most = plan.jitter if after is None else min(plan.jitter, after - base)
    digest = hashlib.sha256(f"{name} {base.timestamp():.0f}".encode()).digest()
    seconds = most.total_seconds() * int.from_bytes(digest[:4]) / 2**32
    return base + timedelta(seconds=int(seconds))


def _newest(plan: Plan, now: datetime) -> datetime | None:
    if plan.every is not None:
        return _EPOCH + (now - _EPOCH) // plan.every * plan.every
    trigger, zone = _clock(plan.cron or "", plan.zone)
    for back in _LOOK_BACK:
        found = None
        for wall in _walls(trigger, _wall(now - back, zone)):
            instant = _instant(wall, zone)
            if instant > now:
                break
            found = instant
        if found is not None:
            return found
    return None


def _following(plan: Plan, moment: datetime) -> datetime | None:
    if plan.every is not None:
        return _EPOCH + ((moment - _EPOCH) // plan.every + 1) * plan.every
    trigger, zone = _clock(plan.cron or "", plan.zone)
    instants = (_instant(wall, zone) for wall in _walls(trigger, _wall(moment, zone)))
    return next((instant for instant in instants if instant > moment), None)


@lru_cache(maxsize=4096)
def _clock(cron: str, zone: str) -> tuple[CronTrigger, ZoneInfo]:
    return trigger_of(cron), ZoneInfo(zone)


def _walls(trigger: CronTrigger, start: datetime) -> Iterator[datetime]:
    """What a wall clock shows at each instant, from a moment on.

    The trigger is asked as if there were no zones: asked in one, APScheduler comes back to the same
    instant for ever when the clock is set back.
    """
    wall = trigger.get_next_fire_time(None, start)
    while wall is not None:
        yield wall
        wall = trigger.get_next_fire_time(None, wall + _INSTANT)


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=UTC)


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """When a clock in the zone shows so for the first time, or has just skipped it."""
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    if _wall(instant, zone) == wall:
        return instant
    # The clock is put forward over it: look for the second in which that is done.
    late, early = instant, wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        early, late = (early, middle) if _wall(middle, zone) > wall else (middle, late)
    return late.replace(microsecond=0)
