"""The connected CRM accounts and how their syncs went."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kam_sync import deciding, field_map
from kam_sync.accounts.model import SetAside
from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.store import IncidentStore
from kam_sync.base.db import Session
from kam_sync.connecting import way_back
from kam_sync.intake.model import Run, RunState, Source, Standing
from kam_sync.intake.store import RunStore, SourceStore, TurnStore
from kam_sync.web.deps import AllSources, Reading, Serving, Sources
from kam_sync.web.render import pages
from kam_sync.web.wording import fields as words
from kam_sync.web.wording import incidents
from kam_sync.wiring import Services

router = APIRouter()

_SET_ASIDE_SHOWN = 20
_INCIDENTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows of a source."""

    source: Source
    last: Run | None
    """The newest sync as a whole."""
    last_good: Run | None
    runs: list[Run]
    set_aside: list[SetAside]
    set_aside_count: int
    deals_without_account: int
    standing: Standing
    map: field_map.Shown
    held: list[deciding.HeldDeletion]
    way_back: str
    is_token_ending: bool
    sees_all: bool
    """False when who let us in is no administrator."""


@router.get("/sources", response_class=HTMLResponse)
def show_sources(
    request: Request, session: Reading, sources: AllSources, services: Serving
) -> HTMLResponse:
    """Every connected CRM account."""
    shown = [_look(session, services, sources, source) for source in sources.all]
    return pages(request).render(
        request,
        "sources.html",
        shown=shown,
        words=words,
        incidents=IncidentStore(session).incidents(is_open=True, limit=_INCIDENTS_SHOWN),
        incident_words=incidents,
    )


def _look(session: Session, services: Services, sources: Sources, source: Source) -> Shown:
    store = AccountStore(session)
    return Shown(
        source=source,
        last=RunStore(session).last_sync(source.id),
        last_good=RunStore(session).last_sync(source.id, state=RunState.DONE),
        runs=RunStore(session).last_of_nouns(source.id),
        set_aside=store.set_aside(source.id, limit=_SET_ASIDE_SHOWN),
        set_aside_count=sum(store.set_aside_counts(source.id).values()),
        deals_without_account=store.deals_without_account(source.id),
        way_back=way_back(source, is_granted=source.id in sources.granted),
        is_token_ending=source.is_token_ending(services.now()),
        sees_all=SourceStore(session).access(source.id).sees_all,
        standing=TurnStore(session).standing(source.turn_key, services.now(), services.zone),
        map=field_map.look(session, source.id),
        held=deciding.waiting(session, source.id),
    )
