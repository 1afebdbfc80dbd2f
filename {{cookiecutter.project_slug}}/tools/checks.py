"""Runs every check, side by side, and says of each how it ended: `python -m tools.checks app`.

All of them run to their end, so that one run tells every fault. `make check` is `app`,
`make check-chassis` is `chassis`.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent
LANES = 2
"""The first check takes longest; the others run beside it, one after the other."""
PROJECT = Path(__file__).parent.parent
CHASSIS, TESTS = PROJECT / "chassis", "tests/chassis"
PARTS = {"accounts", "jobs", "llm", "select_ai"}
"""Rooms of the chassis that a service may lack: the others are covered without their tests."""
PROCESSES = str(2 * (os.cpu_count() or 1))
"""Tests of the chassis wait for other programs half of their time."""
COVERED = ("--cov-report=term-missing:skip-covered", "--cov-fail-under=100", "--no-cov-on-fail")
BRIEF = ("--tb=short", "--quiet")
APP_TESTS = ("tests", "--ignore=tests/chassis", "--ignore=tests/tools")
APP_TYPES = ("app", "migrations", "tests", "--exclude=^tests/(chassis|tools)/")


@dataclass(frozen=True)
class Check:
    name: str
    command: Sequence[str]
    live: bool = False
    """Whether it is seen while it runs, as it takes longest."""


def checks_of_the_app() -> Sequence[Check]:
    tests = ("pytest", "-n", "auto", *BRIEF, *APP_TESTS, "--cov=app", *COVERED)
    return (
        Check("tests", tests, live=True),
        Check("format", ("ruff", "format", "--check", ".")),
        Check("lint", ("ruff", "check", ".")),
        Check("house rules", ("python", "-m", "tools.house_rules")),
        Check("floors", ("lint-imports",)),
        Check("types", ("mypy", *APP_TYPES)),
    )


def checks_of_the_chassis() -> Iterator[Check]:
    rooms = {path.stem for path in CHASSIS.glob("[a-z]*")}
    parts = sorted(rooms & PARTS)
    elsewhere = (f"--ignore={TESTS}/{part}" for part in parts)
    core = ("-n", PROCESSES, TESTS, *elsewhere, *_covering(rooms - PARTS))
    yield Check("tests of the chassis", ("pytest", *core), live=True)
    yield Check("types", ("mypy",))
    if parts:
        tests = (f"{TESTS}/{part}" for part in parts)
        yield Check("tests of its parts", ("pytest", "-n", "auto", *tests, *_covering(parts)))
    yield Check("tests of the tools", ("pytest", "-n", "auto", "tests/tools"))


def _covering(rooms: Iterable[str]) -> Sequence[str]:
    return (*BRIEF, *(f"--cov=chassis.{room}" for room in rooms), *COVERED)


CHECKS: Mapping[str, Callable[[], Iterable[Check]]] = {
    "app": checks_of_the_app,
    "chassis": checks_of_the_chassis,
}


@dataclass(frozen=True)
class Ended:
    check: Check
    status: int
    output: str
    seconds: float

    def __str__(self) -> str:
        how = "failed" if self.status else "passed"
        said = f"\n{self.output.rstrip()}" if self.status and self.output else ""
        return f"{self.check.name}: {how} ({self.seconds:.0f} s){said}"


def main(arguments: Sequence[str]) -> None:
    if len(arguments) != 1 or arguments[0] not in CHECKS:
        sys.exit(f"python -m tools.checks {' | '.join(CHECKS)}")
    checks, failed = CHECKS[arguments[0]](), []
    with ThreadPoolExecutor(LANES) as pool:
        for each in as_completed([pool.submit(run, check) for check in checks]):
            ended = each.result()
            print(ended, flush=True)
            failed += [ended.check.name] * bool(ended.status)
    sys.exit(f"Failed: {', '.join(failed)}." if failed else 0)


def run(check: Check) -> Ended:
    started = time.monotonic()
    done = subprocess.run(
        [BIN / check.command[0], *check.command[1:]],
        cwd=PROJECT,
        check=False,
        encoding="utf-8",
        env={**os.environ, "COVERAGE_FILE": f".coverage.{check.name.replace(' ', '-')}"},
        stdout=None if check.live else subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return Ended(check, done.returncode, done.stdout or "", time.monotonic() - started)


if __name__ == "__main__":
    main(sys.argv[1:])
