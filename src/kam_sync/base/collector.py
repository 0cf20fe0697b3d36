"""Sends spans to an OpenTelemetry collector, and of each only what is on a list.

Instrumentation notes addresses, headers and messages of errors; among them are secret addresses of
webhooks, tokens in the paths of CRMs and names of clients. So all is left out but `_TOLD`.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from kam_sync import __version__
from kam_sync.base.errors import WrongSettings
from kam_sync.base.traces import Traces

VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT"
_TOLD = {
    "http.method", "http.request.method", "http.route", "http.status_code",
    "http.response.status_code", "server.address", "db.system", "db.name", "db.statement",
    "db.system.name", "db.namespace", "db.query.text", "error.type",
}  # fmt: skip
_OURS = "kam_sync."
_ADDRESSES = ("url.full", "http.url")
_SPANS_OF_ASGI = ("receive", "send")


class _Where(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

    endpoint: str = Field(default="", validation_alias=VARIABLE, pattern="^(https?://[^@?#\\s]+)?$")


def endpoint() -> str:
    """Where a collector listens; empty where there is none."""
    try:
        return _Where().endpoint.rstrip("/")
    except ValidationError as error:
        said = "write an address such as http://collector:4318, without a user and parameters"
        raise WrongSettings(f"{VARIABLE}: {said}") from error


def send_traces(where: str, *, engine: object, app: object | None) -> Any:
    """Make spans of SQL, of what CRMs are asked, and of requests to an application, and send them.

    Returns what flushes them with `shutdown()`.

    Raises:
        WrongSettings: the libraries are not installed.
    """
    try:
        sdk, out, trace = (
            import_module("opentelemetry.sdk.trace"),
            import_module("opentelemetry.sdk.trace.export"),
            import_module("opentelemetry.trace"),
        )
        exporter = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
        resources = import_module("opentelemetry.sdk.resources")
        http, sql, asgi = (
            import_module(f"opentelemetry.instrumentation.{name}")
            for name in ("httpx", "sqlalchemy", "fastapi")
        )
    except ImportError as error:
        raise WrongSettings(
            f"{VARIABLE} is set, but OpenTelemetry is not installed: pip install kam-sync[otel]"
        ) from error
    about = resources.Resource.create({"service.name": "kam_sync", "service.version": __version__})
    provider = sdk.TracerProvider(resource=about)
    sent = exporter.OTLPSpanExporter(endpoint=f"{where}/v1/traces")
    provider.add_span_processor(out.BatchSpanProcessor(_Careful(sent, sdk.ReadableSpan)))
    trace.set_tracer_provider(provider)
    http.HTTPXClientInstrumentor().instrument(tracer_provider=provider)
    # It asks for SQLAlchemy before 2.1, yet works with it, as a test of ours sees.
    sql.SQLAlchemyInstrumentor().instrument(
        engine=engine, tracer_provider=provider, skip_dep_check=True
    )
    if app is not None:
        asgi.FastAPIInstrumentor.instrument_app(
            app, tracer_provider=provider, exclude_spans=list(_SPANS_OF_ASGI)
        )
    Traces.is_on = True
    return provider


class _Careful:
    """An exporter that tells less than it is told."""

    def __init__(self, inner: Any, span_class: Any) -> None:
        self._inner = inner
        self._span_class = span_class

    def export(self, spans: Sequence[Any]) -> Any:
        """Send what may be told of spans."""
        return self._inner.export([self._lessened(span) for span in spans])

    def shutdown(self) -> None:
        """Send nothing more."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what waits."""
        return bool(self._inner.force_flush(timeout_millis))

    def _lessened(self, span: Any) -> Any:
        return self._span_class(
            span.name,
            span.context,
            span.parent,
            span.resource,
            told(span.attributes or {}),
            kind=span.kind,
            # its description is the message of an error
            status=type(span.status)(span.status.status_code),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )


def told(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """What may be told of the attributes of a span; of an address its host."""
    kept = {k: v for k, v in attributes.items() if k in _TOLD or k.startswith(_OURS)}
    for name in _ADDRESSES:
        if host := urlsplit(str(attributes.get(name, ""))).hostname:
            kept["server.address"] = host
    return kept
