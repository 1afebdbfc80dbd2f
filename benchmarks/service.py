"""The baked service under measurement, and what the sections do with it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.servers import PRODUCTION, SUBJECTS, Program, Server, baked, subject

FEW = 1_000
"""Rows in `products` where their number does not matter."""


@dataclass(frozen=True)
class Service:
    directory: Path
    python: Path

    def program(self, *flags: str, **settings: str) -> Program:
        return baked(self.directory, self.python, *flags, **settings)

    def program_of(self, script: str, **settings: str) -> Program:
        """The service as a script of `benchmarks/subjects` starts it."""
        command = (self.python, SUBJECTS / script, "serve", "--port")
        env = PRODUCTION | {"PYTHONPATH": str(self.directory)} | settings
        return Program(command, self.directory, tuple(env.items()), ready="/health/ready")

    def subject(self, name: str, ready: str = "/health/live") -> Program:
        return subject(self.python, name, ready)

    def run(self, script: str, *arguments: str, **settings: str) -> str:
        """Run a script of `benchmarks/subjects` in the service's environment; return its output."""
        done = subprocess.run(
            [self.python, SUBJECTS / script, *arguments],
            cwd=self.directory,
            env=os.environ | {"PYTHONPATH": str(self.directory)} | settings,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    def migrate(self, **settings: str) -> None:
        alembic = (self.python.with_name("alembic"), "upgrade", "head")
        subprocess.run(alembic, cwd=self.directory, env=os.environ | settings, check=True)

    def fill(self, rows: int = FEW) -> None:
        self.run("rows.py", str(rows))

    def copy(self, directory: Path) -> "Service":
        """The same service elsewhere, in the same environment, free to change."""
        shutil.copytree(self.directory, directory, ignore=shutil.ignore_patterns(".venv", ".p*"))
        return replace(self, directory=directory)


@contextmanager
def running(programs: dict[str, Program]) -> Iterator[dict[str, Server]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(each.running()) for name, each in programs.items()}
