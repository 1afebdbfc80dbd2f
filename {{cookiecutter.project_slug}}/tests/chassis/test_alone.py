"""The tests of the chassis say nothing of what a service has made of `app`."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.composition import PROJECT

OURS = ("tests/chassis", "tests/support")
OF_THE_APP = ("app", "tests.composition", "tests.features")


@pytest.mark.no_cover  # it covers nothing; measured, it would take twice as long
def test_no_module_imports_anything_of_the_app() -> None:
    modules = [path for folder in OURS for path in (PROJECT / folder).rglob("*.py")]
    found = {path: {name for name in imported(path) if of_the_app(name)} for path in modules}

    assert {path: names for path, names in found.items() if names} == {}


def of_the_app(name: str) -> bool:
    return any(name == it or name.startswith(f"{it}.") for it in OF_THE_APP)


def imported(path: Path) -> set[str]:
    return set(_imported(ast.parse(path.read_text(encoding="utf-8"))))


def _imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
