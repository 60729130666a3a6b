"""Logs are events with fields, one JSON object a line, each carrying the trace id of its request."""

import logging
import sys
import traceback
from contextlib import suppress

import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars, merge_contextvars
from structlog.types import ExcInfo, FilteringBoundLogger, Processor

TALKATIVE = ("httpx2", "httpcore2")
"""Libraries that log the addresses they ask, and WeChat's carry the app's secret."""


def get() -> FilteringBoundLogger:
    """A logger of ours."""
    logger: FilteringBoundLogger = structlog.get_logger()
    return logger


class _Lines:
    """Writes lines to stderr; where nobody takes them any more, the work goes on without."""

    def msg(self, line: str) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{line}\n")

    debug = info = warning = error = critical = msg


def configure(*, output: str, level: str) -> None:
    """Send every log line of this process, ours and our libraries', to stderr as `json` or `console`.

    Ours do not pass the standard library, which costs as much again as the line.
    """
    shared: list[Processor] = [
        merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.ExceptionRenderer(_types_and_places),
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if output == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, renderer],
        logger_factory=lambda *_: _Lines(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
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
    logging.captureWarnings(True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _types_and_places(exc_info: ExcInfo) -> str:
    """What was raised where, and by what; without messages, as they may quote what a person wrote."""
    chain: list[BaseException] = []
    error: BaseException | None = exc_info[1]
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "caused by ".join(_type_and_place(each) for each in chain)


def _type_and_place(error: BaseException) -> str:
    kind = type(error)
    number = error.errno if isinstance(error, OSError) else getattr(error, "sqlstate", None)
    name = f"{kind.__module__}.{kind.__qualname__}" + (f" [{number}]" if number else "")
    return f"{name}\n" + "".join(traceback.format_tb(error.__traceback__))


def start_trace(trace_id: str) -> None:
    """Give every log line of this request the same `trace_id`."""
    clear_contextvars()
    bind_contextvars(trace_id=trace_id)


def trace_id() -> str:
    """The trace id of the request being served, or an empty string outside of one."""
    return str(get_contextvars().get("trace_id", ""))
