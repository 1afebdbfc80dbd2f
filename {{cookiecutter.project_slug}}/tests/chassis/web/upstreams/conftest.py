"""The service of `calling.py`, and what it calls."""

from collections.abc import AsyncIterator

import pytest

from chassis.settings import Settings
from tests.chassis import application
from tests.chassis.outbound.misbehaving import Misbehaving, misbehaving
from tests.chassis.web.upstreams.calling import router, settings_with


@pytest.fixture
async def peer() -> AsyncIterator[Misbehaving]:
    async with misbehaving() as peer:
        yield peer


@pytest.fixture
def settings(database_url: str, peer: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(application, "ROUTERS", [*application.ROUTERS, router])
    return settings_with(database_url, peer)
