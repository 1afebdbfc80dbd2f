"""Events in a real NATS JetStream, while relays are killed and writers roll back."""

import asyncio
import json
import random
import signal
from collections import defaultdict
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from sqlalchemy import text

from chassis.database.session import Database
from chassis.jobs import events
from chassis.jobs.events.nats import nats_publisher
from chassis.jobs.events.publisher import Event
from chassis.jobs.events.relay import Relay
from chassis.jobs.observer import Unobserved
from tests.chassis.jobs.brokers import connected, nats_server
from tests.chassis.jobs.processes import started
from tests.support.eventually import eventually

AGGREGATES, WRITERS = 100, 10
COUNT = text("UPDATE effects SET number = number + 1 WHERE run = :run RETURNING number")
LEFT = "SELECT count(*) FROM events"


class RolledBackError(Exception):
    pass


async def test_an_event_arrives_with_what_is_known_of_it(database: Database) -> None:
    known = {"request_id": "r1", "trace_id": "a" * 32, "span_id": "b" * 16}
    with nats_server() as url:
        async with connected(url) as client, nats_publisher(url, "shop") as publisher:
            with structlog.contextvars.bound_contextvars(**known):
                async with database.transaction() as session:
                    event = await events.publish(session, "orders.placed", "orders/1", {"n": 1})
            async with database.transaction() as session:
                await events.publish(session, "orders.paid", "orders/1", {"n": 2})

            await Relay(database, publisher, Unobserved()).step()

            first, second = await messages(client, 2)
            assert (first.subject, json.loads(first.data)) == ("orders.placed", {"n": 1})
            headers = dict(first.headers or {})
            del headers["Created-At"]
            assert headers == {
                "Nats-Msg-Id": str(event),
                "Aggregate": "orders/1",
                "X-Request-ID": "r1",
                "traceparent": f"00-{'a' * 32}-{'b' * 16}-00",
            }
            assert "traceparent" not in (second.headers or {})


async def test_what_comes_twice_is_stored_once() -> None:
    """As when a relay is killed after the broker has it, and before its own commit."""
    event = Event(uuid4(), "orders.placed", "orders/1", {"n": 1}, {}, datetime.now(UTC))
    with nats_server() as url:
        async with connected(url) as client, nats_publisher(url, "shop") as publisher:
            await publisher.publish(event)
            await publisher.publish(event)

            info = await client.jetstream().stream_info("orders")
            assert info.state.messages == 1


async def test_a_broker_that_was_away_gets_what_has_waited(database: Database) -> None:
    with nats_server() as url:
        port = int(url.rpartition(":")[2])
    async with nats_publisher(url, "shop") as publisher:
        async with database.transaction() as session:
            await events.publish(session, "orders.placed", "orders/1", {"n": 1})
        relay = Relay(database, publisher, Unobserved())
        assert not await stepped(relay)

        with nats_server(port):
            async with connected(url) as client:
                await eventually(lambda: stepped(relay))
                assert len(await messages(client, 1)) == 1


async def stepped(relay: Relay) -> bool:
    """Whether nothing is left."""
    try:
        await relay.step()
    except Exception:  # noqa: BLE001  a broker that begins refuses in many words
        return False
    return (await relay.standing())[0] == 0


async def messages(client: Client, count: int) -> list[Msg]:
    subscription = await client.jetstream().subscribe("orders.>", ordered_consumer=True)
    return [await subscription.next_msg(timeout=60) for _ in range(count)]


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
