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
    in_the_way: str = ""
    """Told where the limit was not kept."""

    def met(self, measured: float) -> bool:
        return measured >= self.limit if self.at_least else measured <= self.limit

    def row(self, measured: float | None) -> tuple[str, ...]:
        limit = f"{'≥' if self.at_least else '≤'} {self.limit:.2f}"
        if measured is None:
            return self.says, limit, "-", "not measured"
        return self.says, limit, f"{measured:.2f}", "yes" if self.met(measured) else "**no**"


LOG_LINE = (
    "Two thirds of what a trivial route takes beyond bare FastAPI are the request's log line, in "
    "which secrets are looked for, and uvicorn's check of eight headers, each by two patterns."
)
TARGETS = (
    Target("trivial route", "Trivial route, full stack / bare FastAPI", 1.30, in_the_way=LOG_LINE),
    Target(
        "nested route", "Trivial route, nested router / bare FastAPI", 1.30, in_the_way=LOG_LINE
    ),
    Target("later route", "Trivial route by app.get / bare FastAPI", 1.30, in_the_way=LOG_LINE),
    Target("get by id", "Get by id / FastAPI + asyncpg", 1.7),
    Target("list of 50", "List of 50 / FastAPI + asyncpg", 1.6),
    Target("create", "Create / FastAPI + asyncpg in a transaction", 2.2),
    Target(
        "order of two lines",
        "Order of two lines / FastAPI + asyncpg",
        2.5,
        in_the_way="An order is a unit of work of the ORM: SQLAlchemy sorts five objects by what "
        "refers to what, and sends one UPDATE for each product, whose version has to match. By "
        "hand, three statements write all of it, however many lines there are.",
    ),
    Target("trivial route, usual way", "Trivial route: the usual way / ours", 4, at_least=True),
    Target("get by id, usual way", "Get by id: the usual way / ours", 2, at_least=True),
    Target("all on, trivial", "Trivial route: metrics and rate limit on / off", 1.15),
    Target("all on, get", "Get by id: metrics and rate limit on / off", 1.15),
    Target(
        "spans, trivial",
        "Trivial route: spans of all requests / none",
        1.6,
        in_the_way="A span costs the same whatever the request does: OpenTelemetry's SDK makes it, "
        "and encodes it for the collector. `TRACING_SAMPLE_RATIO` says of how many requests.",
    ),
    Target("spans, get", "Get by id: spans of all requests / none", 1.6),
    Target("guarded", "Trivial route: with a guard, token known / without", 1.10),
    Target("unknown user", "Login: unknown user / wrong password", 1.10),
    Target("login storm", "200 logins at once: event loop late, ms at p99", 50),
    Target("followed order", "An order with a job and an event / without", 1.35),
    Target("event", "An event of a stream / of bare FastAPI's", 1.25),
    Target(
        "start",
        "Process start to ready / FastAPI + SQLAlchemy",
        1.2,
        in_the_way="What starts is twice as many modules: 200 of the chassis, with pydantic's "
        "models of all settings, the command line, and rich, which structlog imports.",
    ),
    Target("memory", "Memory when ready / FastAPI + SQLAlchemy", 1.3),
    Target("start with parts", "Start with llm and select-ai, unused / without", 1.15),
    Target("memory with parts", "Memory with llm and select-ai, unused / without", 1.05),
    Target("outbound", "Call to another service / bare aiohttp", 1.25),
    Target("pages", "Page 10,000 / page 1 of a million rows", 1.10),
    Target("resources, trivial", "Trivial route: 50 generated resources / 1", 1.25),
    Target("resources, get", "Get by id: last of 50 generated resources / 1", 1.25),
)


def table(ratios: Mapping[str, float]) -> Table:
    """What is in the way of a target that was missed stands in its note."""
    rows = [target.row(ratios.get(target.ratio)) for target in TARGETS]
    missed = [it for it in TARGETS if it.ratio in ratios and not it.met(ratios[it.ratio])]
    reasons = dict.fromkeys(target.in_the_way for target in missed if target.in_the_way)
    note = "\n\n".join([NOTE, *reasons])
    return Table("Targets", ("ratio", "limit", "measured", "met"), rows, note)


NOTE = "CPU time for a request, where nothing else is said."
