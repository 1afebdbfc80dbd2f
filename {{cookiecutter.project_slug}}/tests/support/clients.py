"""Clients that call an application in this process."""

import asyncio

import httpx
from starlette.types import ASGIApp

Client = httpx.AsyncClient


def client_of(app: ASGIApp) -> Client:
    """Of any ASGI application, such as one middleware around five lines."""
    return Client(transport=httpx.ASGITransport(app), base_url="http://test")


async def until_ready(client: Client) -> None:
    async with asyncio.timeout(90):
        while (await client.get("/health/ready")).status_code != 200:  # noqa: ASYNC110  as a probe
            await asyncio.sleep(0.02)
