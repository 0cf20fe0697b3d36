"""Words of time and work: a step, its plan, a schedule and how it goes; a job of the queue."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from sqlmodel import SQLModel

from kam_sync.base import fields

DARK = timedelta(minutes=5)
"""What no scheduler had in its timetable for so long was paused, or all of them were dead."""


class Step(StrEnum):
    """What is done on schedule."""

    SYNC = "sync"
    FULL = "full"
    HOOKS = "hooks"
    RECONCILE = "reconcile"
    MEASURE = "measure"
    GRANTS = "grants"
    HOUSEKEEPING = "housekeeping"

    @property
    def is_of_house(self) -> bool:
        """True for what is done once for all sources."""
        return self in {Step.MEASURE, Step.GRANTS, Step.HOUSEKEEPING}


Key = tuple[Step, int | None]
"""A step, and the source it is of; None is the house."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who asked for a job; both are empty of what asks for itself."""

    request_id: str = ""
    trace_parent: str = ""


class Plan(BaseModel):
    """When a step is due: in intervals of `every`, or as `cron` says in the zone."""

    model_config = ConfigDict(frozen=True)

    every: timedelta | None = None
    cron: str | None = None
    """Five fields: minute, hour, day of the month, month, weekday (0 and 7 are Sunday)."""
    zone: str = "UTC"
    jitter: timedelta = timedelta(0)
    """Each instant is put off by up to so much, so that not all sources begin at once."""
    deadline: timedelta | None = None
    """Without a success for so long it is overdue; None: the third instant in a row is missed."""
    is_on: bool = True


class Result(StrEnum):
    """How the work of a schedule ended."""

    DONE = "done"
    LATER = "later"
    """It could not be done now and comes again by itself."""
    FAILED = "failed"


class Schedule(SQLModel):
    """A step of a source, or of the house, and how it goes."""

    name: str
    """Its key, as ticks name it: "sync:3", "measure"."""
    step: Step = fields.choice(Step)
    source_id: int | None = None
    plan_set: dict[str, object] | None = None
    """The plan that a person set; None is the default of the step."""
    changed_by: str = ""
    made_at: datetime = fields.moment()
    """When it was made or last changed: it fires for nothing before that."""
    seen_at: datetime = fields.moment()
    """When a scheduler last had it in its timetable."""
    kept_since: datetime = fields.moment()
    """Since when schedulers have it in their timetables without a pause."""
    began_at: datetime | None = fields.moment(default=None)
    """When the work that runs now began, be it done by a second worker after the first died."""
    last_success_at: datetime | None = fields.moment(default=None)
    last_ended_at: datetime | None = fields.moment(default=None)
    last_result: Result | None = fields.choice(Result, default=None)
    last_message: str = ""

    @property
    def key(self) -> Key:
        """What it is of."""
        return self.step, self.source_id

    @property
    def subject(self) -> str:
        """What incidents about it are about."""
        return subject_of(self.step, self.source_id)

    def plan(self, default: Plan) -> Plan:
        """When it is due."""
        return default if self.plan_set is None else Plan.model_validate(self.plan_set)


def subject_of(step: str, source_id: int | None) -> str:
    """What incidents about a step are about: "source:3/sync", "house/measure"."""
    return f"house/{step}" if source_id is None else f"source:{source_id}/{step}"


def name_of(step: Step, source_id: int | None) -> str:
    """The key of a schedule."""
    return step.value if source_id is None else f"{step.value}:{source_id}"


class JobStatus(StrEnum):
    """How a job stands; the words are the queue's own."""

    WAITING = "todo"
    RUNNING = "doing"
    DONE = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    STOPPED = "aborted"
    """Ended early: stopped by a person, or handed over to another worker."""


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work that is queued, runs, or has ended within the last week."""

    id: int
    task: str
    source_id: int | None
    target_id: int | None
    channel_id: int | None
    status: JobStatus
    priority: int
    is_full: bool
    """A sync that reads everything."""
    attempt: int
    """How often it was tried before, by retries and after deaths of workers."""
    is_stopping: bool
    """A person asked to stop it, and it has not ended yet."""
    queued_at: datetime | None
    due_at: datetime | None
    """Not before this time."""
    started_at: datetime | None
    ended_at: datetime | None
