"""Ring 2: every set of parts gives exactly its files, all of them clean."""

import ast
import fnmatch
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.baking import (
    COMBINATIONS,
    COVERING,
    PARTS,
    QUESTIONS,
    TEMPLATE,
    Combination,
    bake,
    files_of,
    owned_by,
)
from tests.running import run

# Where parts are wired together. Conditions elsewhere would make the service's Python depend on
# how it is rendered.
WIRING = {
    f"app/{name}.py"
    for name in (
        *("__main__", "api", "jobs", "main", "models", "settings", "transfers"),
        *("features/orders/router", "features/products/router"),  # who may change them
        "features/orders/service",  # what follows an order is told where it is placed
    )
}
REGISTRY = re.compile(r"https?://[^\s\"']*(/simple\b|pythonhosted\.org)|index-url")


@pytest.fixture(
    scope="session",
    params=[pytest.param(each, id=each.id) for each in COMBINATIONS],
)
def combination(request: pytest.FixtureRequest) -> Combination:
    answers: Combination = request.param
    return answers


@pytest.fixture(scope="session")
def project(combination: Combination, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bake(tmp_path_factory.mktemp(combination.id), **combination.answers)


def texts_of(project: Path) -> Iterator[tuple[str, str]]:
    for name in sorted(files_of(project)):
        content = (project / name).read_bytes()
        if b"\0" not in content:
            yield name, content.decode()


def test_it_has_exactly_the_files_of_its_options(project: Path, combination: Combination) -> None:
    declined = PARTS.keys() - {*combination.parts.split()}
    expected = files_of(TEMPLATE).difference(*map(owned_by, declined))
    assert files_of(project) - {".cruft.json"} == expected


def test_it_has_no_empty_directory_that_a_clone_would_lose(project: Path) -> None:
    directories = [
        path for path in project.rglob("*") if path.is_dir() and ".git" not in path.parts
    ]
    assert [path for path in directories if not any(path.iterdir())] == []


def test_its_python_is_the_templates_but_for_the_wiring(project: Path) -> None:
    shared = {name for name in files_of(project) if name.endswith(".py")} - WIRING
    shared = {name for name in shared if not name.startswith("migrations/versions/")}
    read = [(project / name, TEMPLATE / name) for name in shared]
    assert [ours for ours, theirs in read if ours.read_bytes() != theirs.read_bytes()] == []


def test_nothing_of_the_template_language_is_left(project: Path) -> None:
    marks = re.compile(r"\{\{ ?cookiecutter|\{%")
    assert [name for name, text in texts_of(project) if marks.search(text)] == []


def test_every_text_file_ends_with_one_line_end(project: Path) -> None:
    texts = dict(texts_of(project))
    assert [n for n, text in texts.items() if text and not text.endswith("\n")] == []
    assert [n for n, text in texts.items() if text.endswith("\n\n") or "\r" in text] == []


def test_it_names_no_package_registry_and_has_no_lock_file(project: Path) -> None:
    assert [name for name, text in texts_of(project) if REGISTRY.search(text)] == []
    assert [name for name in files_of(project) if name.endswith((".lock", "pylock.toml"))] == []


def test_its_migrations_are_one_line_from_the_first_to_the_last(project: Path) -> None:
    paths = sorted((project / "migrations/versions").iterdir())
    texts = [path.read_text(encoding="utf-8") for path in paths]
    revisions, before = (
        [re.findall(rf"^{name}.* = (.*)$", text, re.MULTILINE) for text in texts]
        for name in ("revision", "down_revision")
    )
    assert before == [["None"], *revisions[:-1]]


@pytest.mark.parametrize(
    "check",
    [("ruff", "check", "--no-cache"), ("ruff", "format", "--check", "--no-cache")],
    ids=" ".join,
)
def test_a_quick_check_passes(project: Path, check: tuple[str, ...], tools: Path) -> None:
    program, *arguments = check
    run(tools / program, *arguments, cwd=project)


@pytest.mark.parametrize("parts", COVERING)
def test_types_and_floors_hold(tmp_path: Path, parts: str, tools: Path) -> None:
    made = bake(tmp_path, **Combination("longest", parts).answers)
    run(tools / "mypy", cwd=made)
    run(tools / "lint-imports", "--no-cache", cwd=made)


def test_conditions_in_python_stand_in_the_wiring_only() -> None:
    conditional = [p for p in TEMPLATE.rglob("*.py") if "# {%" in p.read_text(encoding="utf-8")]
    assert {path.relative_to(TEMPLATE).as_posix() for path in conditional} <= WIRING


def test_what_is_copied_without_rendering_exists() -> None:
    names, patterns = files_of(TEMPLATE), QUESTIONS["_copy_without_render"]
    assert [pattern for pattern in patterns if not fnmatch.filter(names, pattern)] == []


def test_the_checks_of_the_chassis_know_the_rooms_of_parts() -> None:
    tool = (TEMPLATE / "tools/checks.py").read_text(encoding="utf-8")
    (known,) = re.findall(r"^PARTS = (.*)$", tool, re.MULTILINE)
    patterns = (pattern for part in PARTS.values() for pattern in part["owns"])
    rooms = {pattern.partition("/")[2] for pattern in patterns if pattern.startswith("chassis/")}
    assert ast.literal_eval(known) == rooms
