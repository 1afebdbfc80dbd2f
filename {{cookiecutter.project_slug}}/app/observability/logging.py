"""structlog and the standard library's loggers through one pipeline: text for a person, or JSON."""

import logging
import sys
from typing import TextIO, cast

import structlog
from structlog.typing import Processor

from app.observability.output import LineBuffer, LineLogger
from app.observability.rendering import JsonRenderer, TextRenderer
from app.settings import Settings


def configure_logging(settings: Settings, stream: TextIO | None = None) -> None:
    """Send every log line of the process to `stream`, by default standard output."""
    stream = stream or sys.stdout
    logger: LineLogger | structlog.WriteLogger = structlog.WriteLogger(stream)
    if settings.production:
        buffer = LineBuffer(stream)
        stream, logger = cast("TextIO", buffer), LineLogger(buffer)
    level = logging.getLevelNamesMapping()[settings.log.level.upper()]
    pipeline: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.format_exc_info,
    ]
    renderer = _renderer(settings, stream)
    structlog.configure(
        processors=[*pipeline, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: logger,
    )
    _route_standard_library([structlog.stdlib.add_logger_name, *pipeline], renderer, stream, level)
    statements = logging.INFO if settings.database.echo else logging.NOTSET
    logging.getLogger("sqlalchemy.engine").setLevel(statements)


def _is_no_handshake(record: logging.LogRecord) -> bool:
    """The server logs each handshake with its query string, where browsers have to put tokens."""
    return '"WebSocket %s"' not in str(record.msg)


def _renderer(settings: Settings, stream: TextIO) -> Processor:
    if settings.log.format == "json" or (settings.log.format == "auto" and settings.production):
        return JsonRenderer(settings.service.name)
    return TextRenderer(colors=stream.isatty())


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
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi", "sqlalchemy", "alembic"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate, logger.disabled = [], True, False
    logging.getLogger("uvicorn.access").disabled = True  # the request line says more
    server = logging.getLogger("uvicorn.error")
    server.filters = [_is_no_handshake]  # its line too says more
    server.setLevel(max(level, logging.INFO))  # what WebSocket libraries debug are headers and data
    for client in ("httpx", "httpx2"):
        logging.getLogger(client).setLevel(logging.WARNING)  # they tell each URL, keys in it too
    logging.getLogger("app.database.pool").setLevel(logging.WARNING)  # SQLAlchemy's own words
    logging.captureWarnings(capture=True)
