"""The recipes of docs/frameworks: served by the commands of its page, called, and stopped."""

import asyncio
import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from tests.baking import ROOT
from tests.running import PATIENCE, ask, environment, free_port

RECIPES = ROOT / "docs/frameworks"
POOL, WORKERS = 4, 2
HEARD = {
    "gunicorn": "Handling signal: term",
    "uvicorn": "Received SIGTERM",
    "sanic": "SIGTERM",
}
"""What the log of each server says when it has the signal."""
OPEN = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1"
WAITING = OPEN + " AND wait_event_type = 'Lock'"
ENDINGS = (
    "SELECT sessions_abandoned, sessions_fatal, sessions_killed"
    " FROM pg_stat_database WHERE datname = $1"
)


@dataclass(frozen=True)
class Row:
    """A line of the page's table."""

    framework: str
    server: str
    command: str

    @property
    def id(self) -> str:
        return re.sub(r"[^a-z]+", "-", f"{self.framework} {self.server}".lower())

    @property
    def program(self) -> str:
        return self.command.partition(" ")[0]

    def listening_at(self, port: int, programs: Path) -> list[str | Path]:
        _, *arguments = shlex.split(self.command.replace("()", "\\(\\)"))
        where = (
            [f"--bind=127.0.0.1:{port}"]
            if self.program == "gunicorn"
            else ["--host=127.0.0.1", f"--port={port}"]
        )
        return [programs / self.program, *where, *arguments]


def misuses() -> list[Row]:
    """What the page warns of, by the commands that the modules name."""
    texts = [path.read_text(encoding="utf-8") for path in RECIPES.glob("not_like_this/*.py")]
    commands = [re.findall(r"^`(gunicorn .+)`$", text, re.MULTILINE)[0] for text in texts]
    return [Row(it.rpartition(".")[2].partition(":")[0], "gunicorn", it) for it in sorted(commands)]


def rows() -> list[Row]:
    page = (RECIPES / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| \[(.+?)\]\(\w+\)(.*?) \| (.+?) \| `(.+?)` \|", page, re.MULTILINE)
    return [Row(name + more, server, command) for name, more, server, command in lines]


class Postgres:
    """A server of the tests' own, asked on connections that belong to no recipe."""

    def __init__(self, url: str) -> None:
        self.url = url

    def of(self, database: str) -> str:
        return f"{self.url.rpartition('/')[0]}/{database}"

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401
        return asyncio.run(self._rows(statement, *values))

    async def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401
        connection = await asyncpg.connect(self.of("postgres"))
        try:
            return [tuple(row) for row in await connection.fetch(statement, *values)]
        finally:
            await connection.close()

    def wait_for(self, number: int, statement: str, *values: Any) -> None:  # noqa: ANN401
        deadline = time.monotonic() + PATIENCE
        while (found := self.rows(statement, *values)[0][0]) != number:
            assert time.monotonic() < deadline, f"{statement}: {found} instead of {number}"
            time.sleep(0.02)


@dataclass(frozen=True)
class Served:
    row: Row
    postgres: Postgres
    database: str
    port: int
    process: "subprocess.Popen[bytes]"
    log: Path

    def create(self, sku: str) -> tuple[int, Any]:
        return ask(self.port, "POST", "/products", {"sku": sku, "name": "It"})

    def created_and_read(self, sku: str) -> bool:
        """Whether a read that follows at once, by any worker, finds what was created."""
        status, created = self.create(sku)
        assert status == 201, self.log.read_text()
        return ask(self.port, "GET", f"/products/{created['id']}") == (200, created)

    def connections(self) -> int:
        return int(self.postgres.rows(OPEN, self.database)[0][0])

    def stop_with_a_request_in_flight(self) -> tuple[int, int]:
        """Its status, and the server's own."""
        with ThreadPoolExecutor(1) as threads:
            with locked(self.postgres, self.database):
                asked: Future[tuple[int, Any]] = threads.submit(self.create, "in flight")
                self.postgres.wait_for(1, WAITING, self.database)
                self.process.send_signal(signal.SIGTERM)
                self._wait_until_it_says(HEARD[self.row.program])
            status, _ = asked.result(PATIENCE)
        return status, self.process.wait(PATIENCE)

    def _wait_until_it_says(self, words: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while words not in (said := self.log.read_text()):
            assert time.monotonic() < deadline, said
            time.sleep(0.02)

    def wait_until_it_answers(self, path: str, *statuses: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(OSError):
                if ask(self.port, "GET", path)[0] in statuses:
                    return
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())


@contextmanager
def serving(row: Row, place: Path, programs: Path, postgres: Postgres) -> Iterator[Served]:
    """On a database of its own, until the block ends; how it is stopped is up to that."""
    database, port = row.id, free_port()
    postgres.rows(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
    postgres.rows(f'CREATE DATABASE "{database}" TEMPLATE shop')
    with (place / f"{row.id}.log").open("wb") as output:
        process = subprocess.Popen(
            row.listening_at(port, programs),
            cwd=place,
            env=environment(
                PWD=str(place),
                PYTHONPATH=str(place),
                PYTHONUNBUFFERED="1",
                DATABASE_URL=postgres.of(database),
                DATABASE_POOL_SIZE=str(POOL),
                DATABASE_POOL_TIMEOUT="60",  # a busy machine is no exhausted pool
                DATABASE_LOCK_TIMEOUT="0",
                DATABASE_STATEMENT_TIMEOUT="0",
            ),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    served = Served(row, postgres, database, port, process, place / f"{row.id}.log")
    try:
        yield served
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def locked(postgres: Postgres, database: str) -> Iterator[None]:
    """The table of products: whoever writes to it waits until the block ends."""
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(postgres.of(database)))
        runner.run(connection.execute("BEGIN; LOCK TABLE products IN SHARE MODE"))
        try:
            yield
        finally:
            runner.run(connection.execute("COMMIT"))
            runner.run(connection.close())
