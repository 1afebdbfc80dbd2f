"""Migrations: what Alembic compares, writes and says, and whether the database has them all.

`migrations/env.py` uses it. The service itself needs `history.py` and `standing.py` alone, which
import no Alembic: that costs 70 ms and 5 MB.
"""
