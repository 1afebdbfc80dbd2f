"""Of the programs of tests those are measured that ask for it; what is measured runs on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import measuring
from tests.support.composition import PROJECT
from tests.support.serving import PATIENCE

SETTINGS = "[run]\nbranch = true\nconcurrency = thread, greenlet\n"
UNCOVERED = """
import sys
import pytest

@pytest.mark.no_cover
def test_that_is_not_measured():
    assert sys.gettrace() is None

def test_that_is_measured():
    assert sys.gettrace() is not None
"""
THREADS = """
import threading, time
from tests.support.measuring import pytest_configure

def end_threads(until):
    while time.monotonic() < until:
        thread = threading.Thread(target=str)
        thread.start()
        thread.join()

pytest_configure()
until = time.monotonic() + 4
for _ in range(6):
    threading.Thread(target=end_threads, args=[until]).start()
while time.monotonic() < until:
    str()
print("done")
"""


def test_a_program_is_measured_when_it_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(measuring.SET_ASIDE, "of an earlier start")
    monkeypatch.setenv(measuring.FOR_ALL, "settings")

    measuring.pytest_runtest_setup()

    assert measuring.FOR_ALL not in os.environ
    assert measuring.measured() == {measuring.FOR_ALL: "settings"}


@pytest.mark.parametrize("processes", ["0", "1"])
def test_a_test_that_asks_for_it_is_not_measured(tmp_path: Path, processes: str) -> None:
    file = tmp_path / "test_made.py"
    file.write_text(UNCOVERED, encoding="utf-8")
    measuring_it = ("--cov=tests", "--cov-report=", "--cov-fail-under=0", "--no-cov-on-fail")
    plugins = ("-p", "no:cacheprovider", "-p", "tests.support.measuring")

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", processes, *plugins, *measuring_it, file],
        cwd=PROJECT,
        env=os.environ | {"COVERAGE_FILE": str(tmp_path / "found")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="it was mended in CPython 3.12")
def test_threads_that_end_at_the_same_time_stop_nothing(tmp_path: Path) -> None:
    settings, program = tmp_path / "settings", tmp_path / "program.py"
    settings.write_text(SETTINGS, encoding="utf-8")
    program.write_text(THREADS, encoding="utf-8")
    options = (f"--rcfile={settings}", f"--data-file={tmp_path / 'found'}")

    done = subprocess.run(
        [sys.executable, "-m", "coverage", "run", *options, program],
        env={"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert done.stdout == "done\n", done.stderr
