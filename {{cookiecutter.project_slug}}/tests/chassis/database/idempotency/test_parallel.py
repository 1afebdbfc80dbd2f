"""Requests at the same time: of those with one key, one is done."""

import asyncio
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import Conflict
from tests.chassis.database.asking import assert_problem
from tests.chassis.database.idempotency.keeping import Meanwhile, Turn, keep
from tests.chassis.database.idempotency.posting import NAME, answer, is_replay, kept, made, post
from tests.support.clients import Client, client_of
from tests.support.composition import StartApp
from tests.support.settings import make_settings


async def test_a_deadlock_of_two_requests_ends_with_each_done_once(
    client: Client, marks: Any, turn: Turn
) -> None:
    await marks.execute("CREATE TABLE scratch.pair AS VALUES (1), (2)")
    both_have_one = asyncio.Barrier(2)
    lock = text("SELECT * FROM scratch.pair WHERE column1 = :row FOR UPDATE")

    def locking(first: int, second: int) -> Meanwhile:
        async def work(session: AsyncSession) -> None:
            await session.execute(lock, {"row": first})
            await both_have_one.wait()
            await session.execute(lock, {"row": second})

        return work

    turn.steps = [locking(1, 2), locking(2, 1)]
    other = {NAME: "other"}
    responses = await asyncio.gather(post(client), post(client, headers=other))

    assert [response.status_code for response in responses] == [201, 201]
    assert (await made(marks), await kept(marks)) == (2, 2)
    assert answer(await post(client)) == answer(responses[0])
    assert answer(await post(client, headers=other)) == answer(responses[1])


async def test_a_duplicate_that_does_not_want_to_wait_longer_is_told_of_the_first(
    marks: Any, start_app: StartApp, database_url: str
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def wait(_: AsyncSession) -> None:
        begun.set()
        await go_on.wait()

    app = await start_app(make_settings(database={"url": database_url, "lock_timeout": 0.1}))
    keep(app, wait)
    async with client_of(app) as client, asyncio.TaskGroup() as tasks:
        first = tasks.create_task(post(client))
        await begun.wait()
        too_soon = await post(client)
        go_on.set()

        assert_problem(too_soon, 409, "request-in-progress", retry_after="1")
        assert answer(await post(client)) == answer(await first)
    assert await made(marks) == 1


async def test_a_duplicate_of_what_fails_does_the_work_itself(
    client: Client, marks: Any, turn: Turn
) -> None:
    begun = asyncio.Event()

    async def fail_when_waited_for(_: AsyncSession) -> None:
        begun.set()
        waiting = """SELECT count(*) FROM pg_stat_activity
                     WHERE datname = current_database() AND wait_event = 'transactionid'"""
        async with asyncio.timeout(90):
            while not await marks.fetchval(waiting):  # noqa: ASYNC110  the server cannot call
                await asyncio.sleep(0.01)
        raise Conflict

    turn.steps = [fail_when_waited_for]
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(post(client))
        await begun.wait()
        second = tasks.create_task(post(client))

    assert (first.result().status_code, second.result().status_code) == (409, 201)
    assert not is_replay(second.result())
    assert await made(marks) == 1


async def test_under_serializable_isolation_duplicates_are_done_once_too(
    marks: Any, start_app: StartApp, database_url: str
) -> None:
    url = f"{database_url}?options=-c%20default_transaction_isolation%3Dserializable"
    app = await start_app(make_settings(database={"url": url}))
    keep(app)
    async with client_of(app) as client:
        responses = await asyncio.gather(*(post(client) for _ in range(8)))

    assert len({response.content for response in responses}) == 1
    assert sum(map(is_replay, responses)) == 7
    assert await made(marks) == 1
