"""A new copy takes over while streams are open: nothing is missed, and nothing comes twice."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterable

import asyncpg
import httpx
import pytest

from tests.chassis.web.streams.reading import TERMINATED, events_of
from tests.support.eventually import eventually
from tests.support.serving import PATIENCE, serving

APP = "tests.chassis.web.streams.served_streams:create_app"
UNTIL = 12
LAST_WORDS = {"done", "error"}


class Follower:
    """Reads a feed, and comes back with the ID of the last event it has seen, as a browser does."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.ends: list[str] = []
        self._id = ""

    async def follow(self, url: str) -> None:
        """To the end of a response."""
        async with (
            httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client,
            client.stream(
                "GET", f"/streams/rows?until={UNTIL}", headers={"Last-Event-ID": self._id}
            ) as response,
        ):
            name = "cut"
            async for name, data, id_, _ in events_of(response):
                if name not in LAST_WORDS:
                    self.seen.append(data)
                    self._id = id_ or ""
            self.ends.append(name)


@pytest.fixture
async def readings(sql: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    await sql.execute("CREATE TABLE readings (id integer PRIMARY KEY)")
    yield sql
    await sql.execute("DROP TABLE readings")


async def add(sql: asyncpg.Connection, numbers: Iterable[int]) -> None:
    await sql.executemany("INSERT INTO readings VALUES ($1)", [(it,) for it in numbers])


async def test_every_event_comes_once_to_who_comes_back_to_the_new_copy(
    database_url: str, readings: asyncpg.Connection
) -> None:
    env = {"DATABASE_URL": database_url, "SERVER_DRAIN_SECONDS": "0.2"}
    followers = [Follower() for _ in range(8)]
    with serving(APP, env=env, workers=2) as old, serving(APP, env=env) as new:
        async with asyncio.TaskGroup() as following:
            for it in followers:
                following.create_task(it.follow(old.url))
            await add(readings, range(1, 4))
            await eventually(lambda: all(it.seen for it in followers))

            old.process.send_signal(signal.SIGTERM)

            await add(readings, range(4, 10))
        assert old.wait() in TERMINATED
        assert {tuple(it.ends) for it in followers} == {("error",)}

        async with asyncio.TaskGroup() as following:
            for it in followers:
                following.create_task(it.follow(new.url))
            await add(readings, range(10, UNTIL + 1))

    assert {tuple(it.ends) for it in followers} == {("error", "done")}
    assert {tuple(it.seen) for it in followers} == {tuple(range(1, UNTIL + 1))}
