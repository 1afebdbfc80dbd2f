"""The workflow of a service tests the chassis when something changed that its tests depend on."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.baking import TEMPLATE
from tests.running import run

WORKFLOW = TEMPLATE / ".github/workflows/ci.yml"
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.invalid")


def steps_of(job: str) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = yaml.safe_load(WORKFLOW.read_text("utf-8"))["jobs"][job]["steps"]
    return steps


def script() -> str:
    (found,) = (step["run"] for step in steps_of("chassis") if step.get("id") == "change")
    return str(found)


def git(place: Path, *arguments: str) -> None:
    run(*GIT, *arguments, cwd=place)


def commit(place: Path, file: str) -> None:
    path = place / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(path.read_text() + "more\n" if path.exists() else "", encoding="utf-8")
    git(place, "add", ".")
    git(place, "commit", "--quiet", "--message", file)


@pytest.fixture
def pushed(tmp_path: Path) -> Path:
    place = tmp_path / "pushed"
    place.mkdir()
    git(place, "init", "--quiet", "--initial-branch=main")
    commit(place, "README.md")
    return place


def matters(pushed: Path, event: str) -> bool:
    """As the workflow finds out, in a checkout as it makes it."""
    place, output = pushed.parent / "checkout", pushed.parent / "output"
    depth = next(step["with"]["fetch-depth"] for step in steps_of("chassis") if "with" in step)
    run("git", "clone", "--quiet", f"--depth={depth}", pushed.as_uri(), place)
    output.write_text("", encoding="utf-8")
    env = {"GITHUB_EVENT_NAME": event, "GITHUB_OUTPUT": str(output)}
    run("bash", "-e", "-c", script(), cwd=place, env=env)
    return output.read_text(encoding="utf-8") == "matters=true\n"


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("app/features/orders/router.py", False),
        ("docs/runbook.md", False),
        ("docs/queries.md", True),
        ("tests/features/orders/test_router.py", False),
        ("chassis/web/new.py", True),
        ("tests/support/fixtures.py", True),
        ("app/settings.py", True),
        ("uv.lock", True),
    ],
)
def test_of_a_pull_request_only_its_own_changes_decide(
    pushed: Path, file: str, *, expected: bool
) -> None:
    git(pushed, "switch", "--quiet", "--create", "change")
    commit(pushed, file)
    commit(pushed, "README.md")
    git(pushed, "switch", "--quiet", "main")
    commit(pushed, "chassis/of_others.py")
    git(pushed, "merge", "--quiet", "--no-ff", "--no-edit", "change")

    assert matters(pushed, "pull_request") is expected


def test_the_main_branch_is_always_tested(pushed: Path) -> None:
    commit(pushed, "README.md")

    assert matters(pushed, "push")


def test_what_cannot_be_compared_is_tested(pushed: Path) -> None:
    assert matters(pushed, "pull_request")


def test_the_places_that_decide_exist() -> None:
    paths = re.findall(
        r"(?<= )[\w.-]+(?:/[\w.-]+)*", script().partition(" -- ")[2].split("then")[0]
    )
    made_by_setup = {"uv.lock"}

    assert "tests/chassis" in paths
    assert [it for it in paths if not (TEMPLATE / it).exists()] == [*made_by_setup]


def test_no_later_step_runs_where_nothing_matters() -> None:
    steps = steps_of("chassis")
    later = steps[[step.get("id") for step in steps].index("change") + 1 :]

    assert "make check-chassis" in [step.get("run") for step in later]
    assert {step["if"] for step in later} == {"steps.change.outputs.matters"}
