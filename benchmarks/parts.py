"""A service with other parts than the one of most sections, in an environment of its own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.service import Service

ROOT = Path(__file__).parent.parent
BAKE = (sys.executable, "-m", "cookiecutter", ROOT, "--no-input", "--default-config")


@contextmanager
def service_with(parts: str, *packages: str) -> Iterator[Service]:
    """Baked and installed, with further packages; its database is not migrated."""
    with tempfile.TemporaryDirectory() as place:
        options = ("--output-dir", place, f"parts={parts}")
        subprocess.run([*BAKE, *options], check=True, stdout=subprocess.DEVNULL)
        directory = Path(place) / "order-service"
        env = {name: it for name, it in os.environ.items() if name != "VIRTUAL_ENV"}
        commands = [("sync",), *(("pip", "install", each) for each in packages)]
        for command in commands:
            uv = [os.environ["UV"], *command, "--quiet"]
            subprocess.run(uv, cwd=directory, env=env, check=True)
        yield Service(directory, directory / ".venv/bin/python")
