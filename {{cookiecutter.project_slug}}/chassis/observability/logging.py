"""structlog and the standard library's loggers through one pipeline: text for a person, or JSON."""

import logging
import sys
from typing import TextIO, cast

import structlog
from structlog.typing import Processor

from chassis.observability.output import LineBuffer, LineLogger
from chassis.observability.rendering import JsonRenderer, TextRenderer
from chassis.settings.groups import LogSettings
from chassis.settings.identity import Identity


def configure_logging(
    settings: LogSettings, identity: Identity, stream: TextIO | None = None
) -> None:
    """Send every log line of the process to `stream`, by default standard output."""
    stream = stream or sys.stdout
    logger: LineLogger | structlog.WriteLogger = structlog.WriteLogger(stream)
    if identity.production:
        buffer = LineBuffer(stream)
        stream, logger = cast("TextIO", buffer), LineLogger(buffer)
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    pipeline: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.format_exc_info,
    ]
    renderer = _renderer(settings, identity, stream)
    structlog.configure(
        processors=[*pipeline, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: logger,
        cache_logger_on_first_use=False,  # who has written follows the next configuration
    )
    _route_standard_library([structlog.stdlib.add_logger_name, *pipeline], renderer, stream, level)


def _is_no_handshake(record: logging.LogRecord) -> bool:
    """The server logs each handshake with its query string, where browsers have to put tokens."""
    return '"WebSocket %s"' not in str(record.msg)


def _renderer(settings: LogSettings, identity: Identity, stream: TextIO) -> Processor:
    if settings.format == "json" or (settings.format == "auto" and identity.production):
        return JsonRenderer(identity.service)
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
    logging.getLogger("chassis.database.connections.pool").setLevel(
        logging.WARNING
    )  # SQLAlchemy's own words
    logging.captureWarnings(capture=True)
