"""Where a route stands: on the application, in a nested router, beside FastAPI's own ways."""

from benchmarks.asks import LATER, LIVE, NESTED
from benchmarks.findings import Findings
from benchmarks.measuring import COLUMNS, Point, Samples, interleaved, lives
from benchmarks.servers import Server
from benchmarks.service import Service
from benchmarks.tables import Table

FASTAPI, FASTAPI_NESTED, OURS = "bare FastAPI", "bare FastAPI, nested router", "this service"
OURS_NESTED, OURS_LATER = "this service, nested router", "this service, added by app.get"
NOTE = "A trivial route; the service with its full stack of middleware."
REQUESTS = 500


def measure(service: Service) -> Findings:
    programs = {
        FASTAPI: service.subject("bare_fastapi"),
        FASTAPI_NESTED: service.subject("bare_nested", ready=NESTED.path),
        OURS: service.program_of("with_routes.py"),
    }
    samples = Samples()
    for servers in lives(programs):
        samples.add(interleaved(_points(servers)))
    ratios = {
        "nested route": samples.ratio(OURS_NESTED, FASTAPI),
        "later route": samples.ratio(OURS_LATER, FASTAPI),
    }
    return Findings([Table("Where a route stands", COLUMNS, samples.rows(), NOTE)], ratios)


def _points(servers: dict[str, Server]) -> list[Point]:
    ours = servers[OURS]
    asked = {
        FASTAPI: (servers[FASTAPI], LIVE),
        FASTAPI_NESTED: (servers[FASTAPI_NESTED], NESTED),
        OURS_NESTED: (ours, NESTED),
        OURS_LATER: (ours, LATER),
    }
    return [Point(name, *of, requests=REQUESTS) for name, of in asked.items()]
