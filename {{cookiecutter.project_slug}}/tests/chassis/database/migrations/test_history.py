"""Migrations are read as Alembic reads them, without it."""

import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
from alembic.script import ScriptDirectory

from chassis.database.migrations.history import history
from tests.support.composition import PROJECT

MIGRATIONS = {
    "first.py": '"""First."""\nrevision: str = "a"\ndown_revision: str | None = None\n',
    "second.py": 'revision, down_revision = "b", "a"\n',
    "left.py": "revision = 'l'\ndown_revision = 'b'\nSIZE = len('any')\nlater: int\n",
    "right.py": 'revision = "r"\ndown_revision = "b"\n',
    "merged.py": 'revision = "m"\ndown_revision = (\n    "l",\n    "r",\n)\ndepends_on = None\n',
    "beside.py": 'revision = "o"\ndown_revision = None\ndepends_on = ["b"]\n',
    "__init__.py": "",
}
WORK = """

def upgrade(): pass


def downgrade(): pass
"""


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    (tmp_path / "versions").mkdir()
    for name, text in MIGRATIONS.items():
        (tmp_path / "versions" / name).write_text(text + WORK)
    return tmp_path / "versions"


@pytest.mark.parametrize(
    "applied", [set(), {"a"}, {"b"}, {"l"}, {"r"}, {"l", "r"}, {"m"}, {"m", "o"}]
)
def test_what_is_pending_is_what_alembic_would_run(versions: Path, applied: set[str]) -> None:
    found = history(versions)
    judge = ScriptDirectory(str(versions.parent))

    assert found is not None
    assert found.heads == set(judge.get_heads())
    assert found.pending(applied) == len(judge._upgrade_revs("heads", cast("str", tuple(applied))))


def test_a_database_ahead_of_this_code_lacks_nothing(versions: Path) -> None:
    found = history(versions)

    assert found is not None
    assert found.pending({"newer"}) == 0
    assert found.unknown({"newer", "a"}) == {"newer"}


def test_what_a_migration_does_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(f"{MIGRATIONS['first.py']}\ndef upgrade(): 1 +\n")

    assert history(tmp_path) is not None


def test_without_migrations_nothing_is_pending(tmp_path: Path) -> None:
    found = history(tmp_path)

    assert found is not None
    assert (found.heads, found.pending(set())) == (set(), 0)


@pytest.mark.parametrize(
    "text", ["revision = made()\ndown_revision = None\n", "revision = 'a'\n", "revision = (\n"]
)
def test_what_only_alembic_reads_is_not_known(tmp_path: Path, text: str) -> None:
    (tmp_path / "one.py").write_text(text)

    assert history(tmp_path) is None
    assert history(tmp_path / "not there") is None


def test_a_service_that_starts_imports_no_alembic() -> None:
    program = "import sys, tests.chassis.application; sys.exit('alembic' in sys.modules)"

    subprocess.run([sys.executable, "-c", program], cwd=PROJECT, check=True)
