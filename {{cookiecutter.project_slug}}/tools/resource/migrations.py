"""Alembic, on the database that `make` works with."""

import subprocess
import sys
from pathlib import Path

from tools.resource.errors import Refusal
from tools.resource.project import MIGRATIONS, PROJECT


def bring_up_to_date() -> None:
    """So that the next migration is of the new resource alone. Raises Refusal."""
    if _alembic("check").returncode == 0:
        return
    _succeed("upgrade", "head")
    if _alembic("check").returncode:
        message = (
            "The models have changes that no migration makes, and they would get into this one: "
            "run `make migration` for them first."
        )
        raise Refusal(message)


def revise(message: str) -> Path:
    """Write a migration from the models; raises Refusal, and then leaves none."""
    before = revisions()
    try:
        _succeed("revision", "--autogenerate", "-m", message)
    except BaseException:
        for path in revisions() - before:
            (PROJECT / path).unlink()
        raise
    (made,) = revisions() - before
    return made


def revisions() -> set[Path]:
    return {path.relative_to(PROJECT) for path in (PROJECT / MIGRATIONS).glob("*.py")}


def follower_of(revision: str) -> str | None:
    """The name of the migration that builds on this one."""
    for path in sorted(revisions()):
        if f'down_revision: str | None = "{revision}"' in (PROJECT / path).read_text("utf-8"):
            return path.name
    return None


def is_applied(revision: str) -> bool:
    return revision in _succeed("current")


def undo_last() -> None:
    _succeed("downgrade", "-1")


def _succeed(*arguments: str) -> str:
    done = _alembic(*arguments)
    if done.returncode:
        last = (done.stdout + done.stderr).strip().splitlines()[-1:]
        message = f"Nothing was changed, because `alembic {arguments[0]}` failed: {' '.join(last)}"
        raise Refusal(message)
    return done.stdout


def _alembic(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "alembic", *arguments],
        cwd=PROJECT,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
