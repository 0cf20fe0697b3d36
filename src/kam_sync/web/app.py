"""Puts the web application together."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from importlib.metadata import version

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

import kam_sync.web.ops
from kam_sync.access.model import Area
from kam_sync.base.db import Session
from kam_sync.web.bodies import Bodies
from kam_sync.web.described import describe
from kam_sync.web.errors import handle_errors, refuse
from kam_sync.web.gate import needs
from kam_sync.web.guard import Guard, is_https
from kam_sync.web.hooks.door import Door
from kam_sync.web.live import Live
from kam_sync.web.metrics import Measured, Metrics
from kam_sync.web.pages.source_look import Counted
from kam_sync.web.ready import Readiness
from kam_sync.web.render import STATIC, pages_of
from kam_sync.web.routes import routes
from kam_sync.web.static_files import StaticFiles
from kam_sync.web.tracked import Tracked
from kam_sync.web.turnstile import Turnstile
from kam_sync.wiring import Services

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
        openapi_url=None,  # it is for who is let in: describing.py
        docs_url=None,  # they load scripts from elsewhere, which our pages never do
        redoc_url=None,
        routes=list(routes()),
    )
    app.state.services = services
    app.state.is_local = True
    app.state.is_https = is_https(services.settings)
    app.state.defer_sync = defer_sync
    app.state.defer_write = defer_write
    app.state.sync_every = sync_every
    app.state.pages = pages_of(services.zone)
    app.state.counted = Counted()
    app.state.metrics = Metrics()
    app.state.live = Live(services)
    app.state.ready = Readiness(services)
    app.add_middleware(Turnstile)
    app.add_middleware(Bodies, refuse=refuse)
    app.add_middleware(GZipMiddleware, compresslevel=_EFFORT)
    app.add_middleware(Guard, is_https=app.state.is_https)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.add_middleware(Door, services=services, defer_reading=defer_reading)
    app.add_middleware(Measured, metrics=app.state.metrics)
    app.add_middleware(Tracked)
    handle_errors(app)
    describe(app)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


def require_log_in(app: FastAPI) -> None:
    """Let nobody unknown in even while there are no members: others than people at this machine can
    reach it. (Without, whoever asks is an admin until there is a member.)"""
    app.state.is_local = False


def ops_app(services: Services, hosts: Sequence[str] = ("*",)) -> FastAPI:
    """What a worker answers at a port of its own: whether it lives, and how it is doing."""
    app = FastAPI(title="kam_sync worker", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(kam_sync.web.ops.router)
    app.include_router(kam_sync.web.ops.guarded, dependencies=needs(Area.OPS))
    app.state.services = services
    app.state.is_local = True
    app.state.is_https = is_https(services.settings)
    app.state.metrics = Metrics()
    app.state.live = Live(services)
    app.state.ready = Readiness(services)
    app.state.pages = pages_of(services.zone)
    app.add_middleware(Guard, is_https=app.state.is_https)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.add_middleware(Tracked)
    handle_errors(app)
    return app
