"""Print the versions of Python, PostgreSQL and the libraries that are named, as JSON."""

import asyncio
import json
import platform
import sys
from importlib.metadata import version
from os import environ

import asyncpg


async def postgres() -> str:
    connection = await asyncpg.connect(environ["DATABASE_URL"])
    said = await connection.fetchval("SHOW server_version")
    await connection.close()
    return str(said).partition(" ")[0]


if __name__ == "__main__":
    found = [("Python", platform.python_version()), ("PostgreSQL", asyncio.run(postgres()))]
    print(json.dumps(found + [(name, version(name)) for name in sys.argv[1:]]))
