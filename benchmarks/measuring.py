"""Points measured in turn, round by round, so that a busy moment of the machine hits all alike."""

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.load import Ask, send
from benchmarks.progress import tell
from benchmarks.servers import Program, Server
from benchmarks.service import running

REQUESTS, ROUNDS, LIVES = 250, 5, 8
"""Short rounds and many: what else the machine does then hits neighbours alike. And new processes
again and again: of two that do the same, one may take a tenth more for as long as it lives."""


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

    rounds: dict[str, list[Sample]] = field(default_factory=dict)

    def add(self, other: "Samples") -> None:
        for name, of in other.rounds.items():
            self.rounds.setdefault(name, []).extend(of)

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
    """Measure every point once in each round, there and back, so that none is always the first.

    One round before them warms all up.
    """
    for point in points:
        point.sample()
    samples: dict[str, list[Sample]] = {point.name: [] for point in points}
    for number in range(rounds):
        if number % ROUNDS == 0 and rounds > ROUNDS:
            tell(f"  round {number + 1} of {rounds}")
        for point in points if number % 2 else reversed(points):
            samples[point.name].append(point.sample())
    return Samples(samples)


def lives(programs: dict[str, Program]) -> Iterator[dict[str, Server]]:
    """The same programs in new processes, `LIVES` times."""
    for number in range(1, LIVES + 1):
        tell(f"  processes {number} of {LIVES}: {', '.join(programs)}")
        with running(programs) as servers:
            yield servers
