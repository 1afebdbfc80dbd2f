"""What the tests of the web layer share: the application's log, as data."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp

from app.observability.logging import configure_logging
from app.settings import Settings
from app.settings.groups import LogSettings
from tests.conftest import Client

Line = dict[str, Any]
ReadLog = Callable[[str], list[Line]]


@pytest.fixture
def read_log(app: FastAPI) -> ReadLog:
    """The lines of one event written since the application was made: `read_log("request")`."""
    settings: Settings = app.state.settings
    stream = StringIO()
    json_format = settings.model_copy(update={"log": LogSettings(format="json")})
    configure_logging(json_format, stream)

    def read(event: str) -> list[Line]:
        lines: list[Line] = [json.loads(line) for line in stream.getvalue().splitlines()]
        return [line for line in lines if line["event"] == event]

    return read


def calling(app: ASGIApp) -> Client:
    """A client of any ASGI application, such as one middleware around five lines."""
    return Client(transport=httpx.ASGITransport(app), base_url="http://test")
