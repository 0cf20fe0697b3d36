"""`kam-sync jobs ...`: the work that waits, runs and has ended, and a way to stop it."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kam_sync.base.settings import read_settings
from kam_sync.cli.ids import JobId

if TYPE_CHECKING:
    from collections.abc import Callable

    from kam_sync.base.db import Session
    from kam_sync.jobs.model import Job

app = typer.Typer(no_args_is_help=True, help="The work that waits, runs and has ended.")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command("list")
def list_(
    source: Annotated[str | None, typer.Argument(help="A source's name; all if left out.")] = None,
    *,
    status: Annotated[
        str | None,
        typer.Option(help="todo, doing, succeeded, failed, cancelled or aborted."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The newest so many.")] = 20,
    json: Json = False,
) -> None:
    """Show the newest jobs: those that wait and run, and those of the last week that have ended."""
    from kam_sync.base.errors import WrongUse
    from kam_sync.cli import show
    from kam_sync.intake.store import SourceStore
    from kam_sync.jobs.model import JobStatus
    from kam_sync.jobs.store import QueueStore
    from kam_sync.wiring import open_services

    if status is not None and status not in set(JobStatus):
        raise WrongUse(f"--status {status}: one of {', '.join(JobStatus)} is needed")
    with open_services(read_settings()) as services, services.database.transaction() as session:
        found = QueueStore(session).jobs(
            status=None if status is None else JobStatus(status),
            source_id=None if source is None else SourceStore(session).by_name(source).id,
            limit=limit,
        )
        names = {one.id: one.name for one in SourceStore(session).all()}
    documents = [_document(job, names) for job in found]
    if json:
        show.as_json({"jobs": documents})
        return
    if not documents:
        fits = "" if status is None and source is None else " that fits"
        typer.echo(f"no job{fits} waits, runs or has ended within a week", err=True)
        return
    columns = (
        show.Column("id", is_number=True), "task", "source", "status",
        show.Column("try", is_number=True, rank=2), show.Column("due", rank=1),
        show.Column("began", rank=3), show.Column("ended", rank=4),
    )  # fmt: skip
    rows = [
        (d["id"], _task(d), d["source"] or "", _said(d), d["attempt"] + 1,
         *(show.moment(d[name], services.zone) for name in ("due_at", "started_at", "ended_at")))
        for d in documents
    ]  # fmt: skip
    show.table("Jobs", columns, rows)


@app.command()
def cancel(job_id: JobId) -> None:
    """Call off a job that waits; a running sync ends after its batch and does not come again."""
    from kam_sync.jobs import deciding

    job = _decide(lambda session: deciding.cancel(session, job_id))
    typer.echo(f"job {job_id}: {'stopping' if job.is_stopping else job.status.value}", err=True)


@app.command()
def retry(job_id: JobId) -> None:
    """Queue a job that has ended once more."""
    from kam_sync.jobs import deciding

    job = _decide(lambda session: deciding.retry(session, job_id))
    typer.echo(f"job {job_id}: queued again as job {job.id}", err=True)


def _decide(decide: "Callable[[Session], Job]") -> "Job":
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        return decide(session)


def _document(job: "Job", names: dict[int, str]) -> dict[str, Any]:
    source = None if job.source_id is None else names.get(job.source_id)
    return {**asdict(job), "id": str(job.id), "source": source}


def _task(document: dict[str, Any]) -> str:
    return f"{document['task']}{' (full)' if document['is_full'] else ''}"


def _said(document: dict[str, Any]) -> str:
    return "stopping" if document["is_stopping"] else str(document["status"].value)
