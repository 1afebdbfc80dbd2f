"""Clients that call a service without pause, and what they were answered."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Container
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from tests.support.serving import PATIENCE

Request = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]

SUCCESS = range(200, 300)
UNKNOWN = "/problems/outcome-unknown"


@dataclass(frozen=True)
class Answer:
    request: str
    status: int
    retry_after: str | None
    problem: str | None
    began: float
    seconds: float

    @property
    def succeeded(self) -> bool:
        return self.status in SUCCESS


@dataclass
class Load:
    """Every answer so far, of all clients."""

    answers: list[Answer] = field(default_factory=list)

    def failed(self, *, since: float = 0) -> list[Answer]:
        """Answers that are no success, to requests that began after this moment."""
        return [it for it in self.answers if it.began >= since and not it.succeeded]

    def succeeded(self, request: str) -> int:
        return sum(it.succeeded for it in self.answers if it.request == request)

    def unknown(self) -> int:
        return sum(it.problem == UNKNOWN for it in self.answers)

    async def more(self, count: int) -> None:
        """Wait for so many more answers."""
        wanted = len(self.answers) + count
        async with asyncio.timeout(PATIENCE):
            while len(self.answers) < wanted:  # noqa: ASYNC110  it is all about waiting
                await asyncio.sleep(0.01)


@asynccontextmanager
async def load(url: str, *requests: Request, clients: int = 8) -> AsyncIterator[Load]:
    """Send these requests, each client one after the other, until the block ends.

    A connection that breaks, and an answer that does not come, end it with an error.
    """
    told = Load()
    ended = asyncio.Event()

    async def client() -> None:
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as session:
            while not ended.is_set():
                request = random.choice(requests)  # noqa: S311  no secret
                began = time.monotonic()
                response = await request(session)
                told.answers.append(answer(request.__name__, response, began))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(clients):
            tasks.create_task(client())
        yield told
        ended.set()


def answer(request: str, response: httpx.Response, began: float) -> Answer:
    kind = response.headers.get("content-type", "")
    return Answer(
        request=request,
        status=response.status_code,
        retry_after=response.headers.get("retry-after"),
        problem=response.json()["type"] if kind == "application/problem+json" else None,
        began=began,
        seconds=time.monotonic() - began,
    )


def assert_unavailable_at_worst(answers: list[Answer], *, besides: Container[int] = ()) -> None:
    """Whoever failed was asked to try again, or gets a status that the request may get."""
    for answer in answers:
        if not answer.succeeded and answer.status not in besides:
            assert (answer.status, bool(answer.retry_after)) == (503, True), answer
            assert answer.problem, answer
