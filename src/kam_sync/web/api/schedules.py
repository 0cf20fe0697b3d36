"""The timetable: when each step of each source, and of the house, is done."""

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from kam_sync.intake.model import Source
from kam_sync.jobs.model import Result, Step
from kam_sync.jobs.planning import HOUSE, Entry
from kam_sync.jobs.spans import write_span
from kam_sync.jobs.wish import Wish
from kam_sync.kpi.values import Moment
from kam_sync.web import paging
from kam_sync.web.deps import AllSources, By, Sources
from kam_sync.web.paging import Cursor, Page, Paging, Text
from kam_sync.web.query import Asked
from kam_sync.web.timing import Planning

router = APIRouter(tags=["sources"])

_BY_STEP = Cursor("schedules", paging.text, paging.text)


class ScheduleQuery(Paging):
    """Whose schedules are asked for."""

    source: Text | None = Field(
        default=None, description='Id or name of a source, or "house"; all if left out.'
    )


class Wanted(BaseModel):
    """When a step shall be done; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    every: str | None = Field(default=None, examples=["10m"])
    cron: str | None = Field(
        default=None,
        description="Minute, hour, day of the month, month, weekday (0 and 7 are Sunday).",
        examples=["30 2 * * 1-5"],
    )
    zone: str | None = Field(default=None, examples=["Europe/Moscow"])
    jitter: str | None = Field(default=None, examples=["1m"])
    deadline: str | None = Field(default=None, description='"": by the rule.', examples=["6h"])
    is_on: StrictBool = True


class Schedule(BaseModel):
    """A step and when it is done."""

    step: Step
    source: str | None = Field(description="The name of the source; null: the house.")
    every: str | None
    cron: str | None
    zone: str | None
    jitter: str
    deadline: str | None = Field(description="null: by the rule.")
    is_on: bool
    is_default: bool = Field(description="True when nobody has changed it.")
    next_at: Moment | None
    last_due_at: Moment | None
    running_since: Moment | None
    last_success_at: Moment | None
    last_result: Result | None
    last_message: str
    due_by: Moment | None = Field(description="When it will be overdue without a success.")
    overdue_since: Moment | None


@router.get("/schedules")
def list_schedules(
    planning: Planning, sources: AllSources, query: Asked[ScheduleQuery]
) -> Page[Schedule]:
    """All steps with their schedules, by source; those of the house come first."""
    after = _BY_STEP.read(query.cursor)
    rows = sorted(planning.entries(_wanted(sources, query.source)), key=_place)
    found = [entry for entry in rows if after is None or _place(entry) > tuple(after)]
    kept, cursor = paging.page(found, query.limit, lambda entry: _BY_STEP.write(*_place(entry)))
    return Page(items=[_schedule(entry) for entry in kept], next_cursor=cursor)


def _wanted(sources: Sources, named: str | None) -> list[Source | None]:
    if named is None:
        return [*sources.all, None]
    if named == HOUSE and HOUSE not in sources.names.values():
        return [None]
    return [sources.named(named)]


def _place(entry: Entry) -> tuple[str, str]:
    return "" if entry.source is None else entry.source.name, entry.step.value


Plan = Annotated[Wanted, Body()]


@router.put("/sources/{source}/schedules/{step}")
def set_schedule(
    planning: Planning,
    sources: AllSources,
    source: str,
    step: str,
    wanted: Plan,
    by: By,
) -> Schedule:
    """Change when a step of a source is done."""
    entry = planning.change(sources.named(source), step, Wish(**wanted.model_dump()), by)
    return _schedule(entry)


@router.delete("/sources/{source}/schedules/{step}")
def reset_schedule(
    planning: Planning, sources: AllSources, source: str, step: str, by: By
) -> Schedule:
    """Go back to the default."""
    return _schedule(planning.reset(sources.named(source), step, by))


@router.put("/schedules/{step}")
def set_house_schedule(planning: Planning, step: str, wanted: Plan, by: By) -> Schedule:
    """Change when a step of the house is done."""
    return _schedule(planning.change(None, step, Wish(**wanted.model_dump()), by))


@router.delete("/schedules/{step}")
def reset_house_schedule(planning: Planning, step: str, by: By) -> Schedule:
    """Go back to the default of a step of the house."""
    return _schedule(planning.reset(None, step, by))


def _schedule(entry: Entry) -> Schedule:
    plan, kept = entry.plan, entry.schedule
    return Schedule(
        step=entry.step,
        source=entry.source and entry.source.name,
        every=write_span(plan.every) if plan.every else None,
        cron=plan.cron,
        zone=plan.zone if plan.cron else None,
        jitter=write_span(plan.jitter),
        deadline=write_span(plan.deadline) if plan.deadline else None,
        is_on=plan.is_on,
        is_default=entry.is_default,
        next_at=entry.next_at,
        last_due_at=entry.last_due_at,
        running_since=kept and kept.began_at,
        last_success_at=kept and kept.last_success_at,
        last_result=kept and kept.last_result,
        last_message=kept.last_message if kept else "",
        due_by=entry.due_by,
        overdue_since=entry.overdue_since,
    )
