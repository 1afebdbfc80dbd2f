"""Migrations: written and undone by Alembic, on the database that `make` works with."""

import re
import subprocess
import sys
from pathlib import Path

from tools.resource.errors import Refusal
from tools.resource.project.places import MIGRATIONS, PROJECT

TABLE = re.compile(r'op\.(?:create_table\(\s*|\w+\([^"]*"[^"]+"\)?,\s*)"(\w+)"')


def revise(plural: str) -> Path:
    """Write the migration that makes this table, and run it: `make dev` may be serving.

    Raises Refusal, and then leaves none.
    """
    before = revisions()
    try:
        _succeed("tools.resource.project.revising", f"add {plural.replace('_', ' ')}")
        (made,) = revisions() - before
        _check_alone(made, plural)
        _succeed("alembic", "upgrade", "head")
    except BaseException:
        for path in revisions() - before:
            (PROJECT / path).unlink()
        raise
    return made


def _check_alone(migration: Path, plural: str) -> None:
    upgrade = (PROJECT / migration).read_text("utf-8").partition("def downgrade")[0]
    others = {table for table in TABLE.findall(upgrade) if table != plural}
    if others:
        message = (
            f"The models of {', '.join(sorted(others))} have changes that no migration makes yet: "
            f"run `make migration` for them first."
        )
        raise Refusal(message)


def revisions() -> set[Path]:
    return {path.relative_to(PROJECT) for path in (PROJECT / MIGRATIONS).glob("*.py")}


def follower_of(revision: str) -> str | None:
    """The name of the migration that builds on this one."""
    for path in sorted(revisions()):
        if f'down_revision: str | None = "{revision}"' in (PROJECT / path).read_text("utf-8"):
            return path.name
    return None


def undo_if_applied(revision: str) -> None:
    """Raises Refusal."""
    if revision in _succeed("alembic", "current"):
        _succeed("alembic", "downgrade", "-1")


def _succeed(module: str, *arguments: str) -> str:
    """What the program prints. A program of its own, because the models have just changed."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=PROJECT,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    if done.returncode:
        reason = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        message = f"Nothing was changed, because Alembic failed: {_sentence(reason)}"
        raise Refusal(message)
    return done.stdout


def _sentence(lines: list[str]) -> str:
    """The line that says why, in a traceback or alone."""
    errors = [line for line in lines if re.match(r"[\w.]*(Error|Exception|Refused)\b", line)]
    return ([*lines[-1:], *errors] or ["it says nothing."])[-1]
