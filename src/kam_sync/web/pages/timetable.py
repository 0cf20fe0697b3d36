"""The timetable of a source, or of the house: shown, previewed, changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kam_sync.base.errors import WrongUse
from kam_sync.intake.model import Source
from kam_sync.jobs.model import Plan, name_of
from kam_sync.jobs.planning import Entry, Timetable, instants
from kam_sync.jobs.wish import Wish
from kam_sync.web.deps import AllSources, doer
from kam_sync.web.pages.forms import Fields
from kam_sync.web.render import Spoken, pages
from kam_sync.web.timing import Planning
from kam_sync.web.wording import steps

router = APIRouter()

_SHOWN = 5
_FORM = dict.fromkeys(("way", "every", "cron", "zone", "jitter", "deadline", "is_on"), "")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the timetable with its form."""

    entry: Entry
    form: Mapping[str, str]
    """What stands in the fields."""
    plan: Plan
    """The plan of the form; as it was when the form is wrong."""
    next_ones: list[datetime]
    is_preview: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was sent."""

    step: str
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def wish(self) -> Wish:
        """What it asks for; of interval and cron the one that was chosen counts."""
        is_cron = self.form["way"] == "cron"
        return Wish(
            every=None if is_cron else self.form["every"] or None,
            cron=self.form["cron"] or None if is_cron else None,
            zone=self.form["zone"] or None if is_cron else None,
            jitter=self.form["jitter"],
            deadline=self.form["deadline"],
            is_on=bool(self.form["is_on"]),
        )


@router.get("/timetable", response_class=HTMLResponse)
def show_house(request: Request, planning: Planning, did: str = "") -> HTMLResponse:
    """What is done for all sources."""
    return _page(request, planning, None, did=did)


@router.get("/sources/{source}/timetable", response_class=HTMLResponse)
def show_source(
    request: Request, planning: Planning, sources: AllSources, source: str, did: str = ""
) -> HTMLResponse:
    """What is done for one source."""
    return _page(request, planning, sources.named(source), did=did)


@router.post("/timetable")
def change_house(request: Request, planning: Planning, sent: Fields) -> Response:
    """Do what a button says to a step of the house."""
    return _act(request, planning, None, sent)


@router.post("/sources/{source}/timetable")
def change_source(
    request: Request, planning: Planning, sources: AllSources, source: str, sent: Fields
) -> Response:
    """Do what a button says to a step of a source."""
    return _act(request, planning, sources.named(source), sent)


def _act(
    request: Request,
    planning: Timetable,
    source: Source | None,
    sent: dict[str, str],
) -> Response:
    step, by = sent.get("step", ""), doer(request)
    typed = Typed(step, {name: sent.get(name, "") for name in _FORM})
    match sent.get("do"):
        case "reset":
            planning.reset(source, step, by)
        case "run":
            planning.run(source, step)
        case "save":
            try:
                planning.change(source, step, typed.wish, by)
            except WrongUse:
                return _page(request, planning, source, typed=typed, status=400)
        case _:
            planning.entry(source, step)
            return _page(request, planning, source, typed=typed)
    where = "" if source is None else f"/sources/{quote(source.name)}"
    return RedirectResponse(f"{where}/timetable?did={quote(sent['do'])}", status_code=303)


def _page(
    request: Request, planning: Timetable, source: Source | None, *, typed: Typed | None = None,
    did: str = "", status: int = 200,
) -> HTMLResponse:  # fmt: skip
    language = pages(request).language(request)
    lines = [_line(language, planning, entry, typed) for entry in planning.entries([source])]
    return pages(request).render(
        request, "timetable.html", status=status, source=source, lines=lines, did=did, words=steps,
        address="/timetable" if source is None else f"/sources/{source.name}/timetable",
    )  # fmt: skip


def _line(language: Spoken, planning: Timetable, entry: Entry, typed: Typed | None) -> Line:
    if typed is None or typed.step != entry.step:
        return Line(entry, _form(language, entry.plan), entry.plan, entry.next_ones(_SHOWN))
    try:
        plan = planning.wished(entry, typed.wish)
    except WrongUse as error:
        return Line(entry, typed.form, entry.plan, [], error=str(error))
    name = name_of(entry.step, None if entry.source is None else entry.source.id)
    return Line(entry, typed.form, plan, instants(plan, name, entry.now, _SHOWN), is_preview=True)


def _form(language: Spoken, plan: Plan) -> dict[str, str]:
    return {
        "way": "cron" if plan.cron else "every",
        "every": steps.spoken(language, plan.every),
        "cron": plan.cron or "",
        "zone": plan.zone if plan.cron else "",
        "jitter": steps.spoken(language, plan.jitter),
        "deadline": steps.spoken(language, plan.deadline),
        "is_on": "yes" if plan.is_on else "",
    }
