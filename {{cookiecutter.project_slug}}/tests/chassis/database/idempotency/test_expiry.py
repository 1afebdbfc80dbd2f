"""An answer is kept for its time, then its key is a new one and it is removed."""

import asyncio
from typing import Any

from chassis.database.idempotency import CLEANED_AT_ONCE
from tests.chassis.database.idempotency.keeping import keep
from tests.chassis.database.idempotency.posting import KEY, NAME, answer, is_replay, kept, post
from tests.support.clients import Client, client_of
from tests.support.composition import StartApp
from tests.support.settings import make_settings

EXPIRED = """
    INSERT INTO idempotency_keys (scope, key, fingerprint, expires_at)
    SELECT '', number, '', now() - interval '1 second' FROM generate_series(1, $1) AS number
"""


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
