"""From what a person writes to a plan that can be kept, or one line on why it cannot."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kam_sync.base.errors import WrongUse
from kam_sync.jobs.model import Plan
from kam_sync.jobs.spans import read_span
from kam_sync.jobs.when import following

_LEAST_EVERY, _MOST_EVERY = timedelta(minutes=1), timedelta(days=366)
_MOST_JITTER = timedelta(days=1)
_LEAST_DEADLINE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Wish:
    """When a step shall be due, as it was written; what is None stays as it is."""

    every: str | None = None
    cron: str | None = None
    zone: str | None = None
    jitter: str | None = None
    deadline: str | None = None
    """Empty: by the rule."""
    is_on: bool = True


def planned(wish: Wish, before: Plan, zone: str, now: datetime) -> Plan:
    """The plan before, changed as wished; a new cron is in `zone` if it does not say another."""
    if wish.every and wish.cron:
        raise WrongUse("give an interval or a cron, not both")
    changes: dict[str, object] = {"is_on": wish.is_on}
    if wish.every:
        changes |= {"every": _every(wish.every), "cron": None}
    if wish.cron:
        changes |= {"every": None, "cron": " ".join(wish.cron.split())}
        changes |= {} if before.cron else {"zone": zone}
    if wish.zone:
        changes["zone"] = _zone(wish.zone)
    if wish.jitter is not None:
        changes["jitter"] = _jitter(wish.jitter)
    if wish.deadline is not None:
        changes["deadline"] = _deadline(wish.deadline) if wish.deadline.strip() else None
    plan = before.model_copy(update=changes)
    if following(plan, "", now) is None:
        raise WrongUse(f"cron {plan.cron!r}: there is no such day")
    return plan


def _every(text: str) -> timedelta:
    every = read_span(text, "interval")
    if not _LEAST_EVERY <= every <= _MOST_EVERY:
        raise WrongUse(f"interval {text!r}: from one minute (1m) to a year (366d) is possible")
    return every


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text.strip()).key
    except (ValueError, OSError, LookupError) as error:
        raise WrongUse(f"zone {text!r}: no such time zone; e.g. Europe/Moscow or UTC") from error


def _jitter(text: str) -> timedelta:
    jitter = timedelta(0) if text.strip() in {"", "0"} else read_span(text, "jitter")
    if jitter > _MOST_JITTER:
        raise WrongUse(f"jitter {text!r}: up to a day (1d) is possible")
    return jitter


def _deadline(text: str) -> timedelta:
    deadline = read_span(text, "deadline")
    if deadline < _LEAST_DEADLINE:
        raise WrongUse(f"deadline {text!r}: five minutes (5m) at least")
    return deadline
