"""Makes the database of a name anew, beside that of DATABASE_URL, and prints its URL."""

import asyncio
import sys
from os import environ
from urllib.parse import urlsplit

import asyncpg


async def main(name: str) -> None:
    url = environ["DATABASE_URL"]
    connection = await asyncpg.connect(url)
    await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()
    print(urlsplit(url)._replace(path=f"/{name}").geturl())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
