"""A resource that was made is in the database, and one that was taken out is not."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import asyncpg

from tests.support.composition import own_database
from tools.postgres import Server


def run(project: Path, url: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-B", "-m", "tools.resource", *arguments],
        cwd=project,
        env={"PATH": os.defpath, "DATABASE_URL": url, "DATABASE_CONNECT_TIMEOUT": "60"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def has_table(url: str, name: str) -> bool:
    async def ask() -> bool:
        connection = await asyncpg.connect(url)
        try:
            return bool(await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", name))
        finally:
            await connection.close()

    return asyncio.run(ask())


def test_what_was_made_can_be_served_at_once(copy: Path, server: Server) -> None:
    url = own_database(server, "resources")

    told = run(copy, url, "make", "ants", "legs:int:min=0 size:enum(small,large)")
    assert "A rule about one: in its schemas.py, or in its repository.py" in told
    assert has_table(url, "ants")

    run(copy, url, "undo", "ants")
    assert not has_table(url, "ants")
