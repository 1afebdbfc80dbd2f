"""`make explain`: how PostgreSQL runs a statement, and nothing done by it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[2]


def explain(url: str, statement: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "tools.explain", statement],
        cwd=PROJECT,
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )


def test_a_statement_is_explained_with_its_times_and_pages(database_url: str) -> None:
    url = database_url.replace("postgresql://", "postgresql+asyncpg://")

    done = explain(url, "SELECT * FROM idempotency_keys ORDER BY expires_at")

    assert done.returncode == 0, done.stderr
    for part in ("Sort Key: expires_at", "idempotency_keys", "Execution Time", "Buffers: "):
        assert part in done.stdout


async def test_what_it_changes_is_undone(database_url: str, sql: Any) -> None:
    done = explain(database_url, "CREATE TABLE explained AS SELECT 1")

    assert done.returncode == 0, done.stderr
    assert await sql.fetchval("SELECT to_regclass('explained')") is None


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (" ", "Say which statement"),
        ("SELECT nothing", 'cannot explain that: column "nothing" does not exist'),
        ("SELECT $1", "Put values in"),
    ],
)
def test_what_cannot_be_explained_is_told_in_a_sentence(
    database_url: str, statement: str, said: str
) -> None:
    done = explain(database_url, statement)

    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
