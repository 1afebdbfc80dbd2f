"""One pooled client of aiohttp for all upstreams; nothing else here knows how it is used."""

from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any, NamedTuple, NoReturn

from aiohttp import (
    ClientHandlerType,
    ClientOSError,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    ServerDisconnectedError,
    TCPConnector,
    ThreadedResolver,
)
from yarl import URL

from chassis.outbound.answer import Answer
from chassis.outbound.failures import TooLargeError

NAMES_ARE_KEPT = 10
"""Seconds for which the addresses of a name are remembered."""
LARGE = 2**20
NEVER_ROUNDED = 1e9
"""Seconds, from which on aiohttp would let a timeout end up to a second later than it says."""


class Call(NamedTuple):
    """One request, as often as it is sent."""

    method: str
    url: URL
    headers: MutableMapping[str, str]
    body: bytes | None
    repeatable: bool
    """Whether to send it twice is as good as once."""


class BrokenError(Exception):
    """The connection broke; hides from aiohttp what it would send again by itself."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class Client:
    def __init__(self, session: ClientSession) -> None:
        self._session = session

    async def send(self, call: Call, bounds: ClientTimeout, max_bytes: int) -> Answer:
        """Raises one of FAILURES."""
        try:
            response = await self._session.request(
                call.method,
                call.url,
                data=_data(call.body),
                headers=call.headers,
                timeout=bounds,
                allow_redirects=False,
            )
        except BrokenError as broken:
            raise broken.error from None
        chunks, size = [], 0
        try:
            while chunk := await response.content.readany():
                size += len(chunk)  # decompressed: a few bytes may become gigabytes
                if size > max_bytes:
                    _refuse(max_bytes)
                chunks.append(chunk)
        except BaseException:
            response.close()
            raise
        return Answer(response.status, response.headers, b"".join(chunks))


def _data(body: bytes | None) -> bytes | BytesIO | None:
    """In pieces, where aiohttp warns that all of it at once would keep the event loop."""
    return BytesIO(body) if body is not None and len(body) > LARGE else body


def _refuse(max_bytes: int) -> NoReturn:
    message = f"more than {max_bytes} bytes"
    raise TooLargeError(message)


async def send_once(request: ClientRequest, send: ClientHandlerType) -> ClientResponse:
    """A middleware. Whether something is sent again is said in retries.py, within its budget.

    aiohttp would, once, for any idempotent method, and has no switch for it.
    """
    try:
        return await send(request)
    except (ClientOSError, ServerDisconnectedError) as error:
        raise BrokenError(error) from error


@asynccontextmanager
async def session(
    *, user_agent: str, keep_alive: float, proxy: str | None = None, **connecting: Any
) -> AsyncIterator[ClientSession]:
    """Until the end of the block. `connecting` are options of TCPConnector."""
    connector = TCPConnector(
        limit=0,  # gates count, for each upstream
        keepalive_timeout=keep_alive,
        ttl_dns_cache=NAMES_ARE_KEPT,
        timeout_ceil_threshold=NEVER_ROUNDED,
        resolver=ThreadedResolver(),
        **connecting,
    )
    async with ClientSession(
        connector=connector,
        cookie_jar=DummyCookieJar(),  # else one user's cookie goes with the next one's request
        headers={"User-Agent": user_agent},
        middlewares=(send_once,),
        proxy=proxy,
        trust_env=False,
    ) as opened:
        yield opened
