"""What a fresh service is made of: files and lines of Python, by who looks after them."""

import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.bakes import BAKE, ROOT
from benchmarks.findings import Findings
from benchmarks.service import Service
from benchmarks.tables import Table

# The first that a path begins with.
PLACES = {
    "app/features/": "app: the example",
    "app/": "app: all else",
    "tests/chassis/": "tests/chassis",
    "tests/tools/": "tests/tools",
    "tests/support/": "tests/support",
    "tests/": "tests: of the app",
    "chassis/": "chassis",
    "tools/": "tools",
    "docs/": "docs",
    "": "all else",
}


def measure(_: Service) -> Findings:
    """Of the default answers."""
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(
            [*BAKE, "--output-dir", place], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )
        rows = rows_of(Path(place) / "order-service")
    return Findings([Table("What a fresh service has", ("", "files", "lines of Python"), rows)])


def rows_of(project: Path) -> list[tuple[str, str, str]]:
    files, lines = Counter[str](), Counter[str]()
    for name in _files(project):
        place = next(place for start, place in PLACES.items() if name.startswith(start))
        files[place] += 1
        if name.endswith(".py"):
            lines[place] += len((project / name).read_text(encoding="utf-8").splitlines())
    total = ("together", f"{files.total():,}", f"{lines.total():,}")
    return [*((name, f"{files[name]:,}", f"{lines[name]:,}") for name in PLACES.values()), total]


def _files(project: Path) -> list[str]:
    """As `git ls-files` has them after the first commit."""
    command = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(command, cwd=project, check=True, capture_output=True, encoding="utf-8")
    return [name for name in listed.stdout.split("\0") if name]
