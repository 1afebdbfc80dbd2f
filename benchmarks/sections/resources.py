"""A service with one generated resource, with ten, and with fifty."""

import statistics
import tempfile
from pathlib import Path

from benchmarks.asks import LIVE
from benchmarks.findings import Findings
from benchmarks.load import Ask
from benchmarks.measuring import COLUMNS, Point, Samples, interleaved, lives
from benchmarks.service import Service
from benchmarks.tables import Table

ONE, TEN, FIFTY = "1 resource", "10 resources", "50 resources"
NUMBERS = {ONE: 1, TEN: 10, FIFTY: 50}
LAST = {ONE: "/v1/aa_gadgets", TEN: "/v1/aj_gadgets", FIFTY: "/v1/bx_gadgets"}
"""Where the resource made last is: the worst place for a list of routes that is tried in turn."""
MISSING = "00000000-0000-7000-8000-000000000000"
Growth = tuple[float, float]
"""Seconds to ready, and MiB."""
NOTE = (
    "Beside the example's two. Get by id is of the resource that was made last; of a row that does "
    "not exist, so that the answer is 404."
)


def measure(service: Service) -> Findings:
    with tempfile.TemporaryDirectory() as place:
        programs = {}
        for name, number in NUMBERS.items():
            copy = service.copy(Path(place) / name)
            copy.run("resources.py", str(number))
            copy.run("create_tables.py")
            programs[name] = copy.program()
            with programs[name].running():
                pass  # compiles it
        trivial, last = Samples(), Samples()
        grown: dict[str, list[Growth]] = {name: [] for name in programs}
        for servers in lives(programs):
            trivial.add(interleaved([Point(name, it, LIVE) for name, it in servers.items()]))
            last.add(interleaved([Point(name, it, _get(name)) for name, it in servers.items()]))
            for name, server in servers.items():
                grown[name].append((server.start, server.memory()))
    ratios = {
        "resources, trivial": trivial.ratio(FIFTY, ONE),
        "resources, get": last.ratio(FIFTY, ONE),
    }
    return Findings([_growth(grown), _requests(trivial, last)], ratios)


def _get(name: str) -> Ask:
    return Ask(f"{LAST[name]}/{MISSING}", status=404)


def _growth(grown: dict[str, list[Growth]]) -> Table:
    rows = []
    for name, of in grown.items():
        start, memory = map(statistics.median, zip(*of, strict=True))
        rows.append((name, f"{start:.2f}", f"{memory:.0f}"))
    return Table("Start with many resources", ("", "ready after s", "MiB"), rows)


def _requests(trivial: Samples, last: Samples) -> Table:
    kinds = {"trivial": trivial, "get by id of the last": last}
    rows = [
        (f"{kind}, {name}", *cells)
        for kind, samples in kinds.items()
        for name, *cells in samples.rows()
    ]
    return Table("Requests with many resources", COLUMNS, rows, NOTE)
