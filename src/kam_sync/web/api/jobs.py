"""The work that waits, runs and has ended within the last week."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from kam_sync.jobs import deciding, model
from kam_sync.jobs.model import JobStatus
from kam_sync.jobs.store import QueueStore
from kam_sync.kpi.values import Moment
from kam_sync.web import paging
from kam_sync.web.deps import AllSources, Reading
from kam_sync.web.paging import Cursor, Page, Paging, Text
from kam_sync.web.query import Asked

router = APIRouter(tags=["sources"])

_BY_ID = Cursor("jobs", paging.big_number)

JobId = Annotated[int, Path(ge=1, lt=2**63, description="Id of a job.")]


class JobQuery(Paging):
    """Which jobs are asked for."""

    source: Text | None = Field(default=None, description="Id or name of a source.")
    status: JobStatus | None = None


class Job(BaseModel):
    """A piece of work."""

    id: str
    task: str = Field(examples=["sync_source"])
    source: str | None = Field(description="Name of the source it is for.")
    status: JobStatus
    priority: int = Field(description="The higher goes first.")
    is_full: bool = Field(description="A sync that reads everything.")
    attempt: int = Field(description="How often it was tried before.")
    is_stopping: bool = Field(description="A person asked to stop it; it ends after its batch.")
    queued_at: Moment | None
    due_at: Moment | None = Field(description="Not before this time.")
    started_at: Moment | None
    ended_at: Moment | None


@router.get("/jobs")
def list_jobs(session: Reading, sources: AllSources, query: Asked[JobQuery]) -> Page[Job]:
    """Jobs, newest first."""
    after = _BY_ID.read(query.cursor)
    found = QueueStore(session).jobs(
        status=query.status,
        source_id=None if query.source is None else sources.named(query.source).id,
        before=None if after is None else int(after[0]),
        limit=query.limit + 1,
    )
    kept, cursor = paging.page(found, query.limit, lambda job: _BY_ID.write(job.id))
    return Page(items=[_job(job, sources.names) for job in kept], next_cursor=cursor)


@router.post("/jobs/{job_id}/cancel")
def cancel_job(session: Reading, sources: AllSources, job_id: JobId) -> Job:
    """Call off a job that waits; a running sync ends after its batch and does not come again."""
    return _job(deciding.cancel(session, job_id), sources.names)


@router.post("/jobs/{job_id}/retry", status_code=202)
def retry_job(session: Reading, sources: AllSources, job_id: JobId) -> Job:
    """Queue a job that has ended once more; 409 when one like it is waiting already."""
    return _job(deciding.retry(session, job_id), sources.names)


def _job(job: model.Job, names: dict[int, str]) -> Job:
    source = None if job.source_id is None else names.get(job.source_id)
    return Job(**{**asdict(job), "id": str(job.id), "source": source})
