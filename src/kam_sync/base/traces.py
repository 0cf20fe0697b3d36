"""Traces by OpenTelemetry, for who collects them; without a collector all of it is off.

Who sets them up, and what may be told to a collector, is in `collector`.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, ClassVar


class Traces:
    """What makes spans; there is one, and it is off until it is set up."""

    is_on: ClassVar[bool] = False


@contextmanager
def span(name: str, facts: Mapping[str, object], *, parent: str = "") -> Iterator[None]:
    """A span around a piece of work; nothing while traces are off.

    Args:
        name: one of few.
        facts: ids of ours, told as `kam_sync.<name>`.
        parent: what `trace_parent` gave to who asked for the work.
    """
    if not Traces.is_on:
        yield
        return
    from opentelemetry import propagate, trace  # noqa: PLC0415 - an extra

    told = {f"kam_sync.{fact}": str(value) for fact, value in facts.items()}
    above = propagate.extract({"traceparent": parent}) if parent else None
    tracer = trace.get_tracer("kam_sync")
    with tracer.start_as_current_span(name, context=above, attributes=told):
        yield


def trace_parent() -> str:
    """What names the running span to others; empty where there is none."""
    if not Traces.is_on:
        return ""
    from opentelemetry import propagate  # noqa: PLC0415 - an extra

    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent", "")


def add_trace_id(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A step of the log: the ids of the running span beside what is told."""
    if Traces.is_on:
        from opentelemetry import trace  # noqa: PLC0415 - an extra

        running = trace.get_current_span().get_span_context()
        if running.is_valid:
            event["trace_id"] = format(running.trace_id, "032x")
            event["span_id"] = format(running.span_id, "016x")
    return event
