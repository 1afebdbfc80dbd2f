"""What a failing test prints: each request once, whoever would write it too."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.composition import PROJECT

PYTEST = (sys.executable, "-m", "pytest", "-c", "pyproject.toml", "--rootdir", ".")
FAILING = """
import pytest
from fastapi import FastAPI

from chassis.web.serving.drain import Drain
from tests.chassis.application import create_app
from tests.support.clients import client_of
from tests.support.composition import ReadLog
from tests.support.settings import make_settings


@pytest.fixture
def app() -> FastAPI:
    app = create_app(make_settings(database={"url": "postgresql://nobody@127.0.0.1:1/none"}))
    app.state.drain = Drain()
    return app


async def ask_and_fail(app: FastAPI) -> None:
    async with client_of(app) as client:
        await client.get("/first")
        await client.get("/second")
    raise AssertionError


async def test_that_fails(app: FastAPI) -> None:
    await ask_and_fail(app)


async def test_that_reads_the_log_and_fails(app: FastAPI, read_log: ReadLog) -> None:
    await ask_and_fail(app)
"""


@pytest.mark.parametrize("test", ["test_that_fails", "test_that_reads_the_log_and_fails"])
def test_a_failing_test_prints_each_request_once(tmp_path: Path, test: str) -> None:
    file = tmp_path / "test_made.py"
    file.write_text(FAILING, encoding="utf-8")
    options = ("-p", "no:cacheprovider", "-p", "tests.support.fixtures", "--color=no")

    done = subprocess.run(
        [*PYTEST, *options, f"{file}::{test}"],
        cwd=PROJECT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    report = done.stdout.partition("Captured")[2]
    assert (report.count("/first"), report.count("/second")) == (1, 1), done.stdout
