"""An order with a job and an event beside one without, and jobs per second beside PgQueuer."""

import json
import statistics

from benchmarks.asks import ORDER
from benchmarks.findings import Findings
from benchmarks.measuring import COLUMNS, Point, Samples, interleaved, lives
from benchmarks.parts import service_with
from benchmarks.service import Service
from benchmarks.tables import Table

OTHERS = "pgqueuer>=1.6,<2"
PLAIN, FOLLOWED = "order", "order with a job and an event"
OURS, THEIRS = "this service", "PgQueuer"
ROUNDS = 3
NOTE = "Two services on one database; an order changes the stock of two products."
JOBS = (
    "Each job writes a row; ten at once, one worker. Ours writes it and ends the job in one"
    " transaction. PgQueuer with its defaults."
)


def measure(service: Service) -> Findings:
    with service_with("example jobs", OTHERS) as with_jobs:
        with_jobs.migrate()
        samples = _orders(service, with_jobs)
        ours, theirs = _jobs(with_jobs)
    rows = [
        (name, *(f"{statistics.median(column):,.2f}" for column in zip(*rounds, strict=True)))
        for name, rounds in ((OURS, ours), (THEIRS, theirs))
    ]
    pairs = zip(ours, theirs, strict=True)
    ratios = {
        "followed order": samples.ratio(FOLLOWED, PLAIN),
        "jobs": statistics.median(mine[1] / other[1] for mine, other in pairs),
    }
    columns = ("", "enqueued in s", "jobs/s")
    tables = [
        Table("Orders", COLUMNS, samples.rows(), NOTE),
        Table("Jobs", columns, rows, JOBS),
    ]
    return Findings(tables, ratios)


def _orders(service: Service, with_jobs: Service) -> Samples:
    service.fill()
    samples = Samples()
    programs = {PLAIN: service.program(), FOLLOWED: with_jobs.program()}
    for servers in lives(programs):
        samples.add(interleaved([Point(name, servers[name], ORDER) for name in programs]))
    return samples


def _jobs(service: Service) -> tuple[list[list[float]], list[list[float]]]:
    """Seconds to enqueue, and jobs per second, in turns."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(json.loads(service.run("jobs.py")))
        theirs.append(json.loads(service.run("jobs_beside.py")))
    return ours, theirs
