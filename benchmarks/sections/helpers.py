"""What a value costs that is kept, and many pieces of work at once."""

import json

from benchmarks.findings import Findings
from benchmarks.service import Service
from benchmarks.tables import Table

NOTE = (
    "CPU time of the service's process alone: what Redis and PostgreSQL spend, and the network, "
    "come on top."
)


def measure(service: Service) -> Findings:
    service.fill()
    kept = json.loads(service.run("caches.py"))
    rows = [(name, f"{microseconds:.1f}") for name, microseconds in kept.items()]
    many = [json.loads(line) for line in service.run("many.py").splitlines()]
    ways = [(way, f"{seconds:.1f}", f"{mebibytes:.0f}") for way, seconds, mebibytes in many]
    return Findings(
        [
            Table("A value that is kept", ("", "CPU µs"), rows, NOTE),
            Table("100,000 pieces of work, 16 at once", ("", "CPU s", "MiB more"), ways),
        ]
    )
