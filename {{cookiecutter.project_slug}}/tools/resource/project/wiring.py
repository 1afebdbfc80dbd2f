"""The lines of a resource in the files that list every feature: put in, and taken out again."""

import ast
from collections.abc import Sequence
from pathlib import Path

from tools.resource.errors import Refusal
from tools.resource.project.wires import Wire


def wire(text: str, wire: Wire) -> str:
    """Raises Refusal if the file is not built as we know it."""
    text = _with_element(text, wire)
    for statement in wire.imports:
        text = _with_import(text, statement, wire.path)
    return text


def _with_element(text: str, wire: Wire) -> str:
    lines = text.splitlines()
    container = _container(text, wire)
    end = (container.end_lineno or container.lineno) - 1
    last = lines[end].rstrip()
    if last in {"]", ")"}:
        lines.insert(_line_of_name(container, wire.element) or end, f"    {wire.element},")
    else:  # all of it on one line
        comma = ", " if container.elts else ""
        lines[end] = f"{last[:-1]}{comma}{wire.element}{last[-1]}"
    return _joined(lines)


def _line_of_name(container: ast.List | ast.Tuple, element: str) -> int | None:
    """A name, in quotes, goes before the first that is greater; all else to the end."""
    names = [
        (each.lineno - 1, each.value) for each in container.elts if isinstance(each, ast.Constant)
    ]
    later = (line for line, name in names if str(name) > element.strip('"'))
    return next(later, None)


def _with_import(text: str, statement: str, path: Path) -> str:
    """Sorted, among the imports of features if there are any."""
    module = statement.split()[1]
    imports = [node for node in ast.parse(text).body if isinstance(node, ast.ImportFrom)]
    own = [node for node in imports if (node.module or "").startswith(("app.", "chassis."))]
    own = [n for n in own if (n.module or "").startswith("app.features.")] or own
    if not own:
        message = f"{path} imports nothing of app or chassis: add `{statement}` by hand."
        raise Refusal(message)
    later = [node.lineno - 1 for node in own if (node.module or "") > module]
    lines = text.splitlines()
    lines.insert(later[0] if later else own[-1].end_lineno or own[-1].lineno, statement)
    return _joined(lines)


def unwire(text: str, wire: Wire) -> str:
    """Without the lines, wherever they are by now."""
    lines = [line for line in text.splitlines() if line not in wire.imports]
    wanted = ast.unparse(ast.parse(wire.element, mode="eval"))
    for element in _container(_joined(lines), wire).elts:
        if ast.unparse(element) != wanted:
            continue
        line = lines[element.lineno - 1]
        if line.strip() == f"{wire.element},":
            del lines[element.lineno - 1]
        else:  # all of it on one line
            without = line.replace(f", {wire.element}", "").replace(wire.element, "")
            lines[element.lineno - 1] = without
        break
    return _joined(lines)


def _container(text: str, wire: Wire) -> ast.List | ast.Tuple:
    for node in ast.parse(text).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        value = getattr(node, "value", None)
        if wire.container in names and isinstance(value, ast.List | ast.Tuple):
            return value
    message = f"{wire.path} has no list {wire.container}: add {wire.element} by hand."
    raise Refusal(message)


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
