"""Workers and relays that are killed at random: what was committed is done once, or told in order.

Few jobs and events, and 10,000 of each in a long soak: `make soak`.
"""

import asyncio
import json
import random
import signal
from collections import defaultdict
from contextlib import ExitStack, suppress
from functools import partial
from operator import ge
from typing import Any

from nats.aio.msg import Msg
from sqlalchemy import text

from chassis.database.session import Database
from chassis.jobs import events
from tests.chassis.jobs import served_worker as jobs
from tests.chassis.jobs.brokers import connected, nats_server
from tests.chassis.jobs.doing import effects, put_many
from tests.chassis.jobs.processes import started
from tests.support.eventually import eventually

AGGREGATES, WRITERS = 100, 10
COUNT = text("UPDATE effects SET number = number + 1 WHERE run = :run RETURNING number")
JOBS, LEFT = "SELECT count(*) FROM jobs", "SELECT count(*) FROM events"


class RolledBackError(Exception):
    pass


async def test_workers_that_are_killed_lose_nothing_and_do_nothing_twice(
    database: Database, database_url: str, sql: Any, jobs_to_lose: int
) -> None:
    await put_many(database, jobs.effect, jobs_to_lose)
    chance = random.Random(1)  # noqa: S311  no secret
    kills = 0

    while await sql.fetchval(JOBS):
        some = chance.randint(1, max(jobs_to_lose // 5, 1))
        wanted = max(await sql.fetchval(JOBS) - some, 0)
        with ExitStack() as stack:
            workers = [stack.enter_context(started(database_url)) for _ in range(2)]
            await eventually(lambda: sql.fetchval(JOBS), partial(ge, wanted))
            for each in workers:
                each.process.send_signal(signal.SIGKILL)
                each.wait()
                kills += 1

    assert kills >= 4
    assert await effects(sql) == list(range(jobs_to_lose))


async def write(database: Database, runs: list[Any], chance: random.Random, count: int) -> None:
    """Each commit is the next number of its aggregate; one in ten is rolled back instead."""
    for _ in range(count):
        with suppress(RolledBackError):
            await change(database, chance.choice(runs), rolled_back=chance.random() < 0.1)


async def change(database: Database, run: Any, *, rolled_back: bool) -> None:
    async with database.transaction() as session:
        number = await session.scalar(COUNT, {"run": run})
        await events.publish(session, "orders.changed", f"orders/{run}", {"n": number})
        if rolled_back:
            raise RolledBackError


async def test_what_was_committed_arrives_once_and_in_order(
    database: Database, database_url: str, sql: Any, jobs_to_lose: int
) -> None:
    """While it is read, and two relays are killed at random."""
    await sql.execute(f"INSERT INTO effects SELECT 0 FROM generate_series(1, {AGGREGATES})")
    runs = [row["run"] for row in await sql.fetch("SELECT run FROM effects")]
    chance = random.Random(1)  # noqa: S311  no secret
    seen: dict[str, list[int]] = defaultdict(list)
    ids: set[str] = set()

    async def read(message: Msg) -> None:
        headers = message.headers or {}
        if headers["Nats-Msg-Id"] not in ids:
            ids.add(headers["Nats-Msg-Id"])
            seen[headers["Aggregate"]].append(json.loads(message.data)["n"])

    with nats_server() as url:
        async with connected(url) as client:
            await client.jetstream().subscribe("orders.>", cb=read, ordered_consumer=True)
            each = jobs_to_lose // WRITERS
            writers = [
                asyncio.create_task(write(database, runs, random.Random(it), each))  # noqa: S311
                for it in range(WRITERS)
            ]
            kills = 0
            while not all(it.done() for it in writers) or await sql.fetchval(LEFT):
                kills += await killed_at_random(database_url, url, chance, sql)
            await asyncio.gather(*writers)
            committed = {
                f"orders/{row['run']}": list(range(1, row["number"] + 1))
                for row in await sql.fetch("SELECT * FROM effects WHERE number > 0")
            }
            await eventually(
                lambda: len(ids), lambda count: count >= sum(map(len, committed.values()))
            )

    assert kills >= 2
    assert dict(seen) == committed


async def killed_at_random(database_url: str, url: str, chance: random.Random, sql: Any) -> int:
    """Two relays that publish some, and are killed."""
    before = await sql.fetchval(LEFT)
    with ExitStack() as stack:
        relays = [stack.enter_context(started(database_url, EVENTS_URL=url)) for _ in range(2)]
        await eventually(lambda: sql.fetchval(LEFT), lambda left: left == 0 or left != before)
        await asyncio.sleep(chance.uniform(0, 0.1))  # so that it is somewhere in a batch
        for each in relays:
            each.process.send_signal(signal.SIGKILL)
            each.wait()
    return 2
