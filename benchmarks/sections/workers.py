"""One and two worker processes."""

from benchmarks.asks import GET
from benchmarks.findings import Findings
from benchmarks.measuring import COLUMNS, Point, interleaved
from benchmarks.service import Service, running
from benchmarks.tables import Table

NOTE = "Get by id. The client and PostgreSQL run on the same cores as the workers."


def measure(service: Service) -> Findings:
    service.fill()
    programs = {
        "1 worker": service.program(),
        "2 workers": service.program("--workers", "2"),
    }
    with running(programs) as servers:
        samples = interleaved([Point(name, it, GET) for name, it in servers.items()], rounds=20)
        memory = {name: f"{it.memory():.0f}" for name, it in servers.items()}
    rows = [(*row, memory[row[0]]) for row in samples.rows()]
    return Findings([Table("Workers", (*COLUMNS, "MiB, all"), rows, NOTE)])
