"""Ring 5: FastAPI's own tests find no difference between quick routes and its own."""

import json
import os
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests.baking import TEMPLATE
from tests.running import run, uv

PLUGIN = Path(__file__).parent / "fastapi_suite"
# They start programs of their own, in which no function is made a coroutine.
PROGRAMS = ("--ignore=tests/test_telemetry", "--ignore=tests/test_fastapi_cli.py")


@dataclass(frozen=True)
class Way:
    """How it is run, and how many tests it has at least, and of these answered by lean handlers."""

    environment: dict[str, str]
    options: tuple[str, ...]
    tests: int
    lean: int


WAYS = {
    "as it is": Way({}, (), 5_000, 100),
    "functions made coroutines": Way({"COROUTINES": "1"}, PROGRAMS, 4_800, 1_000),
}


@dataclass(frozen=True)
class Suite:
    source: Path
    python: Path
    found: Path

    def run_all(self, way: Way, **environment: str) -> dict[str, Any]:
        return self.run("tests", "--numprocesses=logical", *way.options, **environment)

    def run(self, *arguments: str, **environment: str) -> dict[str, Any]:
        """Say how many ran, what failed, how many lean handlers answered."""
        run(
            *(self.python, "-m", "pytest"),
            *arguments,
            *("-p", "quickened", "-p", "no:sugar", "-p", "no:cacheprovider"),
            *("--quiet", "--tb=no", "--timeout=0"),  # a busy machine takes its time
            cwd=self.source,
            env={
                "PYTHONPATH": f"{PLUGIN}{os.pathsep}{TEMPLATE}",
                "PYTHONPYCACHEPREFIX": str(self.found.with_name("bytecode")),
                "FOUND": str(self.found),
                **environment,
            },
            ok=None,
        )
        found: dict[str, Any] = json.loads(self.found.read_text(encoding="utf-8"))
        return found


@pytest.fixture(scope="module")
def suite(shared: Path, installed: Path) -> Suite:
    """The source of the FastAPI that the service has installed, and all that its tests need."""
    home = shared / "fastapi"
    with FileLock(shared / "fastapi.lock"):
        version = _installed_version(installed)
        source = home / f"fastapi-{version}"
        if not (home / "ready").exists():
            _download(version, home)
            _install(version, source, installed, home)
            (home / "ready").touch()
    return Suite(source, home / "environment/bin/python", home / "found.json")


def _installed_version(service: Path) -> str:
    ask = "import fastapi; print(fastapi.__version__)"
    return run(service / ".venv/bin/python", "-c", ask).stdout.strip()


def _download(version: str, home: Path) -> None:
    wanted = ("--no-deps", "--no-binary", "fastapi", f"fastapi=={version}")
    run(uv(), "tool", "run", "pip", "download", "--quiet", *wanted, "--dest", home)
    with tarfile.open(home / f"fastapi-{version}.tar.gz") as archive:
        archive.extractall(home, filter="data")


def _install(version: str, source: Path, service: Path, home: Path) -> None:
    """Each package that the service has in the version that it has."""
    constraints = home / "constraints.txt"
    exported = ("--quiet", "--no-header", "--no-hashes", "--no-dev", "--no-emit-project")
    run(uv(), "export", *exported, "--output-file", constraints, cwd=service)
    run(uv(), "venv", "--quiet", "--python", sys.executable, home / "environment")
    run(
        *(uv(), "pip", "install", "--quiet", "--python", home / "environment/bin/python"),
        *("--constraints", constraints, "--group", f"{source / 'pyproject.toml'}:tests"),
        *("-r", constraints, f"fastapi[all]=={version}"),
    )


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_quick_routes_change_nothing(way: Way, suite: Suite) -> None:
    quickened = way.environment | {"QUICKENED": "1"}

    whole = suite.run_all(way, **quickened)
    # Once more, alone: what fails by chance is no difference.
    failed = suite.run(*whole["failed"], **quickened)["failed"] if whole["failed"] else []
    usual = suite.run(*failed, **way.environment)["failed"] if failed else []

    assert whole["ran"] >= way.tests
    assert whole["lean"] >= way.lean
    assert sorted(set(failed) - set(usual)) == []
