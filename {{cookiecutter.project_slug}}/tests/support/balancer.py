"""A load balancer for tests: sends requests to services that say they are ready."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx

from tests.support.serving import PATIENCE

CHECK_EVERY = 0.1


class Balancer:
    """Speaks HTTP/1.1 with both sides, keeps connections open, and never tries a request again."""

    def __init__(self) -> None:
        self.url = ""
        self.backends: set[str] = set()
        self.lost: list[str] = []
        """Why each request was lost that was."""
        self._ready: list[str] = []
        self._turn = 0
        self._checks = httpx.AsyncClient(timeout=4)  # less than the drain of a backend
        self._requests = httpx.AsyncClient(timeout=PATIENCE)

    def add(self, url: str) -> None:
        self.backends.add(url)

    def is_ready(self, url: str) -> bool:
        return url in self._ready

    async def check(self) -> None:
        while True:
            answers = await asyncio.gather(*(self._ask(url) for url in self.backends))
            self._ready = [url for url in answers if url]
            await asyncio.sleep(CHECK_EVERY)

    async def _ask(self, url: str) -> str | None:
        with suppress(httpx.HTTPError):
            if (await self._checks.get(f"{url}/health/ready")).is_success:
                return url
        return None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a client; requests have no body."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                method, path, _ = head.split(" ", 2)
                writer.write(await self._answer(method, path))
                await writer.drain()
        writer.close()

    async def _answer(self, method: str, path: str) -> bytes:
        self._turn += 1
        try:
            backend = self._ready[self._turn % len(self._ready)]
            response = await self._requests.request(method, f"{backend}{path}")
            status, body = response.status_code, response.content
        except (httpx.HTTPError, ZeroDivisionError) as error:
            self.lost.append(repr(error))
            status, body = 502, b"lost"
        return b"HTTP/1.1 %d -\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


@asynccontextmanager
async def balancing() -> AsyncIterator[Balancer]:
    balancer = Balancer()
    async with (
        balancer._checks,
        balancer._requests,
        await asyncio.start_server(balancer.serve, "127.0.0.1", 0) as server,
    ):
        host, port = server.sockets[0].getsockname()
        balancer.url = f"http://{host}:{port}"
        checking = asyncio.create_task(balancer.check())
        yield balancer
        checking.cancel()
