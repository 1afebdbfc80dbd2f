"""The service's requests beside the reference points and the usual way."""

from benchmarks.asks import CREATE, GET, LIST, LIVE, ORDER
from benchmarks.findings import Bars, Findings
from benchmarks.measuring import COLUMNS, Point, Samples, interleaved, lives
from benchmarks.servers import Program, Server
from benchmarks.service import Service
from benchmarks.tables import Table

ASGI, STARLETTE, FASTAPI = "raw ASGI", "bare Starlette", "bare FastAPI"
ASYNCPG, SQLALCHEMY = "FastAPI + asyncpg", "FastAPI + SQLAlchemy"
USUAL, OURS = "the usual way", "this service"
TRIVIAL_REQUESTS = 500
"""More than of the others, as each takes little."""

WITH_DATABASE = (ASYNCPG, SQLALCHEMY, USUAL, OURS)
ROUTES = {
    "trivial route": (LIVE, (ASGI, STARLETTE, FASTAPI, USUAL, OURS)),
    "get by id": (GET, WITH_DATABASE),
    "list of 50": (LIST, WITH_DATABASE),
    "create": (CREATE, WITH_DATABASE),
    "order of two lines": (ORDER, WITH_DATABASE),
}
NOTES = {
    "trivial route": "`GET /health/live`, with the full stack of middleware.",
    "get by id": "`GET /v1/products/{id}`.",
    "list of 50": "`GET /v1/products?limit=50`.",
    "create": "`POST /v1/products`, in a transaction.",
    "order of two lines": "`POST /v1/orders`: locks, checks and changes two products.",
}
LIMITS = {"trivial route": FASTAPI} | dict.fromkeys(list(ROUTES)[1:], ASYNCPG)
"""What each is held against."""


def measure(service: Service) -> Findings:
    service.fill()
    samples = {route: Samples() for route in ROUTES}
    for servers in lives(programs(service)):
        for route, of in samples.items():
            of.add(_sample(route, servers))
    found = Findings()
    for route, of in samples.items():
        found.add(_compare(route, of))
    return found


def programs(service: Service) -> dict[str, Program]:
    return {
        ASGI: service.subject("bare_asgi"),
        STARLETTE: service.subject("bare_starlette"),
        FASTAPI: service.subject("bare_fastapi"),
        ASYNCPG: service.subject("bare_asyncpg", ready="/v1/products?limit=1"),
        SQLALCHEMY: service.subject("bare_sqlalchemy", ready="/health/ready"),
        USUAL: service.subject("usual_way"),
        OURS: service.program(),
    }


def _sample(route: str, servers: dict[str, Server]) -> Samples:
    ask, names = ROUTES[route]
    requests = TRIVIAL_REQUESTS if ask is LIVE else TRIVIAL_REQUESTS // 2
    return interleaved([Point(name, servers[name], ask, requests=requests) for name in names])


def _compare(route: str, samples: Samples) -> Findings:
    ratios = {
        route: samples.ratio(OURS, LIMITS[route]),
        f"{route}, usual way": samples.ratio(USUAL, OURS),
    }
    bars = {name: samples.median(name).cpu for name in samples.rounds}
    return Findings([_table(route, samples)], ratios, [Bars(f"{route}, CPU µs", bars)])


def _table(route: str, samples: Samples) -> Table:
    """With how often the cost of the service fits into each row's."""
    of_ours = [f"{samples.ratio(name, OURS):.2f}" for name in samples.rounds]
    rows = [(*row, ratio) for row, ratio in zip(samples.rows(), of_ours, strict=True)]
    return Table(route.capitalize(), (*COLUMNS, "CPU / ours"), rows, NOTES[route])
