"""The relay: each event once, of one aggregate in order, whatever the broker does."""

import asyncio
from typing import Any

import pytest

from chassis.database.session import Database
from chassis.jobs import events
from chassis.jobs.events import relay as module
from chassis.jobs.events.publisher import LogPublisher
from chassis.jobs.events.relay import Relay
from chassis.jobs.observer import Unobserved
from tests.chassis.jobs.brokers import Flaky


async def publish(database: Database, *aggregates: str) -> None:
    async with database.transaction() as session:
        for number, aggregate in enumerate(aggregates):
            await events.publish(session, "orders.placed", aggregate, {"number": number})


def relay_to(database: Database, broker: Any) -> Relay:
    return Relay(database, broker, Unobserved())


def told(broker: Flaky) -> list[int]:
    return [int(event.body["number"]) for event in broker.kept]


async def test_what_is_stored_is_deleted(database: Database) -> None:
    await publish(database, "a", "b", "a")
    broker = Flaky()
    relay = relay_to(database, broker)

    assert (await relay.standing())[0] == 3
    assert not await relay.step()
    assert await relay.standing() == (0, 0.0)
    assert not await relay.step()

    assert sorted(told(broker)) == [0, 1, 2]
    assert [it.body["number"] for it in broker.kept if it.aggregate == "a"] == [0, 2]


async def test_a_full_batch_may_have_more_behind_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 2)
    await publish(database, "a", "a", "a")
    relay = relay_to(database, Flaky())

    assert await relay.step()
    assert not await relay.step()


async def test_what_the_broker_refuses_keeps_its_aggregate_and_no_other(database: Database) -> None:
    await publish(database, "a", "b", "a", "b")
    broker = Flaky(refused={"a"})
    relay = relay_to(database, broker)

    with pytest.raises(ConnectionError):
        await relay.step()
    assert told(broker) == [1, 3]

    broker.refused.clear()
    await relay.step()
    assert told(broker) == [1, 3, 0, 2]


async def test_a_broker_that_hangs_is_left_in_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it has stored is told to be so."""
    monkeypatch.setattr(module, "LONGEST", 0.2)
    await publish(database, "a", "a")
    broker = Flaky(hangs=True)
    relay = relay_to(database, broker)

    with pytest.raises(TimeoutError):
        await relay.step()

    assert (await relay.standing())[0] == 1
    broker.hangs = False
    await relay.step()
    assert told(broker) == [0, 1]


async def test_one_relay_is_at_it_at_a_time(database: Database) -> None:
    await publish(database, *"abcdefgh")
    broker = Flaky()

    await asyncio.gather(*(relay_to(database, broker).step() for _ in range(5)))

    assert sorted(told(broker)) == list(range(8))


async def test_without_a_broker_events_are_kept(database: Database) -> None:
    await publish(database, "a")
    relay = relay_to(database, None)

    assert not await relay.step()
    assert (await relay.standing())[0] == 1


async def test_in_development_they_go_to_the_log(database: Database) -> None:
    await publish(database, "a")
    relay = relay_to(database, LogPublisher())

    await relay.step()

    assert (await relay.standing())[0] == 0
