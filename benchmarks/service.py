"""The baked service under measurement, and what the sections do with it."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.servers import PRODUCTION, SUBJECTS, Program, Server, baked, subject

FEW = 1_000
"""Rows in `products` where their number does not matter."""


@dataclass(frozen=True)
class Service:
    directory: Path
    python: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    """What it is always started with."""

    def program(self, *flags: str, **settings: str) -> Program:
        return baked(self.directory, self.python, *flags, **{**self.settings, **settings})

    def program_of(self, script: str, **settings: str) -> Program:
        """The service as a script of `benchmarks/subjects` starts it."""
        command = (self.python, SUBJECTS / script, "serve", "--port")
        env = {**PRODUCTION, "PYTHONPATH": str(self.directory), **self.settings, **settings}
        return Program(command, self.directory, tuple(env.items()), ready="/health/ready")

    def subject(self, name: str, ready: str = "/health/live") -> Program:
        return subject(self.python, name, ready)

    def run(self, script: str, *arguments: str, **settings: str) -> str:
        """Run a script of `benchmarks/subjects` in the service's environment; return its output."""
        done = subprocess.run(
            [self.python, SUBJECTS / script, *arguments],
            cwd=self.directory,
            env={**os.environ, "PYTHONPATH": str(self.directory), **self.settings, **settings},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    def fill(self, rows: int = FEW) -> None:
        self.run("rows.py", str(rows))

    def migrate(self) -> None:
        alembic = self.python.with_name("alembic")
        env = {**os.environ, **self.settings}
        subprocess.run([alembic, "upgrade", "head"], cwd=self.directory, env=env, check=True)

    def with_database(self, name: str) -> "Service":
        """The same service, in an empty database of this name on the same server."""
        url = self.run("new_database.py", name).strip()
        return replace(self, settings={**self.settings, "DATABASE_URL": url})

    def copy(self, directory: Path) -> "Service":
        """The same service elsewhere, in the same environment, free to change."""
        shutil.copytree(self.directory, directory, ignore=shutil.ignore_patterns(".venv", ".p*"))
        return replace(self, directory=directory)


@contextmanager
def running(programs: dict[str, Program]) -> Iterator[dict[str, Server]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(each.running()) for name, each in programs.items()}
