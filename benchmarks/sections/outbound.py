"""A call to another service: ours beside the client that it is made of, and beside httpx."""

import json
import statistics

from benchmarks.findings import Findings
from benchmarks.service import Service
from benchmarks.tables import Table

OURS, BARE = "chassis/outbound", "bare aiohttp"
NOTE = (
    "CPU µs of the caller for a call that is answered with 0.3 KB of JSON, on connections that are "
    "kept, read into a model; so many calls at once."
)
Rounds = dict[tuple[str, int], list[float]]


def measure(service: Service) -> Findings:
    found: Rounds = {}
    for line in service.run("outbound.py").splitlines():
        name, at_once, rounds = json.loads(line)
        found[name, at_once] = rounds
    names = list(dict.fromkeys(name for name, _ in found))
    numbers = list(dict.fromkeys(number for _, number in found))
    rows = [(name, *(_cell(found[name, number]) for number in numbers)) for name in names]
    ratios = {number: _ratio(found, number) for number in numbers}
    rows.append(("ours / bare aiohttp", *(f"{ratio:.2f}" for ratio in ratios.values())))
    table = Table("Calls to another service", ("at once", *map(str, numbers)), rows, NOTE)
    return Findings([table], {"outbound": statistics.median(ratios.values())})


def _cell(rounds: list[float]) -> str:
    return f"{statistics.median(rounds):,.0f}"


def _ratio(found: Rounds, at_once: int) -> float:
    """The median of the rounds, each a quotient of neighbours in time."""
    pairs = zip(found[OURS, at_once], found[BARE, at_once], strict=True)
    return statistics.median(mine / theirs for mine, theirs in pairs)
