"""structlog and the standard library's loggers through one pipeline: text for a person, or JSON."""

import json
import logging
import re
import sys
from typing import TextIO

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from app.settings import Settings

SECRET_NAMES = frozenset(
    {"api_key", "authorization", "cookie", "password", "secret", "set-cookie", "token"}
)
URL_PASSWORD = re.compile(r"(://[^\s:/@]*):[^\s@]+@")
BEARER_TOKEN = re.compile(r"\b(bearer) [\w.~+/=-]+", re.IGNORECASE)


def configure_logging(settings: Settings, stream: TextIO | None = None) -> None:
    """Send every log line of the process to `stream`, by default standard output."""
    stream = stream or sys.stdout
    level = logging.getLevelNamesMapping()[settings.log.level.upper()]
    pipeline: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    renderer = _renderer(settings, stream)
    structlog.configure(
        processors=[*pipeline, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream),
    )
    _route_standard_library([structlog.stdlib.add_logger_name, *pipeline], renderer, stream, level)


def _renderer(settings: Settings, stream: TextIO) -> Processor:
    if settings.log.format == "json" or (settings.log.format == "auto" and settings.production):
        return JsonRenderer(settings.service.name)
    # The plain formatter, because structlog's default prints local variables, secrets among them.
    plain = structlog.dev.plain_traceback
    return structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=plain)


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
    logging.captureWarnings(capture=True)


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hide values whose name says secret, and passwords and tokens inside texts."""
    for name, value in event.items():
        if name.lower() in SECRET_NAMES:
            event[name] = "***"
        elif isinstance(value, str):
            event[name] = _redacted_text(value)
        elif isinstance(value, dict):
            event[name] = redact(_logger, _method, value.copy())
    return event


def _redacted_text(text: str) -> str:
    if "://" in text:
        text = URL_PASSWORD.sub(r"\1:***@", text)
    return BEARER_TOKEN.sub(r"\1 ***", text) if "earer " in text else text


class JsonRenderer:
    """One JSON object a line; a value that cannot be encoded never breaks a request."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> str:
        event["service"] = self._service
        try:
            return orjson.dumps(event, default=repr).decode()
        except TypeError:  # lone surrogates, integers beyond 64 bits, keys that are not text
            return json.dumps(event, default=repr, skipkeys=True)
