"""Services with parts: baked, installed, and migrated in a database of their own."""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.progress import tell
from benchmarks.service import Service

ROOT = Path(__file__).parent.parent
BAKE = (sys.executable, "-m", "cookiecutter", ROOT, "--no-input", "--default-config")


def with_parts(place: Path, parts: str, *packages: str) -> Service:
    """With `packages` beside its own, for what it is compared with.

    In a database of its own: one that was migrated with other parts has revisions that it does not
    know.
    """
    tell(f"  baking a service with {parts}")
    options = ("--output-dir", str(place), f"parts={parts}")
    subprocess.run([*BAKE, *options], check=True, stdout=subprocess.DEVNULL)
    directory = place / "order-service"
    env = {name: it for name, it in os.environ.items() if name != "VIRTUAL_ENV"}
    uv = os.environ["UV"]
    install = [uv, "pip", "install", "--quiet", *packages]
    for command in ([uv, "sync", "--quiet"], *([install] if packages else [])):
        subprocess.run(command, cwd=directory, env=env, check=True)
    service = Service(directory, directory / ".venv/bin/python").with_database(
        parts.replace(" ", "-")
    )
    service.migrate()
    return service
