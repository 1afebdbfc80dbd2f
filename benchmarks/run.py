"""The measuring itself, with a baked service and DATABASE_URL at hand."""

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from benchmarks import machine, results, targets
from benchmarks.findings import Findings, Section
from benchmarks.progress import tell
from benchmarks.sections import (
    accounts,
    bulk,
    callers,
    connections,
    costs,
    generator,
    helpers,
    jobs,
    llm,
    outbound,
    pages,
    places,
    resources,
    round_trips,
    routes,
    routing,
    start,
    streams,
    workers,
)
from benchmarks.service import Service

SECTIONS: dict[str, Section] = {
    "http": routes.measure,
    "routing": routing.measure,
    "costs": costs.measure,
    "callers": callers.measure,
    "accounts": accounts.measure,
    "streams": streams.measure,
    "jobs": jobs.measure,
    "llm": llm.measure,
    "round-trips": round_trips.measure,
    "start": start.measure,
    "workers": workers.measure,
    "connections": connections.measure,
    "resources": resources.measure,
    "pages": pages.measure,
    "bulk": bulk.measure,
    "outbound": outbound.measure,
    "helpers": helpers.measure,
    "generator": generator.measure,
    "places": places.measure,
}


def measure(directory: Path, chosen: Sequence[str]) -> None:
    """Print what is found. Only a whole run is written down: figures of two do not compare.

    A section that breaks costs no other its figures; the page and the exit status tell of it.
    """
    service = Service(directory, directory / ".venv/bin/python")
    service.migrate()
    circumstances = machine.describe(service.python, machine.busyness())
    found, broken = _measured(service, chosen)
    if found.ratios:
        print(targets.table(found.ratios).text())
    missing = [f"Not measured, because they broke: {', '.join(broken)}."] if broken else []
    if list(chosen) == list(SECTIONS):
        results.write(found, [*circumstances, *missing], Path(__file__).parent)
    if missing:
        sys.exit(missing[0])


def _measured(service: Service, chosen: Sequence[str]) -> tuple[Findings, list[str]]:
    """What was found, and which sections broke."""
    found, broken = Findings(), []
    for number, name in enumerate(chosen, start=1):
        tell(f"{name}, section {number} of {len(chosen)}")
        try:
            section = SECTIONS[name](service)
        except Exception:  # noqa: BLE001  whatever it is, it is told
            traceback.print_exc()
            broken.append(name)
        else:
            for table in section.tables:
                print(table.text(), flush=True)
            found.add(section)
    return found, broken
