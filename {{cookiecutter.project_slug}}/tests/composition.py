"""The service as its own tests start it; the chassis's tests have an application of their own."""

import json
from typing import Any

from alembic import command
from alembic.config import Config

from app.main import create_app
from app.settings import Settings
from tests.support.composition import PROJECT, Composition
from tests.support.settings import settings_of

UPSTREAMS: list[str] = []
"""Services that the app calls, by their names in OUTBOUND_UPSTREAMS: docs/calling-others.md."""
NOWHERE = "http://127.0.0.1:1"
SERVICE = Composition(create_app, Settings, UPSTREAMS)


def make_settings(**groups: Any) -> Settings:
    """Settings from these values alone, whatever the environment and `.env` say."""
    called = {"upstreams": dict.fromkeys(UPSTREAMS, NOWHERE)}
    return settings_of(Settings, {"outbound": called, **groups})


def make_environment(**variables: str) -> dict[str, str]:
    """Of the service in a process of its own."""
    return {"OUTBOUND_UPSTREAMS": json.dumps(dict.fromkeys(UPSTREAMS, NOWHERE))} | variables


def migrate(url: str) -> None:
    config = Config(PROJECT / "alembic.ini")
    config.attributes["settings"] = make_settings(database={"url": url})
    command.upgrade(config, "head")
