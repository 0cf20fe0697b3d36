"""The connected CRM accounts: all of them in brief, and each with all that belongs to it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kam_sync.alerts.store import IncidentStore
from kam_sync.intake.store import syncs_of
from kam_sync.web.deps import AllSources, Reading, Serving
from kam_sync.web.pages import problems
from kam_sync.web.pages.source_look import Looking
from kam_sync.web.render import pages
from kam_sync.web.timing import Next, Planning
from kam_sync.web.wording import incidents, ledger, steps, webhooks
from kam_sync.wiring import doors

router = APIRouter()

_INCIDENTS_SHOWN = 20
_SYNCS_SHOWN = 8


def _looking(
    request: Request, session: Reading, services: Serving, sources: AllSources, next_sync: Next
) -> Looking:
    return Looking(session, services, sources, next_sync, request.app.state.counted)


Look = Annotated[Looking, Depends(_looking)]


@router.get("/sources", response_class=HTMLResponse)
def show_sources(request: Request, look: Look) -> HTMLResponse:
    """Every connected CRM account, a line each."""
    language = pages(request).language(request)
    shown = [look.at(source) for source in look.sources.all]
    return pages(request).render(
        request,
        "sources.html",
        shown=shown,
        problems={one.source.id: problems.of(language, one) for one in shown},
        doors=doors(),
        incidents=IncidentStore(look.session).incidents(is_open=True, limit=_INCIDENTS_SHOWN),
        incident_words=incidents,
        can_sync=request.app.state.defer_sync is not None,
        goes_on=any(one.is_running or one.is_waiting for one in shown),
    )


@router.get("/sources/{source}", response_class=HTMLResponse)
def show_source(
    request: Request, look: Look, planning: Planning, source: str, did: str = ""
) -> HTMLResponse:
    """One of them."""
    found = look.sources.named(source)
    shown = look.at(found)
    language = pages(request).language(request)
    return pages(request).render(
        request,
        "source.html",
        one=shown,
        source=found,
        problems=problems.of(language, shown),
        syncs=syncs_of(look.session, found.id, limit=_SYNCS_SHOWN),
        timetable=planning.entries([found]),
        doors=doors(),
        did=did,
        is_granted=found.id in look.sources.granted,
        hook_words=webhooks,
        ledger_words=ledger,
        step_words=steps,
        can_sync=request.app.state.defer_sync is not None,
        goes_on=shown.is_running or shown.is_waiting,
    )


@router.get("/sources/{source}/connected", response_class=HTMLResponse)
def show_connected(request: Request, look: Look, source: str) -> HTMLResponse:
    """The last steps of connecting it: what was found, and how the first load goes."""
    found = look.sources.named(source)
    shown = look.at(found)
    return pages(request).render(
        request,
        "connected.html",
        one=shown,
        source=found,
        doors=doors(),
        hook_words=webhooks,
        can_sync=request.app.state.defer_sync is not None,
        goes_on=shown.is_running or shown.is_waiting,
    )
