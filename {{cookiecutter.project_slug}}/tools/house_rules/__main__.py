"""The command: a line for each place where a rule is broken, as other linters print it."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tools.house_rules.rules import PYTHON, RULES, Rule

PROJECT = Path(__file__).parents[2]


def main() -> None:
    files = sorted(file for folder in PYTHON for file in (PROJECT / folder).rglob("*.py"))
    broken = [line for file in files for line in _broken_in(file)]
    print("\n".join(broken) or "All house rules are kept.")
    sys.exit(bool(broken))


def _broken_in(file: Path) -> Iterator[str]:
    path = PurePosixPath(file.relative_to(PROJECT).as_posix())
    return faults(file.read_text("utf-8"), path)


def faults(source: str, path: PurePosixPath) -> Iterator[str]:
    """What breaks a rule in a module, from top to bottom."""
    tree, lines = ast.parse(source), source.splitlines()
    rules = [rule for rule in RULES if rule.applies_to(path)]
    found = [
        (node.lineno, node.col_offset + 1, rule)
        for each in ast.walk(tree)
        for rule in rules
        for node in rule.finder(each, path)
        if isinstance(node, ast.expr | ast.stmt | ast.alias)
    ]
    for line, column, rule in sorted(found, key=lambda it: it[:2]):
        if not _may_pass(lines[line - 1], rule):
            why = f"docs/decisions/{rule.page}"
            yield f"{path}:{line}:{column}: {rule.code} {rule.message}: {why}"


def _may_pass(line: str, rule: Rule) -> bool:
    return re.search(rf"# noqa: [A-Z0-9, ]*\b{rule.code}\b", line) is not None


if __name__ == "__main__":
    main()
