"""Make `products` hold so many rows and nothing else; their keys are numbers, in order."""

import asyncio
import sys
from os import environ

import asyncpg

INSERT = """
INSERT INTO products (id, sku, name, price_cents, stock)
SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
       'row-' || n, 'Name ' || n, n % 100000, 1000000000
FROM generate_series(1, $1) AS n
"""


async def fill(count: int) -> None:
    connection = await asyncpg.connect(environ["DATABASE_URL"])
    await connection.execute("TRUNCATE products CASCADE")
    await connection.execute(INSERT, count)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


if __name__ == "__main__":
    asyncio.run(fill(int(sys.argv[1])))
