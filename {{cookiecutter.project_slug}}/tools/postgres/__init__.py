"""A PostgreSQL server for development and tests: found on this machine, or taken from a wheel.

`running()` is for tests; `python -m tools.postgres -- COMMAND` is for everything else.
"""

from tools.postgres.errors import PostgresError
from tools.postgres.lifetime import default_directory, running
from tools.postgres.server import Server

__all__ = ["PostgresError", "Server", "default_directory", "running"]
