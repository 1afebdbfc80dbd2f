"""A POST with an `Idempotency-Key` is done once, whatever comes in between."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from httpx import Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.idempotency import CLEANED_AT_ONCE
from app.problems import Conflict, InternalError
from tests.conftest import Client, StartApp, client_of, make_settings
from tests.database.asking import assert_problem
from tests.database.keeping import Meanwhile, keep
from tests.database.marking import AT_COMMIT
from tests.database.terminating import terminate_sleeping
from tests.database.wire import Wire, wire_to

NAME = "Idempotency-Key"
KEY = {NAME: "8e03978e-40d5-43dd-bc93-6894a57f9324"}
OF_EACH_RESPONSE = {"traceresponse", "x-request-id", "x-response-time", "idempotent-replayed"}
RAISE = "DO $$BEGIN RAISE 'made on purpose' USING ERRCODE = '{}'; END$$"
EXPIRED = """
    INSERT INTO idempotency_keys (scope, key, fingerprint, expires_at)
    SELECT '', number, '', now() - interval '1 second' FROM generate_series(1, $1) AS number
"""


@pytest.fixture
async def marks(scratch: Any) -> Any:
    await scratch.execute("CREATE TABLE scratch.marks (id serial PRIMARY KEY)")
    return scratch


class Turn:
    """What happens in the middle of the work, one after the other; then nothing any more."""

    def __init__(self, *steps: Meanwhile) -> None:
        self.steps = list(steps)

    async def __call__(self, session: AsyncSession) -> None:
        if self.steps:
            await self.steps.pop(0)(session)


@pytest.fixture
def turn() -> Turn:
    return Turn()


@pytest.fixture
async def client(marks: Any, app: FastAPI, turn: Turn) -> AsyncIterator[Client]:
    keep(app, turn)
    async with client_of(app) as client:
        yield client


async def post(
    client: Client, path: str = "/marks/a", body: bytes = b"x", headers: dict[str, str] = KEY
) -> Response:
    return await client.post(path, content=body, headers=headers)


async def made(marks: Any) -> int:
    return int(await marks.fetchval("SELECT count(*) FROM scratch.marks"))


async def kept(sql: Any) -> int:
    return int(await sql.fetchval("SELECT count(*) FROM idempotency_keys"))


def answer(response: Response) -> tuple[int, list[tuple[str, str]], bytes]:
    headers = [pair for pair in response.headers.multi_items() if pair[0] not in OF_EACH_RESPONSE]
    return response.status_code, headers, response.content


def is_replay(response: Response) -> bool:
    return "idempotent-replayed" in response.headers


async def test_what_is_sent_again_is_done_once_and_answered_the_same(
    client: Client, marks: Any
) -> None:
    first = await post(client)
    again = await post(client)

    assert (first.status_code, first.content) == (201, b"a 1 \xe9")
    assert len(first.headers.get_list("set-cookie")) == 2
    assert answer(again) == answer(first)
    assert (is_replay(first), is_replay(again)) == (False, True)
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert await made(marks) == 1


async def test_without_a_key_all_is_done_each_time_and_nothing_kept(
    client: Client, marks: Any
) -> None:
    for number in (1, 2):
        response = await client.post("/marks/a")
        assert response.headers["location"] == f"/marks/{number}"

    assert await kept(marks) == 0


async def test_a_key_in_quotes_is_the_same_key(client: Client, marks: Any) -> None:
    await post(client)

    assert is_replay(await post(client, headers={NAME: f'"{KEY[NAME]}"'}))
    assert await made(marks) == 1


@pytest.mark.parametrize(("path", "body"), [("/marks/a", b"y"), ("/marks/a?fast=1", b"x")])
async def test_a_key_that_comes_with_another_request_is_refused(
    client: Client, marks: Any, path: str, body: bytes
) -> None:
    await post(client)

    assert_problem(await post(client, path, body), 422, "idempotency-key-reused")
    assert await made(marks) == 1
    assert is_replay(await post(client))


async def test_clients_and_paths_have_keys_of_their_own(client: Client, marks: Any) -> None:
    responses = [
        await post(client),
        await post(client, "/marks/b"),
        await post(client, headers=KEY | {"Authorization": "Bearer one"}),
        await post(client, headers=KEY | {"Authorization": "Bearer two"}),
    ]

    assert [response.headers["location"][-1] for response in responses] == ["1", "2", "3", "4"]
    assert is_replay(await post(client, headers=KEY | {"Authorization": "Bearer two"}))


@pytest.mark.parametrize("error", [Conflict(), InternalError(), RuntimeError()])
async def test_what_failed_is_undone_with_its_key_and_done_when_sent_again(
    client: Client, marks: Any, turn: Turn, error: Exception
) -> None:
    async def fail(_: AsyncSession) -> None:
        raise error

    turn.steps = [fail, fail]
    for _ in range(2):
        assert (await post(client)).status_code == getattr(error, "status", 500)
        assert (await made(marks), await kept(marks)) == (0, 0)

    assert not is_replay(done := await post(client, body=b"y"))
    assert done.status_code == 201


async def test_what_fails_at_commit_frees_the_key(client: Client, marks: Any) -> None:
    await marks.execute(AT_COMMIT.format(action="RAISE unique_violation"))
    assert (await post(client)).status_code == 409
    await marks.execute("DROP TRIGGER at_commit ON scratch.marks")

    assert not is_replay(done := await post(client))
    assert done.status_code == 201


async def test_work_that_runs_again_is_stored_once(client: Client, marks: Any, turn: Turn) -> None:
    async def fail(session: AsyncSession) -> None:
        await session.execute(text(RAISE.format("40001")))

    turn.steps = [fail, fail]
    first = await post(client)

    assert first.content == b"a 3 \xe9"  # two numbers went to what was rolled back
    assert answer(await post(client)) == answer(first)
    assert (await made(marks), await kept(marks)) == (1, 1)


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


async def test_a_statement_that_fails_otherwise_is_no_request_in_progress(
    client: Client, marks: Any
) -> None:
    await marks.execute("ALTER TABLE idempotency_keys RENAME TO moved")
    try:
        assert_problem(await post(client), 500, "internal-error")
    finally:
        await marks.execute("ALTER TABLE moved RENAME TO idempotency_keys")


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


async def expire(marks: Any) -> None:
    await marks.execute("UPDATE idempotency_keys SET expires_at = now() - interval '1 second'")


async def test_an_expired_key_is_a_new_one(client: Client, marks: Any) -> None:
    await post(client)
    await expire(marks)

    new = await post(client, body=b"y")

    assert (new.content, is_replay(new)) == (b"a 2 \xe9", False)
    assert answer(await post(client, body=b"y")) == answer(new)
    assert await kept(marks) == 1


async def test_of_parallel_requests_with_an_expired_key_one_is_done(
    client: Client, marks: Any
) -> None:
    await post(client)
    await expire(marks)

    responses = await asyncio.gather(*(post(client) for _ in range(5)))

    assert {response.content for response in responses} == {b"a 2 \xe9"}
    assert sum(map(is_replay, responses)) == 4


async def test_an_answer_is_kept_for_the_time_of_the_settings(
    marks: Any, start_app: StartApp, database_url: str
) -> None:
    app = await start_app(
        make_settings(database={"url": database_url}, idempotency={"ttl": 1_000_000})
    )
    keep(app)
    async with client_of(app) as client:
        await post(client)

    left = await marks.fetchval("SELECT expires_at - now() FROM idempotency_keys")
    assert 999_000 < left.total_seconds() <= 1_000_000


async def test_each_new_answer_removes_a_few_that_expired(client: Client, marks: Any) -> None:
    await marks.execute(EXPIRED, 2 * CLEANED_AT_ONCE + 1)
    await post(client, headers={NAME: "first"})
    assert await kept(marks) == CLEANED_AT_ONCE + 1 + 1

    await post(client, headers={NAME: "second"})
    await post(client, headers={NAME: "third"})

    assert await kept(marks) == 3
    assert is_replay(await post(client, headers={NAME: "first"}))


async def test_removing_waits_for_nobody(client: Client, marks: Any) -> None:
    await marks.execute(EXPIRED, 2)
    async with marks.transaction():
        await marks.execute("SELECT * FROM idempotency_keys WHERE key = '1' FOR UPDATE")

        assert (await post(client)).status_code == 201

    keys = await marks.fetch("SELECT key FROM idempotency_keys ORDER BY key")
    assert [row["key"] for row in keys] == ["1", KEY[NAME]]


async def test_sent_again_after_a_commit_that_was_broken_off_it_is_done(
    client: Client, marks: Any
) -> None:
    await marks.execute(AT_COMMIT.format(action="PERFORM pg_sleep(30)"))
    unknown, _ = await asyncio.gather(post(client), terminate_sleeping(marks))
    assert_problem(unknown, 503, "outcome-unknown", retry_after="1")
    await marks.execute("DROP TRIGGER at_commit ON scratch.marks")

    assert not is_replay(done := await post(client))
    assert (done.status_code, await made(marks)) == (201, 1)


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[Wire]:
    server = urlsplit(database_url)
    async with wire_to(str(server.hostname), server.port or 5432) as wire:
        yield wire


async def test_sent_again_after_a_commit_whose_answer_was_lost_it_is_not_done_again(
    marks: Any, start_app: StartApp, database_url: str, wire: Wire
) -> None:
    url = database_url.replace(f":{urlsplit(database_url).port}/", f":{wire.port}/")
    app = await start_app(make_settings(database={"url": url}))
    keep(app)
    async with client_of(app) as client:
        wire.last_words = b"COMMIT"
        assert_problem(await post(client), 503, "outcome-unknown", retry_after="1")
        wire.last_words = None

        again = await post(client)

    assert (again.content, is_replay(again)) == (b"a 1 \xe9", True)
    assert await made(marks) == 1
