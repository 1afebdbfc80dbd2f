"""Events that are dictionaries already, on their way through structlog."""

import logging
from typing import Any

import structlog
from structlog.typing import EventDict, FilteringBoundLogger

METHODS = {logging.INFO: "info", logging.ERROR: "error"}


def write_event(log: FilteringBoundLogger, level: int, event: EventDict) -> None:
    """What `log.info(...)` does, without taking the event apart and together again, three times.

    For the line of each request, half of whose cost that would be.
    """
    if not log.is_enabled_for(level):
        return
    bound: Any = log  # structlog documents these two attributes for those who extend it
    line: Any = event
    try:
        for process in bound._processors:  # noqa: SLF001
            line = process(bound._logger, METHODS[level], line)  # noqa: SLF001
    except structlog.DropEvent:
        return
    getattr(bound._logger, METHODS[level])(line)  # noqa: SLF001
