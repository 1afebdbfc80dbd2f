"""Names that libraries do not document are few, and docs/private-names.md has all of them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent.parent
PAGE = PROJECT / "docs/private-names.md"
LIBRARIES = {"alembic", "fastapi", "sqlalchemy", "starlette", "structlog", "uvicorn"}
PRIVATE = re.compile(r"_[a-z]\w*")


def names_in(module: Path) -> set[str]:
    text = module.read_text(encoding="utf-8")
    own = {*re.findall(r"self\.(_\w+)", text), *re.findall(r"^    (_\w+): ", text, re.MULTILINE)}
    return {*_names(text)} - own


def _names(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in LIBRARIES:
            hidden = any(part.startswith("_") for part in (node.module or "").split("."))
            yield from (it.name for it in node.names if hidden or it.name.startswith("_"))
        elif isinstance(node, ast.Constant) and PRIVATE.fullmatch(str(node.value)):
            yield str(node.value)
    for line in text.splitlines():
        if "SLF001" in line:  # ruff's word for an attribute that is not ours
            yield from re.findall(r"(?<!self)\.(_[a-z]\w*)", line.partition("#")[0])


def rows() -> Iterator[tuple[str, str, str]]:
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            names, module, *_, test = (cell.strip() for cell in line.strip("|").split("|"))
            for name in re.findall(r"`(\w+)`", names):
                yield name, module.strip("`"), test.strip("`")


@pytest.mark.no_cover  # it covers nothing; measured, it would take twice as long
def test_the_page_has_each_name_and_where_it_is_used() -> None:
    used = {
        (name, module.relative_to(PROJECT).as_posix())
        for module in (PROJECT / "chassis").rglob("*.py")
        for name in names_in(module)
    }

    assert {(name, module) for name, module, _ in rows()} == used


def test_the_test_that_goes_red_is_there() -> None:
    missing = [test for _, _, test in rows() if not (PROJECT / test).exists()]

    assert missing == []
