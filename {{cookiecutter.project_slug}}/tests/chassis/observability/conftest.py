"""What the tests of logging share: where the lines go, and how to read them."""

import json
import logging
from collections.abc import Callable, Iterator
from io import BytesIO, TextIOWrapper
from typing import Any

import pytest
import structlog

from chassis.observability.logging import configure_logging
from chassis.settings import Settings
from tests.support.settings import make_settings

DATABASE = {"url": "postgresql://alice:long-enough@localhost/shop"}
Read = Callable[[], str]


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Warnings are captured once a process, and pytest captures them as well."""
    logging.captureWarnings(capture=False)
    structlog.contextvars.clear_contextvars()
    yield
    structlog.contextvars.clear_contextvars()


def configured(form: str = "json", level: str = "info", **settings: Any) -> Read:
    """What was written since, by a service whose name makes no line worth a search."""
    settings = {"service": {"name": "shop"}, **settings}
    return log_of(
        make_settings(database=DATABASE, log={"format": form, "level": level}, **settings)
    )


def log_of(settings: Settings) -> Read:
    stream = TextIOWrapper(written := BytesIO(), encoding="utf-8", write_through=True)
    configure_logging(settings.log, settings.identity, stream)

    def read() -> str:
        assert not stream.closed
        return written.getvalue().decode()

    return read


def lines(read: Read) -> list[dict[str, Any]]:
    """Parsed strictly: Python alone would take NaN for JSON."""
    return [json.loads(line, parse_constant=refuse) for line in read().splitlines()]


def refuse(constant: str) -> None:
    raise ValueError(constant)
