"""Ring 3: `make resource` in a service without any; test_live.py runs what it writes as a whole."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.baking import bake
from tests.conftest import commit
from tests.resources import OTHERS, database_of, make_resources
from tests.running import make, run


@pytest.fixture(scope="module")
def project(
    own_database: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A baked service that had no resource, and a database server that runs all the while."""
    made = own_database(bake(tmp_path_factory.mktemp("scaffold"), parts="kubernetes"))
    make("setup", cwd=made)
    commit(made, "Start from the template")
    with database_of(made):
        make_resources(made, OTHERS)
        yield made


@pytest.mark.parametrize(
    "check",
    [
        "ruff format --check .",
        "ruff check .",
        "python -m tools.house_rules",
        "mypy app migrations tests --exclude=^tests/(chassis|tools)/",
        "lint-imports",
    ],
)
def test_a_check_of_the_project_passes(project: Path, check: str) -> None:
    program, *arguments = check.split()
    run(project / ".venv/bin" / program, *arguments, cwd=project)


def test_their_own_tests_pass_and_cover_them(project: Path) -> None:
    tests = [f"tests/features/{name}" for name in OTHERS]
    covered = [f"--cov=app/features/{name}" for name in OTHERS]
    arguments = ("-n", "auto", *covered, *tests, "tests/test_migrations.py")
    run(project / ".venv/bin/pytest", *arguments, cwd=project)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "Say what to make"),
        (("name=people", "class=Person", "fields=age:int"), "There is a feature people already"),
        (("name=ants", "fields=legs:integer"), "Did you mean int?"),
        (("name=ants", "fields=hill_id:ref(hills)"), "there is no feature 'hills'"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    project: Path, arguments: tuple[str, ...], reason: str
) -> None:
    before = status(project)
    said = make("resource", *arguments, cwd=project, ok=False)
    sentence, end = said.stderr.splitlines()
    assert reason in sentence
    assert end.startswith("make: ***")
    assert status(project) == before


def test_undoing_all_leaves_what_was_committed(project: Path) -> None:
    nothing = make("resource-undo", cwd=project, ok=False)
    assert "Say what to take out" in nothing.stderr
    first, *others = OTHERS
    refused = make("resource-undo", f"name={first}", cwd=project, ok=False)
    assert "undo that first" in refused.stderr
    for name in reversed([first, *others]):
        make("resource-undo", f"name={name}", cwd=project)
    assert status(project) == ""
    assert not (project / ".resources").exists()


def status(project: Path) -> str:
    return run("git", "status", "--porcelain", cwd=project).stdout
