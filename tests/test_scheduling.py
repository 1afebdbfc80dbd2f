"""How the tests of the template are shared out to processes."""

import sys
from pathlib import Path

from tests.baking import ROOT
from tests.running import run

WHO_RUNS = """
import os
from pathlib import Path


def test_who_runs_it():
    Path(__file__).with_suffix(".worker").write_text(os.environ["PYTEST_XDIST_WORKER"])
"""


def workers_of(files: tuple[str, str], place: Path) -> set[str]:
    """Which processes run them, with the scheduler of tests/conftest.py."""
    for file in files:
        (place / file).write_text(WHO_RUNS, encoding="utf-8")
    scheduled = ("-p", "tests.conftest", "-p", "no:cacheprovider", "-n", "2", "--dist=loadfile")
    run(sys.executable, "-m", "pytest", *scheduled, place, cwd=ROOT)
    return {path.read_text(encoding="utf-8") for path in place.glob("*.worker")}


def test_one_process_runs_whole_suites_and_any_runs_other_files(tmp_path: Path) -> None:
    for name in ("suites", "others"):
        (tmp_path / name).mkdir()

    assert len(workers_of(("test_live.py", "test_scaffold.py"), tmp_path / "suites")) == 1
    assert len(workers_of(("test_one.py", "test_another.py"), tmp_path / "others")) == 2
