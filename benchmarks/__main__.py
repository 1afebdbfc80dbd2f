"""What `make bench` runs: bakes a service, installs it, and measures it on a PostgreSQL of its own.

Bare names choose sections, as `make bench ONLY="http costs"` does.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from cookiecutter.main import cookiecutter

from benchmarks.progress import tell
from benchmarks.run import SECTIONS, measure

ROOT = Path(__file__).parent.parent
FOREIGN = (
    "CACHE_",
    "DATABASE_",
    "REDIS_",
    "SERVER_",
    "LOG_",
    "METRICS_",
    "RATE_LIMIT_",
    "TRACING_",
    "VIRTUAL_ENV",
)
"""Settings of the caller's own services, which would change what is measured."""


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("sections", nargs="*", help=f"of {', '.join(SECTIONS)}; default: all")
    parser.add_argument("--service", type=Path, help=argparse.SUPPRESS)  # by this program itself
    options = parser.parse_args(arguments)
    if unknown := set(options.sections) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    if options.service:
        measure(options.service, options.sections or list(SECTIONS))
    else:
        _with_baked_service(options.sections)


def _with_baked_service(sections: list[str]) -> None:
    """Start this program again, with the service's own PostgreSQL."""
    with tempfile.TemporaryDirectory() as place:
        tell("baking a service")
        service = Path(cookiecutter(str(ROOT), no_input=True, output_dir=place))
        kept = {name: it for name, it in os.environ.items() if not name.startswith(FOREIGN)}
        env = kept | {"PWD": str(service), "PYTHONPATH": str(ROOT)}
        tell("installing it")
        subprocess.run([os.environ["UV"], "sync", "--quiet"], cwd=service, env=env, check=True)
        python = service / ".venv/bin/python"
        again = [sys.executable, "-m", "benchmarks", *sections, "--service", str(service)]
        command = [str(python), "-m", "tools.postgres", "--", *again]
        done = subprocess.run(command, cwd=service, env=env, check=False)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main(sys.argv[1:])
