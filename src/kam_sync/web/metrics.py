"""Counts and times for Prometheus: requests by route, and how the CRMs bear with us."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kam_sync.alerts.model import IncidentKind
from kam_sync.base.db.migrate import newest_revision
from kam_sync.intake.model import SourceState, Standing
from kam_sync.intake.progress import NounProgress
from kam_sync.intake.subscription import HooksState
from kam_sync.ledger.model import Check, LedgerState
from kam_sync.notify.channel import Channel
from kam_sync.notify.model import Target, Waiting
from kam_sync.subscribing import Shown
from kam_sync.web.live import PATH as EVENTS
from kam_sync.web.standing import Latest

_LABELS = ("route", "method", "status")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The measures of one application, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "kam_sync_http_requests", "HTTP requests", _LABELS, registry=self.registry
        )
        self._refusals = Gauge(
            "kam_sync_crm_refusals_last_hour",
            "Requests that a CRM refused as too many",
            ["source"],
            registry=self.registry,
        )
        self._silence = Gauge(
            "kam_sync_crm_silence_seconds",
            "How long a CRM still wants no requests",
            ["source"],
            registry=self.registry,
        )
        self._incidents = Gauge(
            "kam_sync_incidents_open",
            "Open matters about our own work",
            ["kind"],
            registry=self.registry,
        )
        self._last_success = Gauge(
            "kam_sync_source_last_success_timestamp_seconds",
            "When the newest pull that succeeded began",
            ["source", "noun"],
            registry=self.registry,
        )
        self._is_loaded = Gauge(
            "kam_sync_source_loaded",
            "1 when the first load was done",
            ["source", "noun"],
            registry=self.registry,
        )
        self._is_failing = Gauge(
            "kam_sync_source_failing",
            "1 when the newest pull did not succeed",
            ["source", "noun"],
            registry=self.registry,
        )
        self._jobs = Gauge(
            "kam_sync_jobs", "Jobs of the last week by status", ["status"], registry=self.registry
        )
        self._lag = Gauge(
            "kam_sync_source_lag_seconds",
            "How old what we have of a source may be, by its worst noun",
            ["source"],
            registry=self.registry,
        )
        self._state = Gauge(
            "kam_sync_source_state", "1 for the state it is in", ["source", "state"],
            registry=self.registry,
        )  # fmt: skip
        self._subscribed = Gauge(
            "kam_sync_hooks_subscribed", "1 when the CRM calls us", ["source"],
            registry=self.registry,
        )  # fmt: skip
        self._hook_age = Gauge(
            "kam_sync_hooks_last_received_age_seconds",
            "How long ago the newest webhook came",
            ["source"],
            registry=self.registry,
        )
        self._unannounced = Gauge(
            "kam_sync_hooks_unannounced_share",
            "Share of the changes of a day that polling found and no webhook told",
            ["source"],
            registry=self.registry,
        )
        self._parted = Gauge(
            "kam_sync_ledger_difference",
            "Records that differ from the CRM, as the newest check left them",
            ["source", "noun"],
            registry=self.registry,
        )
        self._checked = Gauge(
            "kam_sync_ledger_checked_timestamp_seconds",
            "When the newest check compared it with the CRM",
            ["source", "noun"],
            registry=self.registry,
        )
        self._deliveries = Gauge(
            "kam_sync_deliveries",
            "Tries to send webhooks to a target since it was made",
            ["target", "result"],
            registry=self.registry,
        )
        self._waiting = Gauge(
            "kam_sync_deliveries_waiting", "Webhooks that wait for a target", ["target"],
            registry=self.registry,
        )  # fmt: skip
        self._oldest = Gauge(
            "kam_sync_deliveries_oldest_waiting_seconds",
            "How long the oldest webhook waits for a target",
            ["target"],
            registry=self.registry,
        )
        self._to_tell = Gauge(
            "kam_sync_channel_waiting", "Changes of alerts that a channel is to tell", ["channel"],
            registry=self.registry,
        )  # fmt: skip
        self._channel_failing = Gauge(
            "kam_sync_channel_failures", "Tries of a channel that failed in a row", ["channel"],
            registry=self.registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "kam_sync_http_request_seconds", "Time to answer", _LABELS[:1], registry=self.registry
        )
        self._gauges = [one for one in vars(self).values() if isinstance(one, Gauge)]
        self.latest = Latest()
        self.registry.register(self.latest)
        about = Gauge(
            "kam_sync_build_info", "What runs", ["version", "revision"], registry=self.registry
        )
        about.labels(version("kam-sync"), newest_revision()).set(1)
        ProcessCollector(registry=self.registry)

    def forget(self) -> None:
        """Tell nothing that is no longer known: the database is away."""
        for gauge in self._gauges:
            gauge.clear()

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """Note an answered request."""
        known = method if method in _METHODS else "other"  # a client may send any word
        self._requests.labels(route, known, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def note_incidents(self, counts: Mapping[IncidentKind, int]) -> None:
        """Note how many incidents are open."""
        for kind, number in counts.items():
            self._incidents.labels(kind.value).set(number)

    def note_targets(
        self, targets: Sequence[Target], waiting: Mapping[int, Waiting], now: datetime
    ) -> None:
        """Note how webhooks come to their targets."""
        for gauge in (self._deliveries, self._waiting, self._oldest):
            gauge.clear()
        for target in targets:
            waits = waiting.get(target.id, Waiting())
            self._deliveries.labels(target.name, "delivered").set(target.delivered)
            self._deliveries.labels(target.name, "refused").set(target.refused)
            self._waiting.labels(target.name).set(waits.count)
            age = (now - waits.oldest_at).total_seconds() if waits.oldest_at else 0.0
            self._oldest.labels(target.name).set(age)

    def note_channels(self, channels: Sequence[Channel], waiting: Mapping[int, Waiting]) -> None:
        """Note how people can be told."""
        for gauge in (self._to_tell, self._channel_failing):
            gauge.clear()
        for one in channels:
            self._to_tell.labels(one.name).set(waiting.get(one.id, Waiting()).count)
            self._channel_failing.labels(one.name).set(one.failures)

    def note_progress(
        self, sources: Mapping[str, SourceState], progress: Mapping[str, Sequence[NounProgress]],
        now: datetime,
    ) -> None:  # fmt: skip
        """Note how the sources stand."""
        of_nouns = (self._last_success, self._is_loaded, self._is_failing)
        for gauge in (*of_nouns, self._lag, self._state):
            gauge.clear()
        for name, state in sources.items():
            for each in SourceState:
                self._state.labels(name, each.value).set(each is state)
            for one in progress[name]:
                self._is_loaded.labels(name, one.noun).set(one.loaded_at is not None)
                self._is_failing.labels(name, one.noun).set(one.is_failing)
                if one.last_good_at is not None:
                    began = one.last_good_at.timestamp()
                    self._last_success.labels(name, one.noun).set(began)
            lags = [one.lag(now) for one in progress[name]]
            if known := [lag.total_seconds() for lag in lags if lag is not None]:
                self._lag.labels(name).set(max(known))

    def note_queue(self, jobs: Mapping[str, int]) -> None:
        """Note how many jobs wait, run and have ended."""
        for status, number in jobs.items():
            self._jobs.labels(status).set(number)

    def note_webhooks(self, shown: Iterable[Shown], now: datetime) -> None:
        """Note whether CRMs call us."""
        for gauge in (self._subscribed, self._hook_age, self._unannounced):
            gauge.clear()
        for one in shown:
            self._subscribed.labels(one.source).set(one.state is HooksState.ACTIVE)
            if one.unannounced_share is not None:
                self._unannounced.labels(one.source).set(one.unannounced_share)
            if one.received_at is not None:
                age = now - one.received_at
                self._hook_age.labels(one.source).set(max(age.total_seconds(), 0))

    def note_ledger(self, checks: Iterable[Check], names: Mapping[int, str]) -> None:
        """Note what the newest checks left; what could not be compared has no number."""
        for gauge in (self._parted, self._checked):
            gauge.clear()
        for check in checks:
            if check.state is not LedgerState.UNKNOWN:
                labels = (names[check.source_id], check.noun)
                self._parted.labels(*labels).set(check.left_over)
                self._checked.labels(*labels).set(check.checked_at.timestamp())

    def note(self, standings: Mapping[str, Standing], now: datetime) -> None:
        """Note how each CRM account bears with us."""
        self._refusals.clear()
        self._silence.clear()
        for source, standing in standings.items():
            silence = (standing.held_until - now).total_seconds() if standing.held_until else 0.0
            self._refusals.labels(source).set(standing.refusals_last_hour)
            self._silence.labels(source).set(silence)


class Measured:
    """ASGI middleware that notes every request."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; what ends without an answer counts as 500."""
        if scope["type"] != "http" or scope["path"] == EVENTS:  # those last as long as the page
            await self._app(scope, receive, send)
            return
        status, began = 500, perf_counter()

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        finally:
            self._metrics.count(route_of(scope), scope["method"], status, perf_counter() - began)


def route_of(scope: Scope) -> str:
    """The template of the route, never the path itself: it would make endless series."""
    found: str | None = getattr(scope.get("route"), "path", None)
    if found is None:
        return "/static" if scope["path"].startswith("/static/") else "unmatched"
    # FastAPI gives the path without the prefixes of the routers around it, which hold no parameter.
    segments = scope["path"].split("/")
    return "/".join(segments[: len(segments) - found.count("/")]) + found
