"""Logs are events with fields, one JSON object a line, each carrying the trace id of its request."""

import logging
import sys

import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars, merge_contextvars
from structlog.types import Processor

get = structlog.stdlib.get_logger


def configure(*, output: str, level: str) -> None:
    """Send every log line of this process, ours and our libraries', to stderr as `json` or `console`."""
    shared: list[Processor] = [
        merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if output == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


def start_trace(trace_id: str) -> None:
    """Give every log line of this request the same `trace_id`."""
    clear_contextvars()
    bind_contextvars(trace_id=trace_id)


def trace_id() -> str:
    """The trace id of the request being served, or an empty string outside of one."""
    return str(get_contextvars().get("trace_id", ""))
