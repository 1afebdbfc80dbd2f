"""The service on each version of Python that it is for, where the machine has it."""

import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.baking import bake
from tests.running import make, run, uv

VERSIONS = ["3.11", "3.12", "3.13", "3.14"]
# What shows that every module works; test_live.py runs all tests, on one version.
QUICK = ("features/products", "chassis/settings", "test_main.py")


@cache
def interpreters() -> dict[str, str]:
    """Those of the versions that this machine has, the newest last; uv may not fetch one."""
    home = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    names = [path.name for path in home.iterdir()] if home.is_dir() else []
    every = {"PYENV_VERSION": ":".join(names)} if names else {}  # else its stand-ins refuse
    find = (uv(), "python", "find", "--no-project", "--system", "--no-python-downloads")
    found = {version: run(*find, version, ok=None, env=every).stdout for version in VERSIONS}
    return {version: path.strip() for version, path in found.items() if path.strip()}


@pytest.mark.parametrize("version", VERSIONS, ids="python-{}".format)
def test_a_service_is_set_up_typed_and_tested(
    version: str, own_database: Callable[[Path], Path], tmp_path: Path
) -> None:
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        pytest.skip("the version that the other rings run on")
    if version not in interpreters():
        pytest.skip(f"no Python {version} on this machine")
    project = own_database(bake(tmp_path))
    make("setup", cwd=project, env={"UV_PYTHON": interpreters()[version]})
    python = project / ".venv/bin/python"
    assert run(python, "--version").stdout.startswith(f"Python {version}.")
    if version == [*interpreters()][-1]:  # what fits on the oldest too, elsewhere, fits between
        run(python, "-m", "mypy", "app", "chassis", "migrations", cwd=project)
    run(python, "-m", "pytest", "-n", "2", *(f"tests/{name}" for name in QUICK), cwd=project)
