"""The connected CRM accounts and how their syncs went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from connectors import Noun
from kam_sync import deciding, field_map, subscribing
from kam_sync.accounts.model import SetAside
from kam_sync.accounts.store import AccountStore, records_of
from kam_sync.alerts.store import IncidentStore
from kam_sync.base.db import Session
from kam_sync.connecting import way_back
from kam_sync.intake.model import Run, RunState, Source, SourceState, Standing
from kam_sync.intake.progress import NounProgress
from kam_sync.intake.store import RunStore, SourceStore, TurnStore, progress_of
from kam_sync.web.deps import AllSources, Reading, Serving, Sources
from kam_sync.web.render import pages
from kam_sync.web.timing import Next, NextSync
from kam_sync.web.wording import fields as words
from kam_sync.web.wording import incidents, webhooks
from kam_sync.wiring import Services, takes_files, takes_rows

router = APIRouter()

_ORDER = {noun.value: place for place, noun in enumerate(Noun)}
_REFRESH = "5"  # seconds, while something is on its way
_SET_ASIDE_SHOWN = 20
_INCIDENTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows of a source."""

    source: Source
    last: Run | None
    """The newest sync as a whole."""
    is_mended: bool
    """What stopped it has been put right by a person, and it has not been tried since."""
    last_good: Run | None
    nouns: list[NounProgress]
    records: Mapping[str, int]
    """How many of each noun are here and not deleted."""
    is_running: bool
    next_at: datetime | None
    is_waiting: bool
    """The next sync is in the queue and begins in its turn."""
    set_aside: list[SetAside]
    set_aside_count: int
    deals_without_account: int
    standing: Standing
    map: field_map.Shown
    held: list[deciding.HeldDeletion]
    way_back: str
    is_token_ending: bool
    webhooks: subscribing.Shown | None
    """None where the CRM cannot be asked to call us."""
    takes_files: bool
    """Its profile reads files that people drop."""
    sees_all: bool
    """False when who let us in is no administrator."""


@router.get("/sources", response_class=HTMLResponse)
def show_sources(
    request: Request, session: Reading, sources: AllSources, services: Serving, next_sync: Next
) -> HTMLResponse:
    """Every connected CRM account."""
    shown = [_look(session, services, sources, source, next_sync) for source in sources.all]
    page = pages(request).render(
        request,
        "sources.html",
        shown=shown,
        words=words,
        hook_words=webhooks,
        incidents=IncidentStore(session).incidents(is_open=True, limit=_INCIDENTS_SHOWN),
        incident_words=incidents,
        can_sync=request.app.state.defer_sync is not None,
    )
    if any(one.is_running or one.is_waiting for one in shown):
        page.headers["Refresh"] = _REFRESH
    return page


def _look(
    session: Session, services: Services, sources: Sources, source: Source, next_sync: NextSync
) -> Shown:
    store, runs = AccountStore(session), RunStore(session)
    now, is_running = services.now(), runs.is_running(source.id)
    next_at, last = next_sync(session, source.id, now), runs.last_sync(source.id)
    access = SourceStore(session).access(source.id)
    nouns = sorted(progress_of(session, source.id), key=lambda one: _ORDER.get(one.noun, 99))
    records = records_of(session, source.id)
    if takes_rows(source.kind):
        nouns = [one for one in nouns if records.get(one.noun)]
    return Shown(
        source=source,
        last=last,
        is_mended=_is_mended(source, last),
        last_good=runs.last_sync(source.id, state=RunState.DONE),
        nouns=nouns,
        records=records,
        is_running=is_running,
        next_at=next_at,
        is_waiting=not is_running and next_at is not None and next_at <= now,
        set_aside=store.set_aside(source.id, limit=_SET_ASIDE_SHOWN),
        set_aside_count=sum(store.set_aside_counts(source.id).values()),
        deals_without_account=store.deals_without_account(source.id),
        way_back=way_back(source, is_granted=source.id in sources.granted),
        is_token_ending=source.is_token_ending(services.now()),
        webhooks=subscribing.look(services, session, source),
        takes_files=takes_files(source.kind, access.options),
        sees_all=access.sees_all,
        standing=TurnStore(session).standing(source.turn_key, services.now(), services.zone),
        map=field_map.look(session, source.id),
        held=deciding.waiting(session, source.id),
    )


def _is_mended(source: Source, last: Run | None) -> bool:
    """A sync that fails for a reason we know stops the source until a person goes on with it."""
    has_stopped = last is not None and last.state is RunState.FAILED and bool(last.error_kind)
    return has_stopped and source.state is SourceState.ACTIVE
