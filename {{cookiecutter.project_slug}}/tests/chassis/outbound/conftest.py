"""Upstreams of a misbehaving server."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from chassis.outbound.observation import Observation
from chassis.outbound.opening import Outbound, outbound
from chassis.settings.outbound import OutboundSettings
from tests.chassis.outbound.misbehaving import Misbehaving, misbehaving

PATIENT = {"timeout": 60, "connect_timeout": 60, "read_timeout": 60, "wait": 60}
"""A busy machine is no slow upstream."""

OpenOutbound = Callable[..., Any]


@pytest.fixture
async def peer() -> AsyncIterator[Misbehaving]:
    async with misbehaving() as peer:
        yield peer


@pytest.fixture
async def open_outbound(peer: Misbehaving) -> AsyncIterator[OpenOutbound]:
    """Opens with these settings for the rest of the test; `shop` is the misbehaving server."""
    async with AsyncExitStack() as stack:

        async def opened(**given: Any) -> Outbound:
            settings = OutboundSettings(**{"upstreams": {"shop": peer.url}, **PATIENT, **given})

            def observe(name: str, _: str | None) -> Observation:
                return Observation(name)

            return await stack.enter_async_context(outbound(settings, "tests/1", observe))

        yield opened
