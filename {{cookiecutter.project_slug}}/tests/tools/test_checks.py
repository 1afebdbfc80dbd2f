"""What `make check` and `make check-chassis` run, and what they tell."""

import re
from pathlib import Path

import pytest

from tools import checks
from tools.checks import Check


def test_every_check_runs_to_its_end_and_each_fault_is_told_once(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    found = [
        Check("first", ("python", "-c", "print('a fault'); raise SystemExit(3)")),
        Check("second", ("python", "-c", "print('nothing to tell')")),
        Check("third", ("python", "-c", "raise SystemExit('another fault')"), live=True),
    ]
    monkeypatch.setattr(checks, "CHECKS", {"app": lambda: found})

    with pytest.raises(SystemExit) as ended:
        checks.main(["app"])

    failed = re.fullmatch(r"Failed: (\w+), (\w+)\.", str(ended.value))
    assert failed
    assert sorted(failed.groups()) == ["first", "third"]
    told = capfd.readouterr().out
    assert re.search(r"^first: failed \(\d+ s\)\na fault$", told, re.MULTILINE)
    assert re.search(r"^second: passed \(\d+ s\)$", told, re.MULTILINE)
    assert told.count("a fault") == 1
    assert "nothing to tell" not in told
    assert told.count("another fault") == 1


def test_what_all_services_have_is_covered_without_the_tests_of_parts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(checks, "CHASSIS", tmp_path)
    for name in ("web", "jobs"):
        (tmp_path / name).mkdir()
    for name in ("problems.py", "__init__.py", "README.md"):
        (tmp_path / name).touch()

    core, _, parts, _ = checks.checks_of_the_chassis()

    assert covered(core) == {"chassis.web", "chassis.problems"}
    assert {"tests/chassis", "--ignore=tests/chassis/jobs"} <= {*core.command}
    assert covered(parts) == {"chassis.jobs"}
    assert [word for word in parts.command if word.startswith("tests")] == ["tests/chassis/jobs"]


def test_without_parts_there_are_no_tests_of_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(checks, "CHASSIS", tmp_path)

    names = [check.name for check in checks.checks_of_the_chassis()]

    assert names == ["tests of the chassis", "types", "tests of the tools"]


def covered(check: Check) -> set[str]:
    return {word.removeprefix("--cov=") for word in check.command if word.startswith("--cov=")}
