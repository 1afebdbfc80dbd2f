"""The arithmetic of connections: how many we may open, how many there are, how many a load needs.

Asks nobody; `chassis/doctor` asks the server and tells a person.
"""

import math
from dataclasses import dataclass

PROBE = 1
"""Connections of a process beside its pool: the health probe's."""
BUSIEST = 0.7
"""Share of a pool that may be in use on average; above it, waiting grows steeply."""


@dataclass(frozen=True)
class Demand:
    """What all processes of the service may open together on one server."""

    pool: int
    """Most connections of one pool: its size and its overflow."""
    processes: int
    pools: int = 1
    """Of one process: several where databases share a server."""
    beside: int = PROBE
    """Connections of a process beside its pools."""
    others: int = 0
    """Connections of processes that do not serve, in all."""

    @property
    def connections(self) -> int:
        return (self.pool * self.pools + self.beside) * self.processes + self.others

    def largest_pool(self, connections: int) -> int:
        """The pool, overflow included, that fits into so many; below 1 none does."""
        return ((connections - self.others) // self.processes - self.beside) // self.pools

    def spelt_out(self, pool: str) -> str:
        """The sum for one process."""
        pools = pool if self.pools == 1 else f"{self.pools} x ({pool})"
        return f"{pools} + {self.beside} for " + ("the probe" if self.beside == 1 else "probes")


@dataclass(frozen=True)
class Capacity:
    """What the server has. A limit that is None does not exist."""

    max_connections: int
    reserved: int
    """For superusers and other privileged roles."""
    role_limit: int | None
    database_limit: int | None
    others: int
    """Connections that are not the service's, now."""

    @property
    def usable(self) -> int:
        return self.max_connections - self.reserved

    @property
    def granted(self) -> int:
        """The most that the service gets when nobody else is connected."""
        limits = (self.usable, self.role_limit, self.database_limit)
        return min(limit for limit in limits if limit is not None)


@dataclass(frozen=True)
class Load:
    """Requests of the whole service, and how long each one holds a connection."""

    requests_per_second: float
    seconds: float

    @property
    def busy(self) -> float:
        """Connections in use on average (Little's law)."""
        return self.requests_per_second * self.seconds


@dataclass(frozen=True)
class Share:
    """What one process has to carry. Pools do not lend each other connections."""

    busy: float

    @property
    def by_share(self) -> float:
        return self.busy / BUSIEST

    @property
    def by_variation(self) -> float:
        """Arrivals vary by about their square root: room for twice as much."""
        return self.busy + 2 * math.sqrt(self.busy)

    @property
    def pool(self) -> int:
        """Connections that it needs."""
        return max(1, math.ceil(round(max(self.by_share, self.by_variation), 6)))
