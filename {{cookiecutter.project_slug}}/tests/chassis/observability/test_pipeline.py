"""The pipeline without the settings of the service, as an application that has its own uses it."""

import json
import logging
from io import StringIO

import pytest
import structlog

from chassis.observability.pipeline import write_logs


def access_line(client: str) -> None:
    """As uvicorn writes it."""
    arguments = (client, "GET", "/things?token=hunter2", "1.1", 200)
    logging.getLogger("uvicorn.access").info('%s - "%s %s HTTP/%s" %d', *arguments)


@pytest.mark.parametrize("gathered", [True, False])
def test_every_line_is_json_by_default_and_hides_secrets(gathered: bool) -> None:
    stream = StringIO()
    write_logs("shop", gathered=gathered, stream=stream)

    structlog.get_logger().info("ready", password="hunter2")
    logging.getLogger("shop.orders").info("token=hunter2")

    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["ready", "token=***"]
    assert {line["service"] for line in lines} == {"shop"}
    assert lines[0]["password"] == "***"


def test_text_is_for_a_person() -> None:
    stream = StringIO()
    write_logs("shop", as_json=False, stream=stream)

    structlog.get_logger().info("ready", left=3)

    assert "[info     ] ready" in stream.getvalue()


@pytest.mark.parametrize(("level", "written"), [("info", 1), ("warning", 0)])
def test_the_servers_line_of_a_request_takes_the_same_way(level: str, written: int) -> None:
    logging.getLogger("uvicorn.access").setLevel(logging.INFO)  # as uvicorn does
    stream = StringIO()
    write_logs("shop", level=level, stream=stream)

    access_line("192.0.2.1")

    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    events = [(line["logger"], line["event"]) for line in lines]
    expected = ("uvicorn.access", '192.0.2.1 - "GET /things?token=*** HTTP/1.1" 200')
    assert events == [expected] * written
