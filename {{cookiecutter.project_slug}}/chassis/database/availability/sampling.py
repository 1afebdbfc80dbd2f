"""Tells metrics what no event tells: the state of a pool, and whether its database answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.concurrency.detached import detached
from chassis.database.connections.pool import FairPool

if TYPE_CHECKING:
    from chassis.observability.metrics.recording import DatabaseRecorder

PAUSE = 1.0
"""Seconds between samples; Prometheus comes less often."""

Availability = Callable[[], Awaitable[bool]]


@asynccontextmanager
async def observing_pool(
    engine: AsyncEngine, available: Availability, recorder: "DatabaseRecorder"
) -> AsyncIterator[None]:
    pool: Any = engine.pool
    pool.observer = recorder
    for name in ("invalidate", "soft_invalidate"):
        event.listen(engine.sync_engine, name, lambda *_: recorder.invalidated())
    end = asyncio.Event()
    sampling = detached(_sample_until(end, engine, available, recorder))
    try:
        yield
    finally:
        end.set()  # and no cancellation, which could meet the probe while it connects
        await sampling


async def _sample_until(
    end: asyncio.Event, engine: AsyncEngine, available: Availability, recorder: "DatabaseRecorder"
) -> None:
    while not end.is_set():
        try:
            _sample(engine.pool, recorder)  # type: ignore[arg-type]  # the engine's class of pool
            recorder.available.set(await available())
        except Exception:  # noqa: BLE001  the next sample may do better
            structlog.get_logger().exception("the pool could not be sampled")
        with suppress(TimeoutError):
            async with asyncio.timeout(PAUSE):
                await end.wait()


def _sample(pool: FairPool, recorder: "DatabaseRecorder") -> None:
    recorder.size.set(pool.size())
    recorder.checked_out.set(pool.checkedout())
    recorder.overflow.set(max(pool.overflow(), 0))
    recorder.waiting.set(pool.waiting())
