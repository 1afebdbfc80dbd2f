"""A real NATS server with JetStream, and brokers that fail as told."""

import asyncio
import socket
import subprocess
import sysconfig
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nats
from nats.aio.client import Client

from chassis.jobs.events.publisher import Event
from tests.support.serving import until

PROGRAM = Path(sysconfig.get_path("scripts")) / "nats-server"
"""Of the wheel."""


@contextmanager
def nats_server(port: int = 0) -> Iterator[str]:
    """Its URL, until the end of the block; what it stores goes with it."""
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", port))
        port = candidate.getsockname()[1]
    with (
        tempfile.TemporaryDirectory() as store,
        subprocess.Popen(
            [PROGRAM, "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", store],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        try:
            assert until(lambda: _answers(port))
            yield f"nats://127.0.0.1:{port}"
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Client]:
    """With a stream of all subjects that begin with `orders.`."""
    client = await nats.connect(url)
    await client.jetstream().add_stream(name="orders", subjects=["orders.>"])
    try:
        yield client
    finally:
        await client.close()


@dataclass
class Flaky:
    """Keeps what it is given, but for what it refuses."""

    refused: set[str] = field(default_factory=set)
    kept: list[Event] = field(default_factory=list)
    hangs: bool = False

    async def publish(self, event: Event) -> None:
        await asyncio.sleep(0)
        if event.aggregate in self.refused:
            message = "the broker has no room"
            raise ConnectionError(message)
        if self.hangs and self.kept:
            await asyncio.Event().wait()
        self.kept.append(event)
