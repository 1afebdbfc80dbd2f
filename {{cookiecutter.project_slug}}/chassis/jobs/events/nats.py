"""NATS JetStream as the broker. Imported when EVENTS_URL is set; needs the extra `nats`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nats
import orjson
from nats.aio.client import Client

from chassis.jobs.context import trace_in
from chassis.jobs.events.publisher import Event

CONNECT_TIMEOUT = 2
ACK_TIMEOUT = 5.0


class NatsPublisher:
    def __init__(self, url: str, name: str) -> None:
        """Connects when there is something to publish: a broker that is away keeps no worker."""
        self._servers = url.split(",")
        self._name = name
        self._client: Client | None = None
        self._connecting = asyncio.Lock()

    async def publish(self, event: Event) -> None:
        """To the stream that has the subject; that keeps one of each id, within its window."""
        client = await self._connected()
        headers = {
            "Nats-Msg-Id": str(event.id),
            "Aggregate": event.aggregate,
            "Created-At": event.created_at.isoformat(),
        }
        if (trace := trace_in(event.context)) is not None:
            headers["traceparent"] = trace.header()
        if "request_id" in event.context:
            headers["X-Request-ID"] = event.context["request_id"]
        body = orjson.dumps(event.body)
        stream = client.jetstream()
        await stream.publish(event.subject, body, timeout=ACK_TIMEOUT, headers=headers)

    async def _connected(self) -> Client:
        async with self._connecting:
            if self._client is None or not self._client.is_connected:
                await self.close()
                # Not again by itself: what it kept to send would be sent later than what follows.
                self._client = await nats.connect(
                    self._servers,
                    name=self._name,
                    allow_reconnect=False,
                    connect_timeout=CONNECT_TIMEOUT,
                )
            return self._client

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()


@asynccontextmanager
async def nats_publisher(url: str, name: str) -> AsyncIterator[NatsPublisher]:
    publisher = NatsPublisher(url, name)
    try:
        yield publisher
    finally:
        await publisher.close()
