"""Says how PostgreSQL runs a statement, and undoes it: `make explain sql="SELECT ..."`."""

import asyncio
import os
import sys

import asyncpg

USAGE = 'Say which statement: make explain sql="SELECT * FROM invoices ORDER BY id LIMIT 50".'


async def explain(url: str, statement: str) -> list[str]:
    """Lines of the plan, with the times and pages it really took."""
    connection = await asyncpg.connect(url.replace("+asyncpg", "", 1))
    try:
        transaction = connection.transaction()
        await transaction.start()
        rows = await connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS) {statement}")
        await transaction.rollback()
    finally:
        await connection.close()
    return [row[0] for row in rows]


def main(statement: str) -> None:
    if not statement.strip():
        sys.exit(USAGE)
    try:
        print("\n".join(asyncio.run(explain(os.environ["DATABASE_URL"], statement))))
    except asyncpg.InterfaceError:
        sys.exit("Put values in the places of $1 and so on.")
    except (asyncpg.PostgresError, OSError) as error:
        sys.exit(f"PostgreSQL cannot explain that: {error}")


if __name__ == "__main__":
    main(sys.argv[1])
