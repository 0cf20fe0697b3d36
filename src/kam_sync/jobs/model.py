"""Words of work: a job of the queue, as people look at it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
    status: JobStatus
    priority: int
    attempt: int
    """How often it was tried before, by retries and after deaths of workers."""
    is_stopping: bool
    """A person asked to stop it, and it has not ended yet."""
    queued_at: datetime | None
    due_at: datetime | None
    """Not before this time."""
    started_at: datetime | None
    ended_at: datetime | None
