"""Rows per second into the products table, by each way there is."""

import json

from benchmarks.findings import Findings
from benchmarks.service import Service
from benchmarks.tables import Table

COLUMNS = ("", "rows", "s", "rows/s", "peak MiB")


def measure(service: Service) -> Findings:
    lines = [json.loads(line) for line in service.run("bulk.py").splitlines()]
    rows = [
        (way, f"{count:,}", f"{seconds:.1f}", f"{count / seconds:,.0f}", f"{peak:.0f}")
        for way, count, seconds, peak in lines
    ]
    return Findings([Table("Bulk", COLUMNS, rows, "Each in a process of its own.")])
