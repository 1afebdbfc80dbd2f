"""An event written as a dictionary takes the way of every other."""

import json
import logging
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
import structlog

from chassis.observability.events import EventLog
from chassis.observability.logging import configure_logging
from tests.support.settings import make_settings

Write = Callable[[int], list[dict[str, Any]]]


@pytest.fixture(params=["info", "error"])
def write(request: pytest.FixtureRequest, database_url: str) -> Write:
    """Writes an event at a level, and gives all lines so far; the parameter is the log's level."""
    stream = StringIO()
    log_settings = {"format": "json", "level": request.param}
    settings = make_settings(database={"url": database_url}, log=log_settings)
    configure_logging(settings.log, settings.identity, stream)

    log = EventLog()

    def written(level: int) -> list[dict[str, Any]]:
        log.write(level, {"event": "request", "status": 200})
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    return written


@pytest.mark.parametrize("write", ["info"], indirect=True)
def test_it_passes_the_processors(write: Write) -> None:
    with structlog.contextvars.bound_contextvars(request_id="abc"):
        (line,) = write(logging.INFO)

    assert (line["event"], line["status"], line["level"]) == ("request", 200, "info")
    assert line["request_id"] == "abc"


def test_it_is_written_from_the_level_of_the_log_on(
    write: Write, request: pytest.FixtureRequest
) -> None:
    below = request.node.callspec.params["write"] == "error"

    assert len(write(logging.INFO)) == (0 if below else 1)
    assert len(write(logging.ERROR)) == (1 if below else 2)


@pytest.mark.parametrize("write", ["info"], indirect=True)
def test_a_processor_that_somebody_adds_may_change_or_drop_it(write: Write) -> None:
    def drop_errors(_: object, method: str, event: dict[str, Any]) -> dict[str, Any]:
        if method == "error":
            raise structlog.DropEvent
        return event | {"added": True}

    structlog.get_config()["processors"].insert(0, drop_errors)

    assert [line["added"] for line in write(logging.INFO)] == [True]
    assert len(write(logging.ERROR)) == 1
