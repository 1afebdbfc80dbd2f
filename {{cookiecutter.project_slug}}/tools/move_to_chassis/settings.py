"""Takes the team's settings out of the chassis's modules, into `app/settings.py`."""

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

GROUPS, ALL, OWN = "chassis/settings/groups.py", "chassis/settings/__init__.py", "app/settings.py"
CLASS = "class Settings(ChassisSettings):"
Segments = dict[str, str]
"""Statements by what they define, each with the comments above it and the docstring below."""


def take(pristine: Callable[[str], str]) -> bool:
    """Move the groups and fields that the team added; return whether there were any to move.

    What changes something of the template's own stays, and nothing moves. `pristine` is what the
    template has in a file. Raises SyntaxError where a merge's marks are still in one.
    """
    here = {name: Path(name).read_text(encoding="utf-8") for name in (GROUPS, ALL, OWN)}
    there = {name: pristine(name) for name in here}
    groups = _added(_segments(here[GROUPS]), _segments(there[GROUPS]))
    fields = _added(_fields(here[ALL]), _fields(there[ALL]))
    around = _added(_around(here[ALL]), _around(there[ALL]))
    if groups is None or fields is None or around != {} or not {**groups, **fields}:
        return False
    if here[OWN] != there[OWN]:
        return False
    known = _known(here[ALL]) | _known(here[GROUPS])
    known |= {
        name: f"from chassis.settings.groups import {name}" for name in _segments(there[GROUPS])
    }
    used = _used([*groups.values(), *fields.values()])
    imports = sorted({known[name] for name in used if name in known and name not in groups})
    Path(OWN).write_text(_with(here[OWN], imports, groups, fields), encoding="utf-8")
    for name in (GROUPS, ALL):
        Path(name).write_text(there[name], encoding="utf-8")
    return True


def _with(text: str, imports: Iterable[str], groups: Segments, fields: Segments) -> str:
    before, _, after = text.partition(CLASS)
    classes = "".join(f"{group.strip()}\n\n\n" for group in groups.values())
    added = "\n".join(field.strip("\n") for field in fields.values())
    lines = "".join(f"{line}\n" for line in imports)
    return f"{before.rstrip()}\n{lines}\n\n{classes}{CLASS}{after.rstrip()}\n\n{added}\n"


def _added(here: Segments, there: Segments) -> Segments | None:
    """What is only here; None where more than that is different."""
    common = {name: segment for name, segment in here.items() if name in there}
    stripped = [{name: it.strip() for name, it in each.items()} for each in (common, there)]
    new = {name: segment for name, segment in here.items() if name not in there}
    return new if stripped[0] == stripped[1] else None


def _segments(text: str, body: list[ast.stmt] | None = None) -> Segments:
    """Of a module, or of a part of it; without imports."""
    lines = text.splitlines(keepends=True)
    body = ast.parse(text).body if body is None else body
    segments: Segments = {}
    name, last = "", body[0].lineno - 1
    for node in body:
        name = name if isinstance(node, ast.Expr) else _defined(node)
        end = node.end_lineno or node.lineno
        if not isinstance(node, ast.Import | ast.ImportFrom):
            segments[name] = segments.get(name, "") + "".join(lines[last:end])
        last = end
    return segments


def _fields(text: str) -> Segments:
    classes = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    return _segments(text, next(node.body for node in classes if node.name == "Settings"))


def _around(text: str) -> Segments:
    return {name: segment for name, segment in _segments(text).items() if name != "Settings"}


def _defined(node: ast.stmt) -> str:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return node.name
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", node)
    return ast.unparse(target)


def _known(text: str) -> dict[str, str]:
    """The import of each name that a module imports."""
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            start = f"from {node.module} " if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                found[alias.asname or alias.name] = f"{start}import {ast.unparse(alias)}"
    return found


def _used(segments: Iterable[str]) -> Iterator[str]:
    for segment in segments:
        block = segment if not segment.lstrip("\n").startswith(" ") else f"class _:\n{segment}"
        yield from (it.id for it in ast.walk(ast.parse(block)) if isinstance(it, ast.Name))
