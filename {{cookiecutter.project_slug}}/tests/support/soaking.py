"""A soak: load for a while, and every connection of the database ended once a second."""

import asyncio
import subprocess
from collections import Counter
from collections.abc import Container
from typing import Any

from tests.support.load import Load, Request, assert_unavailable_at_worst, load
from tests.support.serving import Served
from tests.support.standing import at_rest, readiness

CLIENTS = 16
POOL = 8
GROWTH = 30_000
"""Kilobytes that may be added after the first third: 16 clients have shown every path by then."""
KILL_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()"""
OPEN = """SELECT state, application_name FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()"""


async def soak(
    served: Served, admin: Any, seconds: float, *requests: Request, besides: Container[int] = ()
) -> Load:
    """Returns what was answered; fails when anything broke, leaked or grew."""
    async with load(served.url, *requests, clients=CLIENTS) as told:
        await kill_every_second(admin, seconds / 3)
        warm = memory(served)
        await kill_every_second(admin, seconds * 2 / 3)
        end = memory(served)
        await told.more(100)

    tell(told, warm, end)
    assert_unavailable_at_worst(told.answers, besides=besides)
    assert end - warm < GROWTH
    assert await readiness(served.url, 200)
    await assert_nothing_leaked(served, admin)
    assert "Traceback" not in served.log()
    return told


async def kill_every_second(admin: Any, seconds: float) -> None:
    for _ in range(round(seconds)):
        await asyncio.sleep(1)
        await admin.execute(KILL_OTHERS)


def memory(served: Served) -> int:
    """Resident, in kilobytes."""
    command = ("ps", "-o", "rss=", "-p", str(served.process.pid))
    return int(subprocess.run(command, check=True, capture_output=True).stdout)


async def assert_nothing_leaked(served: Served, admin: Any) -> None:
    assert await at_rest(served.url)
    rows = await admin.fetch(OPEN)
    assert "idle in transaction" not in {row["state"] for row in rows}
    assert len([row for row in rows if not row["application_name"].endswith(" probe")]) <= POOL


def tell(told: Load, warm: int, end: int) -> None:
    """For a person, who sees it with `pytest -s`, or when the soak fails."""
    statuses = Counter((it.request, it.status) for it in told.answers)
    slowest = max(it.seconds for it in told.answers)
    lines = [
        f"{len(told.answers)} answers, memory {warm} kB, then {end} kB",
        *(f"  {request:<14} {status} x {n}" for (request, status), n in sorted(statuses.items())),
        f"  slowest {slowest:.2f} s, of unknown outcome {told.unknown()}",
    ]
    print("\n".join(lines))  # noqa: T201  it is for a person
