"""A service that features call, on a real socket: it answers as a test says, and keeps what came.

`docs/calling-others.md` shows a test with it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Answer = Callable[[], web.StreamResponse]


@dataclass(frozen=True)
class Received:
    """One request, as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    """By their names in small letters."""
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class LocalUpstream:
    """Answers 404 to what no test has given it an answer for."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    _answers: dict[tuple[str, str], list[Answer]] = field(default_factory=dict)

    def answers(
        self,
        method: str,
        path: str,
        *,
        status: int = 200,
        json: Any = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """To the next such request; the last that a test gives stays for all that follow."""
        given = self._answers.setdefault((method, path), [])
        given.append(lambda: web.json_response(json, status=status, headers=headers))

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        received = Received(
            request.method,
            request.path,
            dict(request.query),
            {name.lower(): value for name, value in request.headers.items()},
            await request.read(),
        )
        self.received.append(received)
        given = self._answers.get((received.method, received.path))
        if not given:
            return web.json_response({"title": "Not found"}, status=404)
        return (given.pop(0) if len(given) > 1 else given[0])()


@asynccontextmanager
async def local_upstream() -> AsyncIterator[LocalUpstream]:
    """Until the end of the block; its `url` is for the settings."""
    upstream = LocalUpstream()
    server = web.Server(upstream.handle)
    listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
    host, port = listening.sockets[0].getsockname()[:2]
    upstream.url = f"http://{host}:{port}"
    try:
        yield upstream
    finally:
        listening.close()
        await server.shutdown()
        await listening.wait_closed()
