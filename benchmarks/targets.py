"""The limits that the project set itself, and whether this run kept them."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.tables import Table


@dataclass(frozen=True)
class Target:
    ratio: str
    """Which of the ratios that the sections found."""
    says: str
    limit: float
    at_least: bool = False

    def met(self, measured: float) -> bool:
        return measured >= self.limit if self.at_least else measured <= self.limit

    def row(self, measured: float | None) -> tuple[str, ...]:
        limit = f"{'≥' if self.at_least else '≤'} {self.limit:.2f}"
        if measured is None:
            return self.says, limit, "-", "not measured"
        return self.says, limit, f"{measured:.2f}", "yes" if self.met(measured) else "**no**"


TARGETS = (
    Target("trivial route", "Trivial route, full stack / bare FastAPI", 1.30),
    Target("nested route", "Trivial route in a nested router / bare FastAPI", 1.30),
    Target("later route", "Trivial route added by app.get / bare FastAPI", 1.30),
    Target("get by id", "Get by id / FastAPI + asyncpg", 1.7),
    Target("list of 50", "List of 50 / FastAPI + asyncpg", 1.6),
    Target("create", "Create / FastAPI + asyncpg in a transaction", 2.2),
    Target("order of two lines", "Order of two lines / FastAPI + asyncpg", 2.5),
    Target("trivial route, usual way", "Trivial route: the usual way / ours", 4, at_least=True),
    Target("get by id, usual way", "Get by id: the usual way / ours", 2, at_least=True),
    Target("all on, trivial", "Trivial route: metrics and rate limit on / off", 1.15),
    Target("all on, get", "Get by id: metrics and rate limit on / off", 1.15),
    Target("guarded", "Trivial route: with a guard, token known / without", 1.10),
    Target("unknown user", "Login: unknown user / wrong password", 1.10),
    Target("login storm", "200 logins at once: event loop late, ms at p99", 50),
    Target("followed order", "An order with a job and an event / without", 1.35),
    Target("event", "An event of a stream / of bare FastAPI's", 1.25),
    Target("start", "Process start to ready / FastAPI + SQLAlchemy", 1.5),
    Target("memory", "Memory when ready / FastAPI + SQLAlchemy", 1.3),
    Target("start with parts", "Start with llm and select-ai, unused / without", 1.15),
    Target("memory with parts", "Memory with llm and select-ai, unused / without", 1.05),
    Target("outbound", "Call to another service / bare aiohttp", 1.25),
    Target("pages", "Page 10,000 / page 1 of a million rows", 1.10),
    Target("resources, trivial", "Trivial route: 50 generated resources / 1", 1.25),
    Target("resources, get", "Get by id: last of 50 generated resources / 1", 1.25),
)


def table(ratios: Mapping[str, float]) -> Table:
    rows = [target.row(ratios.get(target.ratio)) for target in TARGETS]
    return Table("Targets", ("ratio", "limit", "measured", "met"), rows, NOTE)


NOTE = "CPU time for a request, where nothing else is said."
