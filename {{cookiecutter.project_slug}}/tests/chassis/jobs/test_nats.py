"""Events in a real NATS JetStream, while relays are killed and writers roll back."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from chassis.database.session import Database
from chassis.jobs import events
from chassis.jobs.events.nats import nats_publisher
from chassis.jobs.events.publisher import Event
from chassis.jobs.events.relay import Relay
from chassis.jobs.observer import Unobserved
from tests.chassis.jobs.brokers import connected, nats_server
from tests.support.eventually import eventually


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
