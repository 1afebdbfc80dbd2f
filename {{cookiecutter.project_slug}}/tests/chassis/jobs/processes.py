"""Workers in processes of their own, which tests stop and kill."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.serving import Served, fork, until

PROGRAM = "tests.chassis.jobs.served_worker:SERVICE"
ADDRESS = re.compile(r"Uvicorn running on (http://\S+:\d+)")
QUICK = {"JOBS_LEASE": "2", "JOBS_POLL": "0.1", "JOBS_PORT": "0"}
PATIENT = {"DATABASE_CONNECT_TIMEOUT": "60", "DATABASE_POOL_TIMEOUT": "60", "LOG_FORMAT": "json"}


@contextmanager
def started(url: str, *arguments: str, **env: str) -> Iterator[Served]:
    """`python -m app work`, or another command, until the end of the block; then it is killed."""
    given = QUICK | PATIENT | {"DATABASE_URL": url} | env
    with fork(PROGRAM, *(arguments or ("work",)), env=given) as process:
        yield Served(process)


@contextmanager
def working(url: str, **env: str) -> Iterator[Served]:
    """A worker that answers by the time the block begins, and drains at its end."""
    with started(url, **env) as served:
        assert until(lambda: ADDRESS.search(served.log()) or served.process.poll() is not None)
        found = ADDRESS.search(served.log())
        assert found is not None, served.log()
        served.url = found[1]
        yield served
        if served.process.poll() is None:
            served.stop()


def lines(served: Served, event: str) -> list[dict[str, Any]]:
    """So far; the line that is being written is left out."""
    told = [json.loads(line) for line in served.log().splitlines() if line.endswith("}")]
    return [line for line in told if line["event"] == event]
