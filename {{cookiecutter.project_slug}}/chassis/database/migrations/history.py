"""The migrations of this code, read without Alembic, and those that a database has."""

import ast
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import asyncpg

from chassis.database.connections.engine import Connection
from chassis.settings.project import PROJECT

VERSIONS = PROJECT / "migrations" / "versions"
SAID = {"revision", "down_revision", "depends_on"}


class History:
    """Each revision and those that it follows."""

    def __init__(self, follows: Mapping[str, Collection[str]]) -> None:
        self._follows = follows

    @property
    def heads(self) -> set[str]:
        return set(self._follows).difference(*self._follows.values())

    def unknown(self, applied: Collection[str]) -> set[str]:
        """What the database has and this code does not."""
        return set(applied) - self._follows.keys()

    def pending(self, applied: Collection[str]) -> int:
        """How many the database lacks; none of it is ahead of this code."""
        if self.unknown(applied):
            return 0
        had, looked_at = set[str](), [*applied]
        while looked_at:
            had.add(revision := looked_at.pop())
            looked_at += set(self._follows.get(revision, ())) - had
        return len(self._follows.keys() - had)


def history(versions: Path) -> History | None:
    """None where they are not shipped, or written as only Alembic reads them."""
    files = [path for path in versions.glob("*.py") if path.name != "__init__.py"]
    try:
        return History(dict(map(_read, files))) if versions.is_dir() else None
    except (OSError, KeyError, SyntaxError, ValueError):
        return None


def _read(path: Path) -> tuple[str, Collection[str]]:
    head = path.read_text("utf-8").partition("\ndef ")[0]  # the rest may be long
    said = dict(_assigned(ast.parse(head)))
    follows = (*_several(said["down_revision"]), *_several(said.get("depends_on")))
    return str(said["revision"]), follows


def _assigned(module: ast.Module) -> Iterator[tuple[str, object]]:
    """Names and values, also of `revision, down_revision = "b", "a"`."""
    for node in module.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            names = [it.id for it in ast.walk(target) if isinstance(it, ast.Name)]
            if node.value is not None and SAID.intersection(names):
                value = ast.literal_eval(node.value)
                yield from zip(names, value if len(names) > 1 else [value], strict=True)


def _several(value: object) -> list[str]:
    several = value if isinstance(value, list | tuple | set) else [value]
    return [str(it) for it in several if it is not None]


async def applied(connection: Connection) -> frozenset[str] | None:
    """What the database says that it has; None where we may not read that."""
    if await connection.fetchval("SELECT to_regclass('alembic_version') IS NULL"):
        return frozenset()
    try:
        rows = await connection.fetch("SELECT version_num FROM alembic_version")
    except asyncpg.InsufficientPrivilegeError:
        return None
    return frozenset(row["version_num"] for row in rows)
