"""Points measured in turn, round by round, so that a busy moment of the machine hits all alike."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.load import Ask, send
from benchmarks.servers import Server

REQUESTS, ROUNDS = 250, 40
"""Short rounds and many: what else the machine does then hits neighbours alike. The ratio of a
server to its twin is between 0.97 and 0.99 so; with 5 rounds of 2,000 it was 0.90 to 0.99."""


@dataclass(frozen=True)
class Sample:
    """One batch of requests."""

    cpu: float
    """Microseconds of the server's user and system time for a request."""
    rate: float
    """Requests per second."""
    p50: float
    """Milliseconds."""
    p99: float


@dataclass(frozen=True)
class Point:
    """One kind of request to one server."""

    name: str
    server: Server
    ask: Ask
    connections: int = 16
    requests: int = REQUESTS

    def sample(self) -> Sample:
        asyncio.run(send(self.server.port, self.ask, self.requests // 8, self.connections))
        cpu, started = self.server.cpu(), time.perf_counter()
        seconds = asyncio.run(send(self.server.port, self.ask, self.requests, self.connections))
        took = time.perf_counter() - started
        spent = self.server.cpu() - cpu
        cuts = statistics.quantiles(seconds, n=100)
        return Sample(
            cpu=spent / self.requests * 1e6,
            rate=self.requests / took,
            p50=cuts[49] * 1e3,
            p99=cuts[98] * 1e3,
        )


@dataclass(frozen=True)
class Samples:
    """Of each point, by name, one for each round."""

    rounds: dict[str, list[Sample]]

    def median(self, name: str) -> Sample:
        of = self.rounds[name]
        return Sample(
            *(
                statistics.median(getattr(each, key) for each in of)
                for key in Sample.__annotations__
            )
        )

    def ratio(self, name: str, other: str) -> float:
        """Of CPU time; the median of the rounds, each a quotient of neighbours in time."""
        pairs = zip(self.rounds[name], self.rounds[other], strict=True)
        return statistics.median(mine.cpu / theirs.cpu for mine, theirs in pairs)

    def rows(self) -> list[tuple[str, ...]]:
        """For a table with the columns of COLUMNS."""
        return [(name, *_cells(self.median(name))) for name in self.rounds]


COLUMNS = ("", "CPU µs", "requests/s", "p50 ms", "p99 ms")


def _cells(sample: Sample) -> tuple[str, ...]:
    return (
        f"{sample.cpu:,.0f}",
        f"{sample.rate:,.0f}",
        f"{sample.p50:.1f}",
        f"{sample.p99:.1f}",
    )


def interleaved(points: Sequence[Point], rounds: int = ROUNDS) -> Samples:
    """Measure every point once in each round, there and back, so that none is always the first."""
    samples: dict[str, list[Sample]] = {point.name: [] for point in points}
    for number in range(rounds):
        for point in points if number % 2 else reversed(points):
            samples[point.name].append(point.sample())
    return Samples(samples)
