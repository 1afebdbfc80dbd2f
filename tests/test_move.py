"""A service that was baked before `chassis/`, with a team's work in it, takes the move and more."""

import re
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

import pytest

from tests import before_parts
from tests.baking import TEMPLATE, baked_from
from tests.before_the_move import change, go_back, work_of_a_team
from tests.conftest import clone_template, commit
from tests.running import run, temporary_in_memory, uv
from tests.test_updates import CRUFT, template_tool

CONFLICT = re.compile(r"^<{7} .*?\n(.*?)^={7}\n(.*?)^>{7} .*?\n", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of the template, as it was before; the next commit is as it is now."""
    clone = clone_template(tmp_path_factory.mktemp("moving") / "template")
    before_parts.go_back(clone)
    go_back(clone / TEMPLATE.name)
    commit(clone, "The template as it was")
    return clone


@pytest.fixture(scope="module")
def project(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The service when the update that it knew has run; the command has not."""
    made = baked_from(template, tmp_path_factory.mktemp("moved"))
    commit(made, "Start from the template")
    work_of_a_team(made)
    commit(made, "Our work")
    run("git", "read-tree", "--reset", "-u", "HEAD~1", cwd=template)
    commit(template, "The template as it is")
    run(*CRUFT, "update", "--skip-apply-ask", cwd=made, env=temporary_in_memory())
    return made


@pytest.fixture(scope="module")
def told(project: Path, tools: Path) -> str:
    """What the command says while there is something to decide."""
    return move(project, tools, ok=False)


@pytest.fixture(scope="module")
def decided(told: str, project: Path) -> Path:
    """The service when a person has decided, and nothing is committed."""
    assert told
    main, conftest = project / "app/main.py", "tests/web/conftest.py"
    assert decide(main, lambda ours, _: "# ours" in ours)
    change(
        main, "(settings.log, settings.identity)\n", "(settings.log, settings.identity)  # ours\n"
    )
    run("git", "rm", "--quiet", "--force", conftest, cwd=project)
    run("git", "add", "--all", cwd=project)
    return project


@pytest.fixture(scope="module")
def committed(decided: Path) -> Path:
    commit(decided, "Move")
    return decided


def move(project: Path, tools: Path, *, ok: bool) -> str:
    command = (tools / "python", "-B", "-m", "tools.move_to_chassis")
    done = run(*command, cwd=project, ok=ok, env={"UV": uv()} | temporary_in_memory())
    return done.stdout + done.stderr


def decide(path: Path, expected: Callable[[str, str], bool]) -> bool:
    """Take the template's side of the one conflict; return whether it was what was expected."""
    text = path.read_text(encoding="utf-8")
    (conflict,) = CONFLICT.finditer(text)
    path.write_text(CONFLICT.sub(conflict[2], text), encoding="utf-8")
    return expected(conflict[1], conflict[2])


def part_of(told: str, sentence: str) -> list[str]:
    """The paths below the sentence that starts so."""
    lines = iter(told.splitlines())
    assert any(line.startswith(sentence) for line in lines), told
    return [line.strip() for line in takewhile(lambda line: line.startswith(" "), lines)]


def test_only_what_both_sides_changed_is_to_be_decided(told: str) -> None:
    assert part_of(told, "Both you and the template changed") == ["app/main.py"]
    assert part_of(told, "The template has these no longer") == ["tests/web/conftest.py"]


def test_what_the_team_changed_in_the_chassis_is_told_and_its_settings_go_to_the_app(
    told: str, decided: Path
) -> None:
    assert part_of(told, "Yours, in what the template carries") == ["chassis/database/failures.py"]
    failures = (decided / "chassis/database/failures.py").read_text(encoding="utf-8")
    assert "There is nothing of that name." in failures
    assert part_of(told, "Your settings are now in") == ["app/settings.py"]
    assert "tenant: TenantSettings" in (decided / "app/settings.py").read_text(encoding="utf-8")


def test_modules_of_the_team_stay_where_they_are(told: str, decided: Path) -> None:
    assert "app/web/middleware/tenant.py" in part_of(told, "Your own, with the names")
    assert (decided / "app/web/middleware/tenant.py").exists()
    assert (decided / "app/web/middleware/__init__.py").exists()
    assert not list((decided / "chassis").rglob("*tenant*"))


def test_what_the_first_update_left_is_kept(told: str, decided: Path) -> None:
    assert "refs/before-move" in told
    kept = run("git", "ls-tree", "-r", "--name-only", "refs/before-move", cwd=decided).stdout
    assert "app/main.py.rej" in kept


def test_the_command_changes_nothing_when_it_runs_again(decided: Path, tools: Path) -> None:
    before = run("git", "stash", "create", cwd=decided).stdout
    move(decided, tools, ok=True)
    after = run("git", "stash", "create", cwd=decided).stdout
    run("git", "diff", "--exit-code", before.strip(), after.strip(), cwd=decided)


@pytest.mark.parametrize(
    "check",
    ["ruff check", "ruff format --check", "lint-imports", "python -B -m tools.house_rules"],
)
def test_a_check_passes_afterwards(committed: Path, tools: Path, check: str) -> None:
    program, *arguments = check.split()
    run(tools / program, *arguments, cwd=committed)


def test_the_types_fit_afterwards(committed: Path, tools: Path) -> None:
    tests = ("tests/features", "tests/conftest.py")
    run(tools / "mypy", "app", "migrations", *tests, cwd=committed)


def test_the_tests_of_the_team_pass_afterwards(committed: Path, tools: Path) -> None:
    tests = ("tests/features/invoices", "tests/features/products/test_tenant.py")
    run(tools / "pytest", "-p", "no:cacheprovider", *tests, cwd=committed)


def test_what_came_with_a_branch_that_was_older_is_rewritten_alone(
    committed: Path, tools: Path
) -> None:
    late = committed / "app/features/late.py"
    late.write_text("from app.problems import NotFound\n\nFOUND = NotFound\n", encoding="utf-8")
    commit(committed, "Merge a branch")

    told = move(committed, tools, ok=True)

    assert part_of(told, "Your own, with the names") == ["app/features/late.py"]
    assert "from chassis.problems import NotFound" in late.read_text(encoding="utf-8")
    assert run("git", "diff", "--name-only", cwd=committed).stdout.split() == [
        str(late.relative_to(committed))
    ]
    commit(committed, "Rewrite")


def test_a_later_update_shows_its_conflict_and_takes_the_rest(
    committed: Path, template: Path
) -> None:
    service = template / TEMPLATE.name
    change(service / "chassis/database/failures.py", "There is no such thing.", "It is not there.")
    change(service / "app/main.py", "Read this first.", "Read it first.")
    commit(template, "Think again")

    told = template_tool(committed, "update", ok=False)

    assert part_of(told, "Both you and the template changed") == ["chassis/database/failures.py"]
    assert "Read it first." in (committed / "app/main.py").read_text(encoding="utf-8")
    failures = committed / "chassis/database/failures.py"
    assert decide(failures, lambda ours, theirs: "of that name" in ours and "not there" in theirs)
    commit(committed, "Update")
    assert "Up to date" in template_tool(committed, "update")
