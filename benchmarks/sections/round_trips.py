"""How often a request waits for PostgreSQL: what a network between them multiplies."""

import asyncio
import os
from urllib.parse import urlsplit, urlunsplit

from benchmarks.asks import CREATE, GET, LIST
from benchmarks.findings import Findings
from benchmarks.load import Ask, send
from benchmarks.proxy import Proxy, counting
from benchmarks.service import Service
from benchmarks.tables import Table

ASKS = {"get by id": GET, "list of 50": LIST, "create": CREATE}
REQUESTS = 800


def measure(service: Service) -> Findings:
    service.fill()
    rows = [(name, f"{trips:.2f}") for name, trips in asyncio.run(_count(service)).items()]
    return Findings([Table("Round trips to PostgreSQL", ("", "for each request"), rows)])


async def _count(service: Service) -> dict[str, float]:
    url = urlsplit(os.environ["DATABASE_URL"])
    async with counting(str(url.hostname), url.port or 5432) as proxy:
        login = url.netloc.rpartition("@")[0]
        through = urlunsplit(url._replace(netloc=f"{login}@127.0.0.1:{proxy.port}"))
        served = service.program(DATABASE_URL=through).running()
        server = await asyncio.to_thread(served.__enter__)
        trips = {name: await _trips(server.port, ask, proxy) for name, ask in ASKS.items()}
        await asyncio.to_thread(served.__exit__, None, None, None)
    return trips


async def _trips(port: int, ask: Ask, proxy: Proxy) -> float:
    await send(port, ask, REQUESTS // 8)
    before = proxy.round_trips
    await send(port, ask, REQUESTS)
    return (proxy.round_trips - before) / REQUESTS
