"""structlog and the standard library's loggers through one pipeline: text for a person, or JSON."""

import logging
import sys
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from chassis.observability.output import LineBuffer, LineLogger
from chassis.observability.rendering import JsonRenderer, TextRenderer
from chassis.observability.trace_context import add_trace

LIBRARIES = (
    *("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"),
    *("sqlalchemy", "alembic"),
)
"""They may have handlers of their own."""


def write_logs(
    service: str,
    *,
    level: str = "info",
    as_json: bool = True,
    gathered: bool = True,
    stream: TextIO | None = None,
    process: str | None = None,
) -> None:
    """Send every log line of the process to `stream`, by default standard output.

    At any time, and again: who has written lines before follows. Lines that are `gathered` are
    written once in a turn of the event loop.
    """
    stream = stream or sys.stdout
    logger: LineLogger | structlog.WriteLogger = structlog.WriteLogger(stream)
    if gathered:
        buffer = LineBuffer(stream)
        stream, logger = cast("TextIO", buffer), LineLogger(buffer)
    least = logging.getLevelNamesMapping()[level.upper()]
    pipeline: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        add_trace,
        _tell_traceback,
        *([_naming(process)] if process else []),
    ]
    renderer = JsonRenderer(service) if as_json else TextRenderer(colors=stream.isatty())
    structlog.configure(
        processors=[*pipeline, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=lambda *_: logger,
        cache_logger_on_first_use=False,  # who has written follows the next configuration
    )
    pipeline = [structlog.stdlib.add_logger_name, _add_extra, *pipeline]
    _route_standard_library(pipeline, renderer, stream, least)


def _tell_traceback(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Where there is one: nearly all lines are without."""
    if "exc_info" not in event:
        return event
    return structlog.processors.format_exc_info(logger, method, event)


def _naming(process: str) -> Processor:
    """First among the fields, where a person looks for who wrote the line."""
    return lambda _logger, _method, event: {"process": process, **event}


def _add_extra(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """What a call gave as `extra`, in no other's place. uvicorn gives its message in colours."""
    given = structlog.stdlib.ExtraAdder()(logger, method, {**event})
    given.pop("color_message", None)
    return {**given, **event}


def _is_no_handshake(record: logging.LogRecord) -> bool:
    """The server logs each handshake with its query string, where browsers have to put tokens."""
    return '"WebSocket %s"' not in str(record.msg)


def _is_news(record: logging.LogRecord) -> bool:
    """Alembic tells at each command which database it knows how to speak to."""
    return not str(record.msg).startswith(("Context impl ", "Will assume "))


def _route_standard_library(
    pipeline: list[Processor], renderer: Processor, stream: TextIO, level: int
) -> None:
    handler = logging.StreamHandler(stream)
    strip_internals = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=pipeline, processors=[strip_internals, renderer]
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in LIBRARIES:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate, logger.disabled = [], True, False
    logging.getLogger("uvicorn.access").setLevel(level)
    server = logging.getLogger("uvicorn.error")
    server.filters = [_is_no_handshake]  # its line too says more
    server.setLevel(max(level, logging.INFO))  # what WebSocket libraries debug are headers and data
    logging.getLogger("alembic.runtime.migration").filters = [_is_news]
    for client in ("httpx", "httpx2"):
        logging.getLogger(client).setLevel(logging.WARNING)  # they tell each URL, keys in it too
    watcher = logging.getLogger("watchfiles")
    watcher.setLevel(logging.WARNING)  # it counts changes, of caches too; uvicorn tells a restart
    pool = logging.getLogger("chassis.database.connections.pool")
    pool.setLevel(logging.WARNING)  # SQLAlchemy's own words
    logging.captureWarnings(capture=True)
