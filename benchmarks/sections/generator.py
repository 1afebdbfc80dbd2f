"""How long it takes from the template to a service."""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bakes import BAKE, ROOT
from benchmarks.findings import Findings
from benchmarks.progress import tell
from benchmarks.servers import baked
from benchmarks.service import Service
from benchmarks.tables import Table

ROUNDS = 3
AS_A_PERSON = ("env", "--unset=DATABASE_URL", "--unset=PYTHONPATH")
NOTE = "Packages come from uv's cache; the PostgreSQL server runs already."


def measure(_: Service) -> Findings:
    """Bake, install, and serve, as a person would."""
    rounds = [_once(number) for number in range(1, ROUNDS + 1)]
    bake, install, serve = map(statistics.median, zip(*rounds, strict=True))
    rows = [
        ("bake", f"{bake:.1f}"),
        ("install (uv sync)", f"{install:.1f}"),
        ("migrate, and serve until ready", f"{serve:.1f}"),
        ("from nothing to the first 200", f"{bake + install + serve:.1f}"),
        *((name, f"{seconds:.0f}") for name, seconds in _checks()),
    ]
    return Findings([Table("Generator", ("", "s"), rows, NOTE)])


def _once(number: int) -> tuple[float, float, float]:
    tell(f"  from nothing, {number} of {ROUNDS}")
    with tempfile.TemporaryDirectory() as place:
        service = Path(place) / "order-service"
        bake = _seconds(*BAKE, "--output-dir", place, cwd=ROOT)
        install = _seconds(os.environ["UV"], "sync", "--quiet", cwd=service)
        alembic = service / ".venv/bin/alembic"
        _seconds(alembic, "downgrade", "base", cwd=service)  # what the other sections needed
        migrate = _seconds(alembic, "upgrade", "head", cwd=service)
        with baked(service, service / ".venv/bin/python").running() as server:
            return bake, install, migrate + server.start


def _checks() -> Iterator[tuple[str, float]]:
    """Once each, after `make setup`, with a PostgreSQL of its own, as for a person."""
    for name, answers in (
        ("make check", ()),
        ("make check, without the example", ("parts=kubernetes",)),
    ):
        with tempfile.TemporaryDirectory() as place:
            service = Path(place) / "order-service"
            _seconds(*BAKE, "--output-dir", place, *answers, cwd=ROOT)
            _seconds(*AS_A_PERSON, "make", "setup", cwd=service)
            tell(f"  {name}")
            yield name, _seconds(*AS_A_PERSON, "make", "check", cwd=service)
            if not answers:
                tell("  make check-chassis, some minutes")
                seconds = _seconds(*AS_A_PERSON, "make", "check-chassis", cwd=service)
                yield "make check-chassis", seconds


def _seconds(*command: str | Path, cwd: Path) -> float:
    started = time.perf_counter()
    env = os.environ | {"VIRTUAL_ENV": ""}
    subprocess.run(command, cwd=cwd, env=env, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started
