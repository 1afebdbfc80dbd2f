"""An order with a job and an event beside one without, jobs beside PgQueuer, and workers.

Of workers: what one costs that has nothing to do, and when the job of a killed one starts again.
"""

import json
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks import bakes
from benchmarks.asks import ORDER
from benchmarks.findings import Findings
from benchmarks.measuring import COLUMNS, Point, Samples, interleaved, lives
from benchmarks.progress import tell
from benchmarks.servers import Program
from benchmarks.service import Service
from benchmarks.tables import Table

OTHERS = "pgqueuer>=1.6,<2"
PLAIN, FOLLOWED = "order", "order with a job and an event"
OURS, THEIRS = "this service", "PgQueuer"
ROUNDS = 3
STARTING, IDLE, LEASE = 5, 20, 6
"""Seconds; what follows a start goes on when it is ready already."""
NOTE = (
    "Two services, each in a database of its own on one server; an order changes the stock of two"
    " products."
)
JOBS = (
    "Each job writes a row; ten at once, one worker. Ours writes it and ends the job in one"
    " transaction. PgQueuer with its defaults, its log included. Size: vacuumed when all are done."
)

WORKERS = (
    f"CPU time of one for which nothing is due, in {IDLE} s. Two workers, a lease of {LEASE} s, and"
    " a poll each second: from SIGKILL of the one that does the job to its start by the other."
)


def measure(service: Service) -> Findings:
    """In an environment of its own: the service that is measured elsewhere has no jobs."""
    with tempfile.TemporaryDirectory() as place:
        with_jobs = bakes.with_parts(Path(place), "example jobs", OTHERS)
        samples = _orders(service, with_jobs)
        ours, theirs = _jobs(with_jobs)
        workers = [_idle(with_jobs), _killed(with_jobs)]
    rows = [
        (name, *(f"{statistics.median(column):,.2f}" for column in zip(*rounds, strict=True)))
        for name, rounds in ((OURS, ours), (THEIRS, theirs))
    ]
    pairs = zip(ours, theirs, strict=True)
    ratios = {
        "followed order": samples.ratio(FOLLOWED, PLAIN),
        "jobs": statistics.median(mine[1] / other[1] for mine, other in pairs),
    }
    columns = ("", "enqueued in s", "jobs/s", "MiB in the end")
    tables = [
        Table("Orders", COLUMNS, samples.rows(), NOTE),
        Table("Jobs", columns, rows, JOBS),
        Table("Workers", ("", "measured"), workers, WORKERS),
    ]
    return Findings(tables, ratios)


def _orders(service: Service, with_jobs: Service) -> Samples:
    service.fill()
    with_jobs.fill()
    samples = Samples()
    programs = {PLAIN: service.program(), FOLLOWED: with_jobs.program()}
    for servers in lives(programs):
        samples.add(interleaved([Point(name, servers[name], ORDER) for name in programs]))
    return samples


def _jobs(service: Service) -> tuple[list[list[float]], list[list[float]]]:
    """Seconds to enqueue, jobs per second, and MiB of the tables in the end, in turns."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(json.loads(service.run("jobs.py")))
        theirs.append(json.loads(service.run("jobs_beside.py")))
    return ours, theirs


def _idle(service: Service) -> tuple[str, str]:
    command = (service.python, "-m", "app", "work", "--port")
    settings = tuple(service.settings.items())
    with Program(command, service.directory, settings, ready="/health/ready").running() as worker:
        tell("an idle worker")
        time.sleep(STARTING)
        before, started = worker.cpu(), time.perf_counter()
        time.sleep(IDLE)
        spent = (worker.cpu() - before) / (time.perf_counter() - started)
        return "idle, CPU ms in a second", f"{spent * 1e3:.1f}"


def _killed(service: Service) -> tuple[str, str]:
    tell("workers that are killed")
    seconds = json.loads(service.run("jobs_killed.py", JOBS_LEASE=str(LEASE)))
    middle = statistics.median(seconds)
    told = f"{middle:.1f} ({min(seconds):.1f} to {max(seconds):.1f})"
    return f"killed to begun again, s, of {len(seconds)} times", told
