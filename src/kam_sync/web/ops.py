"""What ops ask: does it live, is it ready, how is it doing."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from kam_sync import subscribing
from kam_sync.alerts.store import IncidentStore
from kam_sync.base.errors import DatabaseTrouble
from kam_sync.intake.model import Standing
from kam_sync.intake.store import SourceStore, TurnStore, progress_of
from kam_sync.jobs.measured import MEASURES
from kam_sync.ledger.store import LedgerBook
from kam_sync.notify.store import ChannelStore, DeliveryStore, SendStore, TargetStore
from kam_sync.web import standing
from kam_sync.web.deps import Serving
from kam_sync.web.metrics import Metrics
from kam_sync.web.ready import Readiness
from kam_sync.wiring import Services

router = APIRouter(tags=["ops"])
guarded = APIRouter(tags=["ops"])
"""What tells how much there is of what, which is not for everybody."""


@router.get("/healthz", responses={503: {"description": "Only a new process helps."}})
async def is_alive(request: Request) -> JSONResponse:
    """The process answers, and its threads run; nobody else is asked."""
    ready: Readiness = request.app.state.ready
    if ready.is_broken:
        return JSONResponse({"status": "broken", "reason": "a thread of it ended"}, 503)
    return JSONResponse({"status": "alive"})


@router.get("/readyz", responses={503: {"description": "Not ready; the reasons are in the body."}})
def is_ready(request: Request) -> JSONResponse:
    """Whether requests can be answered, and what else of it is not as it should be.

    `not ready` (503) is said for what keeps this process from answering alone: the database, its
    schema, the tables of the queue. `degraded` is answered with 200: taking the process out of
    service would only make it worse.
    """
    ready: Readiness = request.app.state.ready
    found = ready.look()
    return JSONResponse(found.as_dict(), 200 if found.is_ready else 503)


@guarded.get("/metrics", response_class=Response)
def show_metrics(request: Request, services: Serving) -> Response:
    """Counts and times in the form of Prometheus; of the database nothing while it is away."""
    metrics: Metrics = request.app.state.metrics
    try:
        _note(metrics, services)
        stand = standing.read(services)
        metrics.note_queue(stand.load.by_status)
    except DatabaseTrouble:
        metrics.forget()
        stand = None
    metrics.latest.note(stand, services.database.taken)
    text = generate_latest(metrics.registry) + generate_latest(MEASURES.registry)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


def _note(metrics: Metrics, services: Services) -> None:
    now = services.now()
    metrics.note(_standings(services), now)
    with services.database.transaction() as session:
        metrics.note_incidents(IncidentStore(session).counts())
        metrics.note_targets(TargetStore(session).all(), DeliveryStore(session).waiting(), now)
        metrics.note_channels(ChannelStore(session).all(), SendStore(session).waiting())
        sources = SourceStore(session).all()
        states = {source.name: source.state for source in sources}
        progress = {source.name: progress_of(session, source.id) for source in sources}
        metrics.note_progress(states, progress, now)
        shown = [subscribing.look(services, session, source) for source in sources]
        metrics.note_webhooks([one for one in shown if one], now)
        names = {source.id: source.name for source in sources}
        metrics.note_ledger(LedgerBook(session).newest(), names)


def _standings(services: Services) -> dict[str, Standing]:
    with services.database.transaction() as session:
        turns, now = TurnStore(session), services.now()
        return {
            source.name: turns.standing(source.turn_key, now, services.zone)
            for source in SourceStore(session).all()
        }
