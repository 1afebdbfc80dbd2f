"""Migrations that come with a part come after those of the service, and change none of them.

A database has a service's migrations already, whatever their dates: one that was put before them
would never run. https://alembic.sqlalchemy.org/en/latest/tutorial.html
"""

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

VERSIONS = Path("migrations/versions")
REVISION = re.compile(r"^revision\b.*=.*?[\"'](\w+)", re.MULTILINE)
BEFORE_IT = re.compile(r"^down_revision\b.*", re.MULTILINE)


class Migration(NamedTuple):
    revision: str
    line: str
    """Which names those before it."""

    @property
    def before(self) -> Collection[str]:
        return re.findall(r"[\"'](\w+)[\"']", self.line)


def follow_ours(made: Path, known: Collection[str]) -> None:
    """Chain what a rendering has to what is here; `known` are names that the last one had."""
    ours, theirs = _migrations(Path()), _migrations(made)
    staying = {name: it for name, it in ours.items() if name in theirs or name not in known}
    revisions = {it.revision for it in staying.values()}
    for name in theirs.keys() & ours.keys():
        if revisions.issuperset(ours[name].before):
            _write(made, name, ours[name].line)
    head = _head(staying.values())
    for name in sorted(theirs.keys() - ours.keys() - {*known}) if head else ():
        _write(made, name, f'down_revision: str | None = "{head}"')
        head = theirs[name].revision


def _migrations(project: Path) -> Mapping[str, Migration]:
    texts = {path.name: path.read_text("utf-8") for path in (project / VERSIONS).glob("*.py")}
    found = {name: (REVISION.search(it), BEFORE_IT.search(it)) for name, it in texts.items()}
    return {name: Migration(it[1], line[0]) for name, (it, line) in found.items() if it and line}


def _head(migrations: Iterable[Migration]) -> str | None:
    """The last of them, if they are one line."""
    all_of_them = list(migrations)
    built_upon = {before for it in all_of_them for before in it.before}
    heads = [it.revision for it in all_of_them if it.revision not in built_upon]
    return heads[0] if len(heads) == 1 else None


def _write(made: Path, name: str, line: str) -> None:
    path = made / VERSIONS / name
    text = path.read_text("utf-8")
    path.write_text(BEFORE_IT.sub(lambda _: line, text), "utf-8", newline="\n")
