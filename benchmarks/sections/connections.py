"""From one client to 256, on a pool of ten connections."""

from benchmarks.asks import GET
from benchmarks.findings import Findings
from benchmarks.measuring import COLUMNS, Point, interleaved
from benchmarks.service import Service, running
from benchmarks.tables import Table

CLIENTS = (1, 4, 16, 64, 256)
NOTE = "Get by id. Requests wait for one of ten connections in the order in which they came."


def measure(service: Service) -> Findings:
    service.fill()
    with running({"service": service.program()}) as servers:
        server = servers["service"]
        samples = interleaved(
            [Point(f"clients: {count}", server, GET, count, requests=2_000) for count in CLIENTS],
            rounds=3,
        )
    return Findings([Table("Clients at once", COLUMNS, samples.rows(), NOTE)])
