"""A real streaming replica of a server, that a test may stop, start, delay and promote."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg

from tools.postgres import Server, account, running


@contextmanager
def standby_of(primary: Server) -> Iterator[Server]:
    directory = Path(tempfile.mkdtemp(prefix="standby-"))
    directory.chmod(0o711)  # the server's account passes through
    try:
        _copy(primary, directory / "data")
        # Known to `running` as a server that was stopped, and so with the primary's password.
        replace(primary, directory=directory, throwaway=False, port=0).save()
        with running(directory, throwaway=False) as standby:
            yield standby
            standby.stop("immediate")
    finally:
        shutil.rmtree(directory, ignore_errors=True)  # what watches over it may be faster


def _copy(primary: Server, data: Path) -> None:
    data.mkdir(mode=0o700)
    account.give(data)
    slot = data.parent.name.replace("-", "_")  # keeps what a stopped standby has not read yet
    done = account.run(
        primary.bindir / "pg_basebackup",
        *("--pgdata", data, "--write-recovery-conf", "--checkpoint=fast", "--no-sync"),
        *("--create-slot", f"--slot={slot}"),
        *("--host=127.0.0.1", f"--port={primary.port}", "--username=postgres"),
        env={"PGPASSWORD": primary.password},
    )
    assert done.returncode == 0, done.stderr


async def execute(server: Server, statement: str, database: str = "own") -> None:
    connection = await asyncpg.connect(server.url(database))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
