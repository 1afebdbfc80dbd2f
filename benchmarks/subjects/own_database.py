"""Make an empty database of this name beside the one that is measured in, and print its URL."""

import asyncio
import sys
from os import environ
from urllib.parse import urlsplit, urlunsplit

import asyncpg


async def create(name: str) -> str:
    url = urlsplit(environ["DATABASE_URL"])
    connection = await asyncpg.connect(environ["DATABASE_URL"])
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return urlunsplit(url._replace(path=f"/{name}"))


if __name__ == "__main__":
    print(asyncio.run(create(sys.argv[1])))
