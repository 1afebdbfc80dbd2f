"""The service on each version of Python that it is for, where the machine has it."""

import os
import sys
from pathlib import Path

import pytest

from tests.baking import bake
from tests.running import make, run, uv

VERSIONS = ["3.11", "3.12", "3.13", "3.14"]
# What shows that every module works; test_live.py runs all tests, on one version.
QUICK = ("features/products", "chassis/settings", "test_main.py")


def interpreter(version: str) -> str:
    """Find an interpreter of the version; skip where there is none, since uv may not fetch one."""
    home = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    names = [path.name for path in home.iterdir()] if home.is_dir() else []
    every = {"PYENV_VERSION": ":".join(names)} if names else {}  # else its stand-ins refuse
    options = ("--no-project", "--system", "--no-python-downloads")
    found = run(uv(), "python", "find", *options, version, ok=None, env=every)
    return found.stdout.strip() or pytest.skip(f"no Python {version} on this machine")


@pytest.mark.parametrize("version", VERSIONS, ids="python-{}".format)
def test_a_service_is_set_up_typed_and_tested(version: str, tmp_path: Path) -> None:
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        pytest.skip("the version that the other rings run on")
    chosen = interpreter(version)
    project = bake(tmp_path)
    make("setup", cwd=project, env={"UV_PYTHON": chosen})
    python = project / ".venv/bin/python"
    assert run(python, "--version").stdout.startswith(f"Python {version}.")
    run(python, "-m", "mypy", "app", "chassis", "migrations", cwd=project)
    run(python, "-m", "pytest", "-n", "2", *(f"tests/{name}" for name in QUICK), cwd=project)
