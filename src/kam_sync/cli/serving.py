"""Runs the web, the worker and the scheduler in this process until it is told to stop."""

import gc
import socket
import sys
import threading
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from errno import EADDRINUSE
from functools import partial

import structlog
import uvicorn

from kam_sync import consenting, telling
from kam_sync.base import collector
from kam_sync.base.errors import KamSyncError
from kam_sync.base.settings import misspelt
from kam_sync.cli.hurrying import Hurrying
from kam_sync.cli.listening import is_loopback, is_only_here, require_safe
from kam_sync.jobs.queue import defer_reading, defer_write
from kam_sync.jobs.serving import defer_sync, running
from kam_sync.jobs.tasks import Work
from kam_sync.web.app import create_app, ops_app, require_log_in
from kam_sync.web.live import Live
from kam_sync.web.ready import Readiness
from kam_sync.web.wording import letters
from kam_sync.wiring import Services

_TURN = 0.0005
"""Seconds for which a thread that computes keeps the others waiting; Python's own are ten times as
many, and a request would wait as long at each of its steps while a sync in this process computes.
"""


_MOST_CONNECTIONS = 1_000
"""Beyond them 503 is answered; each open page holds one for its stream of events."""
_WORK = Work(tell=partial(telling.tell, write=letters.write))


def why_not(host: str, port: int) -> OSError | None:
    """Why a server could not listen there now, if so."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    return why_not(host, port) is None


_log = structlog.get_logger("kam_sync.serve")


class _Server(uvicorn.Server):
    """A server that lets open pages go when it ends: their streams would keep it waiting."""

    def __init__(self, config: uvicorn.Config, live: Live) -> None:
        super().__init__(config)
        self._live = live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the streams of events, then wait for all other answers."""
        self._live.close()
        await super().shutdown(sockets)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a process is to run."""

    at: tuple[str, int] | None
    """Where it listens; None: it does not."""
    pages: bool = True
    """False: it answers those alone who look after it (health, metrics)."""
    work: bool = True
    every: timedelta | None = None
    """Another default for the syncs of a source."""


def warn_of_variables() -> None:
    """Say in the log which variables look like ours and are none."""
    for name, meant in misspelt().items():
        _log.warning("there is no such variable", name=name, meant=meant)


def serve_all(services: Services, wish: Wish) -> None:
    """Run it until Ctrl+C or SIGTERM."""
    if wish.at is not None and wish.pages:
        require_safe(services, wish.at[0])
    if wish.at is not None and (error := why_not(*wish.at)):
        raise KamSyncError(_not_there(services, *wish.at, error)) from error
    hosts = _hosts(services, wish.at[0]) if wish.at else ["*"]
    app = (
        create_app(
            services,
            defer_sync=partial(defer_sync, services),
            defer_write=defer_write,
            defer_reading=defer_reading,
            sync_every=wish.every,
            hosts=hosts,
        )
        if wish.pages
        else ops_app(services, hosts)
    )
    if wish.at is not None and not is_only_here(services, wish.at[0]):
        require_log_in(app)
    with ExitStack() as stack:
        if where := collector.endpoint():
            sent = collector.send_traces(where, engine=services.database.engine, app=app)
            stack.callback(sent.shutdown)
        if wish.work:
            at_work = stack.enter_context(running(services, every=wish.every, work=_WORK))
            app.state.ready = Readiness(services, at_work)
        address = wish.at and f"http://{wish.at[0]}:{wish.at[1]}"
        _log.info("started", web=address, pages=wish.pages, work=wish.work, traces=bool(where))
        stack.enter_context(suppress(KeyboardInterrupt))  # Ctrl+C and SIGTERM are how it ends
        if wish.at is None:
            threading.Event().wait()
            return
        sys.setswitchinterval(_TURN)
        gc.collect()
        gc.freeze()  # what stays for good is not looked through again in the midst of an answer
        config = uvicorn.Config(
            app, host=wish.at[0], port=wish.at[1], log_config=None, timeout_graceful_shutdown=10,
            http=Hurrying, limit_concurrency=_MOST_CONNECTIONS, ws="none",
        )  # fmt: skip
        _Server(config, app.state.live).run()


def _not_there(services: Services, host: str, port: int, error: OSError) -> str:
    """Why it cannot listen, and what to do."""
    if error.errno != EADDRINUSE:
        return f"--host {host} --port {port}: no server can listen there: {error.strerror}"
    return f"port {port} on {host} is taken: {_by_whom(services, port)}"


def _by_whom(services: Services, port: int) -> str:
    """Who may hold it, and what to do."""
    consent = consenting.waits_at(services, port)
    if consent is None:
        return "end what listens there, or choose another with --port"
    until = consent.until.astimezone(services.zone)
    return (
        f"a command waits there until {until:%H:%M} for access to {consent.name} to be allowed; "
        "allow it in the browser or end that command (Ctrl+C), or choose another with --port"
    )


def _hosts(services: Services, bound: str) -> list[str]:
    """The names to answer to: on a loopback address its own and the public one, elsewhere any."""
    if not is_loopback(bound):
        return ["*"]
    public = services.settings.public_url
    named = [public.host] if public is not None and public.host else []
    return ["localhost", "127.0.0.1", "[::1]", bound, *named]
