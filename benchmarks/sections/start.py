"""From the start of the process to ready, and what it then holds of memory."""

import statistics
import subprocess
from collections.abc import Callable

from benchmarks.asks import GET
from benchmarks.findings import Findings
from benchmarks.measuring import Point
from benchmarks.progress import tell
from benchmarks.sections.routes import FASTAPI, OURS, SQLALCHEMY, USUAL, programs
from benchmarks.servers import Program
from benchmarks.service import Service
from benchmarks.tables import Table

ROUNDS = 7
READS = 2_000
COLUMNS = ("", "ready after s", "import s", "MiB when ready", f"MiB after {READS:,} reads")
MODULES = {FASTAPI: "bare_fastapi", SQLALCHEMY: "bare_sqlalchemy", USUAL: "usual_way"}
IMPORT = (
    "import sys, time; sys.path.insert(0, '.'); start = time.perf_counter(); "
    "__import__(sys.argv[1]); print(time.perf_counter() - start)"
)
Facts = tuple[float, float, float, float]


def measure(service: Service) -> Findings:
    service.fill()
    chosen = {
        name: program for name, program in programs(service).items() if name in (*MODULES, OURS)
    }
    facts: dict[str, list[Facts]] = {name: [] for name in chosen}
    for number in range(ROUNDS + 1):
        tell(f"  round {number + 1} of {ROUNDS + 1}")
        for name, program in chosen.items():
            found = _start(program, MODULES.get(name, "app.main"), reads=name != FASTAPI)
            if number:  # the first run compiles, and warms the caches
                facts[name].append(found)
    rows = [(name, *_cells(of)) for name, of in facts.items()]
    ratios = {
        "start": _ratio(facts, lambda fact: fact[0]),
        "memory": _ratio(facts, lambda fact: fact[2]),
    }
    note = "The service is ready when it has two connections, the others when they answer."
    return Findings([Table("Start and memory", COLUMNS, rows, note)], ratios)


def _start(program: Program, module: str, *, reads: bool) -> Facts:
    python = program.command[0]
    said = subprocess.run(
        [python, "-c", IMPORT, module], cwd=program.cwd, check=True, capture_output=True
    )
    with program.running() as server:
        ready = server.memory()
        if reads:
            Point("", server, GET, requests=READS).sample()
        return server.start, float(said.stdout), ready, server.memory()


def _cells(facts: list[Facts]) -> tuple[str, ...]:
    ready, imported, before, after = map(statistics.median, zip(*facts, strict=True))
    return f"{ready:.2f}", f"{imported:.2f}", f"{before:.0f}", f"{after:.0f}"


def _ratio(facts: dict[str, list[Facts]], of: Callable[[Facts], float]) -> float:
    pairs = zip(facts[OURS], facts[SQLALCHEMY], strict=True)
    return statistics.median(of(mine) / of(theirs) for mine, theirs in pairs)
