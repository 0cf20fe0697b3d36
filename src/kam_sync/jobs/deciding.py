"""What a person does with a job: stop it, or have it done once more."""

from kam_sync.base.db import Session
from kam_sync.base.errors import Busy, WrongUse
from kam_sync.jobs.model import Job, JobStatus
from kam_sync.jobs.store import QueueStore

_IS_OVER = {JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.STOPPED}


def cancel(session: Session, job_id: int) -> Job:
    """Call off a job that waits; one that runs ends after its batch and does not come again.

    WrongUse when it has ended already.
    """
    store = QueueStore(session)
    job = store.job(job_id)
    if not store.cancel(job_id):
        raise WrongUse(f"job {job_id}: it has ended already ({job.status.value})")
    return store.job(job_id)


def retry(session: Session, job_id: int) -> Job:
    """Queue a job that has ended once more; Busy when one like it is waiting already."""
    store = QueueStore(session)
    job = store.job(job_id)
    if job.status not in _IS_OVER:
        raise WrongUse(f"job {job_id}: it has not ended yet ({job.status.value})")
    again = store.again(job_id)
    if again is None:
        raise Busy(f"job {job_id}: one like it is waiting already")
    return store.job(again)
