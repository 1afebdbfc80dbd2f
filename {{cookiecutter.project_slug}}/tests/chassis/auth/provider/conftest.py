"""A service that believes a provider, and the provider."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from chassis.settings import Settings
from tests.chassis.auth.guarded import router
from tests.chassis.auth.provider.issuers import FakeIssuer, fake_issuer
from tests.support.callers import with_auth
from tests.support.composition import StartApp


@pytest.fixture
async def issuer() -> AsyncIterator[FakeIssuer]:
    async with fake_issuer() as issuer:
        yield issuer


@pytest.fixture
async def app(start_app: StartApp, settings: Settings, issuer: FakeIssuer) -> FastAPI:
    app: FastAPI = await start_app(with_auth(settings, **issuer.settings()))
    app.include_router(router)
    return app


@pytest.fixture
def _any_number_of_fetches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.auth.remote_keys.WITHIN", 0.0)


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no slow provider."""
    monkeypatch.setattr("chassis.auth.fetching.TIMEOUT", 60.0)
