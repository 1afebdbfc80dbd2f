"""Who waits first for a connection is served first."""

import asyncio
from contextlib import suppress

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import greenlet_spawn

from chassis.database.connections.pool import FairPool, end_in_vain
from tests.support.composition import StartApp
from tests.support.settings import make_settings


@pytest.fixture
async def engine(start_app: StartApp, database_url: str) -> AsyncEngine:
    pool = {"pool_size": 3, "pool_timeout": 60}
    app: FastAPI = await start_app(make_settings(database={"url": database_url, **pool}))
    engine: AsyncEngine = app.state.database.engine
    return engine


def pool_of(engine: AsyncEngine) -> FairPool:
    assert isinstance(engine.pool, FairPool)
    return engine.pool


async def hold(engine: AsyncEngine, release: asyncio.Event) -> None:
    async with engine.connect():
        await release.wait()


async def until_waiting(engine: AsyncEngine, count: int) -> None:
    async with asyncio.timeout(90):
        while pool_of(engine).waiting() != count:  # noqa: ASYNC110  the pool tells nobody
            await asyncio.sleep(0)


async def until_in_use(engine: AsyncEngine, count: int) -> None:
    async with asyncio.timeout(90):
        while pool_of(engine).checkedout() != count:  # noqa: ASYNC110  the pool tells nobody
            await asyncio.sleep(0.001)


async def test_connections_are_given_in_the_order_of_asking(engine: AsyncEngine) -> None:
    release, served = asyncio.Event(), list[int]()
    holders = [asyncio.create_task(hold(engine, release)) for _ in range(3)]
    await until_in_use(engine, 3)

    async def ask(number: int) -> None:
        async with engine.connect() as connection:
            served.append(number)
            await connection.execute(text("SELECT 1"))

    askers = []
    for number in range(12):
        askers.append(asyncio.create_task(ask(number)))
        await until_waiting(engine, number + 1)
    release.set()
    await asyncio.gather(*holders, *askers)

    assert served == list(range(12))


async def test_a_newcomer_does_not_overtake_one_who_waits(engine: AsyncEngine) -> None:
    pool, served = pool_of(engine), list[str]()
    held = [await greenlet_spawn(pool.connect) for _ in range(3)]

    async def wait() -> None:
        connection = await greenlet_spawn(pool.connect)
        served.append("the one who waited")
        connection.close()

    def give_back_and_ask_again() -> None:
        held.pop().close()
        held.append(pool.connect())
        served.append("the newcomer")

    waiter = asyncio.create_task(wait())
    await until_waiting(engine, 1)
    await asyncio.gather(greenlet_spawn(give_back_and_ask_again), waiter)
    for connection in held:
        connection.close()

    assert served == ["the one who waited", "the newcomer"]


async def test_no_more_connections_are_open_than_allowed(engine: AsyncEngine) -> None:
    release = asyncio.Event()
    holders = [asyncio.create_task(hold(engine, release)) for _ in range(8)]
    await until_waiting(engine, 5)

    assert pool_of(engine).checkedout() == 3
    release.set()
    await asyncio.gather(*holders)
    assert (pool_of(engine).checkedout(), pool_of(engine).waiting()) == (0, 0)


async def test_those_who_give_up_take_nothing_with_them(engine: AsyncEngine) -> None:
    release = asyncio.Event()
    holders = [asyncio.create_task(hold(engine, release)) for _ in range(3)]
    await until_in_use(engine, 3)
    waiters = [asyncio.create_task(hold(engine, release)) for _ in range(4)]
    await until_waiting(engine, 4)

    for waiter in waiters[:3]:
        waiter.cancel()
    release.set()  # in the same turn: permits and cancellations cross
    waiters[3].cancel()
    for task in (*holders, *waiters):
        with suppress(asyncio.CancelledError):
            await task

    assert (pool_of(engine).checkedout(), pool_of(engine).waiting()) == (0, 0)
    async with asyncio.timeout(90), asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(hold(engine, release))


@pytest.mark.parametrize("permit_first", [True, False])
async def test_a_permit_that_comes_while_giving_up_goes_to_the_next(
    engine: AsyncEngine, *, permit_first: bool
) -> None:
    pool, release = pool_of(engine), asyncio.Event()
    holders = [asyncio.create_task(hold(engine, release)) for _ in range(3)]
    await until_in_use(engine, 3)
    first, second = (asyncio.create_task(hold(engine, release)) for _ in range(2))
    await until_waiting(engine, 2)

    if permit_first:
        pool._pass_on()
        first.cancel()
    else:
        first.cancel()
        pool._pass_on()
    with suppress(asyncio.CancelledError):
        await first

    async with asyncio.timeout(90):
        while not second.done():
            release.set()
            await asyncio.sleep(0)
    await asyncio.gather(*holders)
    pool._permits -= 1  # the one made up above


async def test_a_turn_that_comes_as_time_runs_out_is_a_turn() -> None:
    turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    turn.set_result(None)

    end_in_vain(turn)

    await turn


async def test_waiting_too_long_is_an_error_that_tells_the_pool(
    start_app: StartApp, database_url: str
) -> None:
    pool = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 0.05}
    app: FastAPI = await start_app(make_settings(database={"url": database_url, **pool}))
    engine = app.state.database.engine

    async with engine.connect():
        with pytest.raises(PoolTimeoutError, match=r"0\.05 seconds: Pool size: 1"):
            await engine.connect()
    async with engine.connect():
        pass


async def test_a_connection_that_cannot_be_opened_gives_its_permit_back(
    start_app: StartApp,
) -> None:
    away = {"url": "postgresql://u:p@127.0.0.1:1/db", "pool_size": 1}
    app: FastAPI = await start_app(make_settings(database=away))
    engine = app.state.database.engine

    for _ in range(3):
        with pytest.raises(Exception, match="cannot connect"):
            await engine.connect()
    assert pool_of(engine)._permits == 1
