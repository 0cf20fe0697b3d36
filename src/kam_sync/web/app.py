"""Puts the web application together."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute

import kam_sync.web.api.accounts
import kam_sync.web.api.alerts
import kam_sync.web.api.channels
import kam_sync.web.api.connections
import kam_sync.web.api.corrections
import kam_sync.web.api.directory
import kam_sync.web.api.facts
import kam_sync.web.api.fields
import kam_sync.web.api.files
import kam_sync.web.api.groups
import kam_sync.web.api.held
import kam_sync.web.api.hooks
import kam_sync.web.api.incidents
import kam_sync.web.api.jobs
import kam_sync.web.api.kpis
import kam_sync.web.api.ledger
import kam_sync.web.api.lineage
import kam_sync.web.api.matches
import kam_sync.web.api.moves
import kam_sync.web.api.people
import kam_sync.web.api.plans
import kam_sync.web.api.portfolio
import kam_sync.web.api.rates
import kam_sync.web.api.records
import kam_sync.web.api.rematch
import kam_sync.web.api.restatements
import kam_sync.web.api.rules
import kam_sync.web.api.schedules
import kam_sync.web.api.sources
import kam_sync.web.api.survivorship
import kam_sync.web.api.targets
import kam_sync.web.api.webhooks
import kam_sync.web.api.why
import kam_sync.web.api.writes
import kam_sync.web.api.zones
import kam_sync.web.live
import kam_sync.web.ops
import kam_sync.web.pages.account
import kam_sync.web.pages.account_lists
import kam_sync.web.pages.accounts
import kam_sync.web.pages.alert
import kam_sync.web.pages.alert_acts
import kam_sync.web.pages.channels
import kam_sync.web.pages.connect
import kam_sync.web.pages.consents
import kam_sync.web.pages.controls
import kam_sync.web.pages.corrections
import kam_sync.web.pages.exporting.page
import kam_sync.web.pages.fields
import kam_sync.web.pages.files
import kam_sync.web.pages.group
import kam_sync.web.pages.held
import kam_sync.web.pages.kpis
import kam_sync.web.pages.ledger
import kam_sync.web.pages.lineage
import kam_sync.web.pages.matches
import kam_sync.web.pages.merging
import kam_sync.web.pages.people
import kam_sync.web.pages.people_merging
import kam_sync.web.pages.portfolio
import kam_sync.web.pages.rematch
import kam_sync.web.pages.restatements
import kam_sync.web.pages.rules
import kam_sync.web.pages.set_aside
import kam_sync.web.pages.settings
import kam_sync.web.pages.sources
import kam_sync.web.pages.survivorship
import kam_sync.web.pages.targets
import kam_sync.web.pages.tasks
import kam_sync.web.pages.timetable
import kam_sync.web.pages.today
import kam_sync.web.pages.why
import kam_sync.web.pages.zones
from kam_sync.base.db import Session
from kam_sync.web.described import describe
from kam_sync.web.errors import PROBLEM, handle_errors
from kam_sync.web.guard import Guard
from kam_sync.web.hooks.door import Door
from kam_sync.web.live import Live
from kam_sync.web.metrics import Measured, Metrics
from kam_sync.web.pages.source_look import Counted
from kam_sync.web.render import STATIC, pages_of
from kam_sync.web.static_files import StaticFiles
from kam_sync.web.turnstile import Turnstile
from kam_sync.web.waiting import look_around
from kam_sync.wiring import Services

_API = (
    kam_sync.web.api.accounts.router,
    kam_sync.web.api.moves.router,
    kam_sync.web.api.matches.router,
    kam_sync.web.api.people.router,
    kam_sync.web.api.rematch.router,
    kam_sync.web.api.groups.router,
    kam_sync.web.api.zones.router,
    kam_sync.web.api.rates.router,
    kam_sync.web.api.records.router,
    kam_sync.web.api.directory.router,
    kam_sync.web.api.facts.router,
    kam_sync.web.api.corrections.router,
    kam_sync.web.api.sources.router,
    kam_sync.web.api.connections.router,
    kam_sync.web.api.rules.router,
    kam_sync.web.api.schedules.router,
    kam_sync.web.api.fields.router,
    kam_sync.web.api.survivorship.router,
    kam_sync.web.api.files.router,
    kam_sync.web.api.held.router,
    kam_sync.web.api.hooks.router,
    kam_sync.web.api.webhooks.router,
    kam_sync.web.api.incidents.router,
    kam_sync.web.api.jobs.router,
    kam_sync.web.api.ledger.router,
    kam_sync.web.api.kpis.router,
    kam_sync.web.api.lineage.router,
    kam_sync.web.api.plans.router,
    kam_sync.web.api.restatements.router,
    kam_sync.web.api.portfolio.router,
    kam_sync.web.api.alerts.router,
    kam_sync.web.api.why.router,
    kam_sync.web.api.writes.router,
    kam_sync.web.api.targets.router,
    kam_sync.web.api.channels.router,
)
_PAGES = (
    kam_sync.web.pages.today.router,
    kam_sync.web.pages.tasks.router,
    kam_sync.web.pages.alert.router,
    kam_sync.web.pages.alert_acts.router,
    kam_sync.web.pages.why.router,
    kam_sync.web.pages.accounts.router,
    kam_sync.web.pages.matches.router,
    kam_sync.web.pages.people.router,
    kam_sync.web.pages.rematch.router,
    kam_sync.web.pages.account.router,
    kam_sync.web.pages.corrections.router,
    kam_sync.web.pages.restatements.router,
    kam_sync.web.pages.group.router,
    kam_sync.web.pages.zones.router,
    kam_sync.web.pages.merging.router,
    kam_sync.web.pages.people_merging.router,
    kam_sync.web.pages.account_lists.router,
    kam_sync.web.pages.connect.router,
    kam_sync.web.pages.sources.router,
    kam_sync.web.pages.controls.router,
    kam_sync.web.pages.rules.router,
    kam_sync.web.pages.set_aside.router,
    kam_sync.web.pages.settings.router,
    kam_sync.web.pages.consents.router,
    kam_sync.web.pages.fields.router,
    kam_sync.web.pages.exporting.page.router,
    kam_sync.web.pages.kpis.router,
    kam_sync.web.pages.portfolio.router,
    kam_sync.web.pages.survivorship.router,
    kam_sync.web.pages.files.router,
    kam_sync.web.pages.held.router,
    kam_sync.web.pages.ledger.router,
    kam_sync.web.pages.lineage.router,
    kam_sync.web.pages.timetable.router,
    kam_sync.web.pages.targets.router,
    kam_sync.web.pages.channels.router,
)
_EFFORT = 6
"""Of compression: more takes much longer and saves little."""
_DESCRIPTION = """Key accounts from all connected CRMs in one store, their KPIs and alerts.

Lists take `limit` and `cursor` and answer `{"items": [...], "next_cursor": ...}`. Ids are opaque
strings, money is `{"amount": "123.45", "currency": "RUB"}`, times are UTC ISO 8601. Errors are
RFC 9457 problem documents. A parameter that does not exist is refused with 422."""


def create_app(
    services: Services,
    *,
    defer_sync: Callable[[int], object] | None = None,
    defer_write: Callable[[Session, int], object] | None = None,
    defer_reading: Callable[[Session, int], object] | None = None,
    sync_every: timedelta | None = None,
    hosts: Sequence[str] = ("*",),
) -> FastAPI:
    """The application.

    Args:
        defer_sync: queues the sync of a source, where there is a queue.
        defer_write: queues what is to be written into a source, with the rows that ask for it.
        defer_reading: queues the reading of the webhooks of a source, with the webhooks.
        sync_every: the default interval of syncs, where this process sets another.
        hosts: the names it answers to. On the loopback address there must be some, or any page on
            the web could read it through a name that it makes point there.
    """
    app = FastAPI(
        title="kam_sync",
        version=version("kam-sync"),
        description=_DESCRIPTION,
        docs_url=None,  # they load scripts from elsewhere, which our pages never do
        redoc_url=None,
        routes=list(_routes()),
    )
    app.state.services = services
    app.state.defer_sync = defer_sync
    app.state.defer_write = defer_write
    app.state.sync_every = sync_every
    app.state.pages = pages_of(services.zone)
    app.state.counted = Counted()
    app.state.metrics = Metrics()
    app.state.live = Live(services)
    app.add_middleware(Turnstile)
    app.add_middleware(GZipMiddleware, compresslevel=_EFFORT)
    app.add_middleware(Guard)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.add_middleware(Door, services=services, defer_reading=defer_reading)
    app.add_middleware(Measured, metrics=app.state.metrics)
    handle_errors(app)
    describe(app)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


@cache
def _routes() -> Sequence[BaseRoute]:
    """All paths. They know no application; a process makes them once, which takes long."""
    api = APIRouter(prefix="/api/v1", responses=_problems())
    for router in _API:
        api.include_router(router)
    paths = APIRouter()
    paths.include_router(api)
    paths.include_router(kam_sync.web.ops.router)
    paths.include_router(kam_sync.web.live.router, include_in_schema=False)
    for router in _PAGES:
        paths.include_router(router, include_in_schema=False, dependencies=[Depends(look_around)])
    return paths.routes


def _problems() -> dict[int | str, dict[str, Any]]:
    """How errors look in the OpenAPI page."""
    example = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "..."}
    content = {PROBLEM: {"example": example}}
    known = (
        (400, "Wrong use"),
        (401, "Nobody we know asks"),
        (403, "Not for who asks"),
        (404, "Not here"),
        (409, "Busy, or done already"),
        (413, "More than is taken at once"),
        (422, "Wrong parameter"),
        (429, "Too often; see Retry-After"),
        (502, "The CRM does not do what it was asked"),
        (503, "The database is away; ask again"),
    )
    return {status: {"description": said, "content": content} for status, said in known}
