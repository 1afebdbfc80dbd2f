"""Ring 1: the service is lint-clean, typed and tested where it lies, without rendering."""

import ast
import os
import shutil
from pathlib import Path

import pytest

from tests.baking import NOTHING, ROOT, TEMPLATE, bake, contents_of
from tests.running import run

# Only Python decides how the rest ends, and a bake has the same Python (test_rendered.py): running
# it there, once, as test_live.py does, is enough.
SOME_TESTS = ("test_main.py", "features/products")
CHECKS = {
    "lint": ("ruff", "check", "--no-cache", "."),
    "format": ("ruff", "format", "--check", "--no-cache", "."),
    "house rules": ("python", "-m", "tools.house_rules"),
    "types": ("mypy", "app"),
    "floors": ("lint-imports", "--no-cache"),
    "tests": (
        *("pytest", "-p", "no:cacheprovider", "--numprocesses=logical"),
        *(f"tests/{name}" for name in SOME_TESTS),
    ),
}


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_passes_in_place_and_leaves_nothing(
    check: str, tools: Path, tmp_path: Path
) -> None:
    before = contents_of(TEMPLATE)
    program, *arguments = CHECKS[check]
    outside = {
        "PATH": os.pathsep.join([str(tools), os.environ["PATH"]]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "COVERAGE_FILE": str(tmp_path / "coverage"),
    }
    run(tools / program, *arguments, cwd=TEMPLATE, env=outside)
    assert contents_of(TEMPLATE) == before
    bake(tmp_path / "still bakes")


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("chassis/problems.py", "import app.settings", "The chassis knows no app"),
        ("chassis/database/model.py", "import fastapi", "nothing knows a web framework"),
        ("chassis/settings/values.py", "import starlette.requests", "nothing knows a web"),
        ("chassis/database/model.py", "import chassis.web.types", "Floors of the chassis"),
        ("app/settings.py", "import app.middleware", "Floors of the app"),
    ],
)
def test_a_floor_that_is_broken_is_told(
    module: str, line: str, contract: str, tools: Path, tmp_path: Path
) -> None:
    for part in ("app", "chassis", "pyproject.toml"):
        copy(TEMPLATE / part, tmp_path / part)
    with (tmp_path / module).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")

    told = run(tools / "lint-imports", "--no-cache", cwd=tmp_path, ok=False).stdout

    broken = " ".join(told.partition("Broken contracts")[2].split())
    assert contract in broken
    assert module.removesuffix(".py").replace("/", ".") in broken


def copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy2(source, target)


def test_nothing_lies_in_the_template_that_git_does_not_keep() -> None:
    status = run("git", "status", "--porcelain", "--ignored", "--", TEMPLATE, cwd=ROOT).stdout
    assert [line for line in status.splitlines() if line.startswith("!!")] == []


@pytest.mark.parametrize(
    ("module", "function"),
    [("main.py", "create_app"), ("main.py", "lifespan"), ("middleware.py", "middleware")],
)
def test_the_chassis_is_tested_in_the_composition_that_a_service_begins_with(
    module: str, function: str, tmp_path: Path
) -> None:
    """One without parts, which have their own."""
    begun = bake(tmp_path, parts=NOTHING) / "app" / module
    tested = TEMPLATE / "tests/chassis/application.py"
    assert source(begun, function) == source(tested, function)


def source(module: Path, function: str) -> str:
    text = module.read_text(encoding="utf-8")
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    (found,) = (
        node
        for node in ast.parse(text).body
        if isinstance(node, functions) and node.name == function
    )
    return str(ast.get_source_segment(text, found))
