"""What is looked for in the problems that a module defines."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

from tools.house_rules.finders import name_of

MODULE = "chassis.problems"


def untold_problem(node: ast.AST, _: PurePosixPath) -> Iterator[ast.AST]:
    """A type of problem, which clients see, without a section in the runbook."""
    if not isinstance(node, ast.Module):
        return
    problems = list(_problems(node))
    for each in (each for each in ast.walk(node) if isinstance(each, ast.ClassDef)):
        said = _said_type(each)
        value = said.value.value if said and isinstance(said.value, ast.Constant) else None
        if said is None or not isinstance(value, str):
            continue
        is_problem = each in problems or value.startswith("/problems/")
        if is_problem and f"\n### `{value}`\n" not in _runbook():
            yield said


def untyped_problem(node: ast.AST, _: PurePosixPath) -> Iterator[ast.AST]:
    """Which has the type of another, unless it says that it is a base of others."""
    if isinstance(node, ast.Module):
        for each in _problems(node):
            if not _said_type(each) and "abstract" not in {word.arg for word in each.keywords}:
                yield each


def _problems(module: ast.Module) -> Iterator[ast.ClassDef]:
    """Subclasses of what comes from `chassis.problems`, by their names."""
    nodes = list(ast.walk(module))
    known = {
        alias.asname or alias.name
        for each in nodes
        if isinstance(each, ast.ImportFrom) and each.module == MODULE
        for alias in each.names
    }
    for each in nodes:
        if isinstance(each, ast.ClassDef) and any(_is_of(base, known) for base in each.bases):
            known.add(each.name)
            yield each


def _is_of(base: ast.expr, known: set[str]) -> bool:
    """Whether it is one of these names, or `problems.Conflict`."""
    if isinstance(base, ast.Attribute):
        return name_of(base.value) == "problems"
    return name_of(base) in known


def _said_type(node: ast.ClassDef) -> ast.Assign | ast.AnnAssign | None:
    for each in node.body:
        targets = each.targets if isinstance(each, ast.Assign) else []
        targets = [each.target] if isinstance(each, ast.AnnAssign) else targets
        if isinstance(each, ast.Assign | ast.AnnAssign) and "type" in map(name_of, targets):
            return each
    return None


@cache
def _runbook() -> str:
    return (Path(__file__).parents[2] / "docs/runbook.md").read_text("utf-8")
