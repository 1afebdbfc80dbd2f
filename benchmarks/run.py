"""The baked service against bare FastAPI, interleaved in one run: CPU time for each request.

CPU time of the server process, not requests per second: it holds on a busy machine. The figure to
quote is the ratio; microseconds belong to the machine they were measured on.
"""

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psutil
from cookiecutter.main import cookiecutter

from benchmarks.load import send
from benchmarks.round_trips import counting

ROOT = Path(__file__).parent.parent
REQUESTS, ROUNDS = 1_600, 7
TRIVIAL = "/health/live"
Command = list[str | Path]
PRODUCT = {"sku": "lamp", "name": "Lamp", "price_cents": 1999, "stock": 3}


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        service = Path(cookiecutter(str(ROOT), no_input=True, output_dir=place))
        environment = {**os.environ, "VIRTUAL_ENV": "", "PWD": str(service)}
        subprocess.run([os.environ["UV"], "sync", "--quiet"], cwd=service, check=True)
        this: Command = [service / ".venv/bin/python", "-m", "tools.postgres", "--", sys.executable]
        command: Command = [*this, "-m", "benchmarks.run", str(service)]
        subprocess.run(
            command, cwd=service, env=environment | {"PYTHONPATH": str(ROOT)}, check=True
        )


def measure(service: Path) -> None:
    """With DATABASE_URL in the environment."""
    python = service / ".venv/bin/python"
    subprocess.run([service / ".venv/bin/alembic", "upgrade", "head"], cwd=service, check=True)
    uvicorn = ["uvicorn", "bare:app", "--no-access-log", "--log-level", "warning", "--port"]
    with ExitStack() as stack:
        port_of_ours, ours = stack.enter_context(
            server([python, "-m", "app", "serve", "--port"], service)
        )
        port_of_bare, bare = stack.enter_context(
            server([python, "-m", *uvicorn], ROOT / "benchmarks")
        )
        by_id = "/v1/products/" + create_product(port_of_ours)
        print(f"{'CPU µs per request':32}{'bare':>8}{'ours':>8}{'ratio':>8}")
        for name, path in (("trivial route, full stack", TRIVIAL), ("read by primary key", by_id)):
            rows = [
                (cpu(bare, port_of_bare, path), cpu(ours, port_of_ours, path))
                for _ in range(ROUNDS)
            ]
            medians = [statistics.median(column) for column in zip(*rows, strict=True)]
            ratio = statistics.median(mine / other for other, mine in rows)
            print(f"{name:32}{medians[0]:8.0f}{medians[1]:8.0f}{ratio:8.2f}")
    trips = asyncio.run(round_trips(service, by_id))
    print(f"round trips to PostgreSQL for a read by primary key: {trips:.2f}", flush=True)
    bulk: Command = [python, ROOT / "benchmarks/bulk.py"]
    subprocess.run(bulk, env=os.environ | {"PYTHONPATH": str(service)}, check=True)


@contextmanager
def server(command: Command, cwd: Path, **variables: str) -> Iterator[tuple[int, psutil.Process]]:
    """Started with a free port as its last argument; logs go to a file, as in production."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"ENVIRONMENT": "production", **variables}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [*command, str(port)], cwd=cwd, env=os.environ | settings, stdout=log, stderr=log
        )
        try:
            wait_for(port)
            yield port, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(30)


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{TRIVIAL}").close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def create_product(port: int) -> str:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/products",
        data=json.dumps(PRODUCT | {"sku": str(time.time())}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as response:
        return str(json.load(response)["id"])


def cpu(process: psutil.Process, port: int, path: str) -> float:
    """Microseconds of user and system time for each request."""
    asyncio.run(send(port, path, 320))
    before = process.cpu_times()
    asyncio.run(send(port, path, REQUESTS))
    after = process.cpu_times()
    spent = after.user + after.system - before.user - before.system
    return float(spent / REQUESTS * 1_000_000)


async def round_trips(service: Path, path: str) -> float:
    url = urlsplit(os.environ["DATABASE_URL"])
    async with counting(str(url.hostname), url.port or 5432) as proxy:
        login = url.netloc.rpartition("@")[0]
        through = urlunsplit(url._replace(netloc=f"{login}@127.0.0.1:{proxy.port}"))
        command: Command = [service / ".venv/bin/python", "-m", "app", "serve", "--port"]
        served = server(command, service, DATABASE_URL=through)
        port, _ = await asyncio.to_thread(served.__enter__)
        await send(port, path, 160)
        before = proxy.round_trips
        await send(port, path, 1_600)
        counted = proxy.round_trips - before
        await asyncio.to_thread(served.__exit__, None, None, None)
    return counted / 1_600


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(Path(sys.argv[1]))
    else:
        main()
