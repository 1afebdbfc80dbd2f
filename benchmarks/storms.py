"""Many requests in one moment, more than are taken: who gets what, and what the server suffers."""

import asyncio
import json
import statistics
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection

from benchmarks.load import Ask
from benchmarks.servers import Server
from benchmarks.service import Service
from benchmarks.tables import Table

AT_ONCE, STORMS = 200, 7
QUIET = 1.0
"""Seconds without any request, to compare with."""
OFTEN = 0.02
"""Seconds from one look at the memory to the next."""
TITLE = f"{AT_ONCE} logins at once"
COLUMNS = ("", "done", "503", "loop late p50 ms", "p99 ms", "memory MiB")
NOTE = (
    "The event loop, looked at every 5 ms; memory at its highest. No logins: not one before either."
)


@dataclass(frozen=True)
class Suffered:
    statuses: Counter[int]
    p50: float
    p99: float
    memory: float

    def row(self, name: str) -> tuple[str, ...]:
        done, refused = self.statuses[201], self.statuses[503]
        late = (f"{self.p50:.1f}", f"{self.p99:.1f}")
        return (name, f"{done}", f"{refused}", *late, f"{self.memory:.0f}")


def storm(service: Service, ask: Ask, settings: dict[str, str]) -> tuple[Table, float]:
    """How it went, and how late the loop was at the 99th percentile, in milliseconds."""
    with service.program_of("with_lag.py", **settings).running() as server:
        quiet = asyncio.run(_suffered(server, ask, 0))
        storms = [asyncio.run(_suffered(server, ask, AT_ONCE)) for _ in range(STORMS)]
    usual = sorted(storms, key=lambda each: each.p99)[STORMS // 2]
    worst = max(storms, key=lambda each: each.p99)
    rows = [quiet.row("no logins"), usual.row("a usual storm"), worst.row(f"the worst of {STORMS}")]
    return Table(TITLE, COLUMNS, rows, NOTE), usual.p99


async def _suffered(server: Server, ask: Ask, at_once: int) -> Suffered:
    _late(server)
    highest = asyncio.create_task(_highest(server))
    statuses = await asyncio.gather(*(_status(server, ask) for _ in range(at_once)))
    if not at_once:
        await asyncio.sleep(QUIET)
    highest.cancel()
    late = statistics.quantiles(_late(server), n=100)
    return Suffered(Counter(statuses), late[49] * 1e3, late[98] * 1e3, await highest)


async def _status(server: Server, ask: Ask) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(ask.encode())
    line = await reader.readline()
    writer.close()
    return int(line.split()[1])


async def _highest(server: Server) -> float:
    """Until it is cancelled."""
    found = server.memory()
    with suppress(asyncio.CancelledError):
        while True:
            await asyncio.sleep(OFTEN)
            found = max(found, server.memory())
    return found


def _late(server: Server) -> list[float]:
    """Seconds, since the last time."""
    connection = HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", "/lag")
    found = json.loads(connection.getresponse().read())
    connection.close()
    return [float(each) for each in found]
