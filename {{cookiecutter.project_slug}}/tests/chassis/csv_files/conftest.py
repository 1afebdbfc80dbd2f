"""The command line on a table of gadgets."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from chassis.cli.transfers import commands
from chassis.database.connections.engine import create_engine
from chassis.settings import Settings
from tests.chassis.csv_files.gadgets import SERVICE
from tests.chassis.database.things import Scratch
from tests.support.commands import run_command


class Ended(NamedTuple):
    status: int
    output: bytes
    said: str


Run = Callable[..., Awaitable[Ended]]
Write = Callable[..., Path]


@pytest.fixture
async def gadgets(sql: Any, settings: Settings) -> AsyncIterator[Any]:
    """A connection, and the empty table."""
    await sql.execute("DROP SCHEMA IF EXISTS scratch CASCADE; CREATE SCHEMA scratch")
    engine = create_engine(settings.database, "tests")
    async with engine.begin() as connection:
        await connection.run_sync(Scratch.metadata.create_all)
    await engine.dispose()
    yield sql
    await sql.execute("SET lock_timeout = '5s'; DROP SCHEMA scratch CASCADE")


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gadgets: Any) -> Run:
    """`python -m app`, in this process; a list of lines becomes a file."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DATABASE_CONNECT_TIMEOUT", "60")  # a busy machine is no failure
    monkeypatch.chdir(tmp_path)

    async def run(*arguments: object, stdin: bytes = b"") -> Ended:
        words = [str(argument) for argument in arguments]
        result = await run_command(commands, words, SERVICE, stdin)
        return Ended(result.exit_code, result.stdout_bytes, result.stderr)

    return run


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of these lines."""

    def write(*lines: str, name: str = "gadgets.csv") -> Path:
        path = tmp_path / name
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="")
        return path

    return write
