"""How many calls there are at once, and what is left when they are broken off."""

import asyncio
from contextlib import suppress

import pytest
from aiohttp.helpers import calculate_timeout_when

from chassis.outbound.attempts import within
from chassis.outbound.problems import UpstreamTimeout, UpstreamUnavailable
from chassis.outbound.upstream import Upstream
from chassis.settings.outbound import Limits
from tests.chassis.outbound.conftest import OpenOutbound
from tests.chassis.outbound.misbehaving import Misbehaving
from tests.support.eventually import eventually


async def test_no_more_calls_are_made_at_once_than_the_limit(
    open_outbound: OpenOutbound, peer: Misbehaving
) -> None:
    shop = (await open_outbound(connections=4)).upstreams["shop"]

    async with asyncio.TaskGroup() as tasks:
        for _ in range(40):
            tasks.create_task(shop.get("/number"))

    assert peer.connected == 4
    assert (shop.gate.inside, shop.gate.waiting) == (0, 0)


async def test_who_finds_no_turn_waits_a_moment_and_is_told_that_we_are_full(
    open_outbound: OpenOutbound, peer: Misbehaving
) -> None:
    shop: Upstream = (await open_outbound(connections=1, wait=0.05)).upstreams["shop"]
    held = asyncio.ensure_future(shop.post("/hang"))
    await eventually(lambda: peer.counts["POST /hang"])

    with pytest.raises(UpstreamUnavailable) as raised:
        await shop.get("/number")

    assert (
        str(raised.value.__cause__)
        == "shop: all places (1) are taken, and none was left within 0.05 s"
    )
    assert peer.counts["GET /number"] == 0
    held.cancel()
    with suppress(asyncio.CancelledError):
        await held
    assert (await shop.get("/number")).status == 200


async def test_a_call_that_waits_gives_up_when_its_own_time_is_over(
    open_outbound: OpenOutbound, peer: Misbehaving
) -> None:
    shop: Upstream = (await open_outbound(connections=1)).upstreams["shop"]
    held = asyncio.ensure_future(shop.post("/hang"))
    await eventually(lambda: peer.counts["POST /hang"])

    with pytest.raises(UpstreamUnavailable):
        await shop.get("/number", timeout=0.05)

    held.cancel()


async def test_a_turn_that_comes_too_late_is_not_taken(
    open_outbound: OpenOutbound, peer: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A timeout of nothing would be none."""
    shop: Upstream = (await open_outbound()).upstreams["shop"]

    async def wait_long(left: float) -> None:
        await asyncio.sleep(left)
        shop.gate.inside += 1

    monkeypatch.setattr(shop.gate, "enter_at_once", lambda: False)
    monkeypatch.setattr(shop.gate, "wait", wait_long)

    with pytest.raises(UpstreamTimeout, match="did not answer in time"):
        await shop.get("/hang", timeout=0.05)

    assert peer.counts.total() == 0
    assert shop.gate.inside == 0


async def test_a_call_may_have_a_timeout_of_its_own(open_outbound: OpenOutbound) -> None:
    shop = (await open_outbound()).upstreams["shop"]

    with pytest.raises(UpstreamTimeout):
        await shop.get("/hang", timeout=0.05)


def test_a_long_timeout_is_not_rounded_up() -> None:
    """By up to a second, which is more than a request keeps for its own answer."""
    now, bounds = 1_000.25, within(Limits(), 29.9)

    ends = calculate_timeout_when(now, bounds.total or 0, bounds.ceil_threshold)

    assert ends == now + 29.9


@pytest.mark.parametrize("path", ["/hang", "/drip", "/number", "/endless"])
async def test_the_pool_is_whole_after_a_thousand_cancellations(
    open_outbound: OpenOutbound, peer: Misbehaving, path: str
) -> None:
    shop: Upstream = (await open_outbound(connections=8, max_bytes=10**9)).upstreams["shop"]
    delays = [0.0, 0.001, 0.002, 0.004]

    async def broken_off(number: int) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(delays[number % len(delays)]):
                await shop.get(path)

    for first in range(0, 1_000, 50):
        async with asyncio.TaskGroup() as tasks:
            for number in range(first, first + 50):
                tasks.create_task(broken_off(number))

    assert (shop.gate.inside, shop.gate.waiting) == (0, 0)
    async with asyncio.TaskGroup() as tasks:
        whole = [tasks.create_task(shop.get("/number")) for _ in range(40)]
    assert {it.result().status for it in whole} == {200}
    assert await eventually(lambda: peer.connections <= 8)


async def test_a_large_body_is_sent(open_outbound: OpenOutbound, peer: Misbehaving) -> None:
    shop = (await open_outbound()).upstreams["shop"]

    answer = await shop.put("/number", json="x" * 3_000_000)

    assert answer.status == 200
    assert "Content-Length: 3000002" in peer.heads[0]
