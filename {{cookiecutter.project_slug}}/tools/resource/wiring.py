"""The lines of a resource in `app/api.py` and `app/models.py`: put in, and taken out again."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.resource.errors import Refusal
from tools.resource.project import API, MODELS


@dataclass(frozen=True, kw_only=True)
class Wire:
    path: Path
    statement: str
    container: str
    """The list that the element belongs to."""
    element: str

    @property
    def module(self) -> str:
        return self.statement.split()[1]


def wires_of(plural: str, model: str) -> Sequence[Wire]:
    feature = f"app.features.{plural}"
    return (
        Wire(
            path=API,
            statement=f"from {feature}.router import router as {plural}",
            container="ROUTERS",
            element=plural,
        ),
        Wire(
            path=MODELS,
            statement=f"from {feature}.models import {model}",
            container="__all__",
            element=f'"{model}"',
        ),
    )


def wire(text: str, wire: Wire) -> str:
    """Raises Refusal if the file is not built as we know it."""
    lines = text.splitlines()
    container = _container(text, wire)
    end = (container.end_lineno or container.lineno) - 1
    last = lines[end].rstrip()
    if last in {"]", ")"}:
        lines.insert(end, f"    {wire.element},")
    else:  # all of it on one line
        empty = last[-2] in "[("
        lines[end] = f"{last[:-1]}{'' if empty else ', '}{wire.element}{last[-1]}"
    lines.insert(_place_of_import(text, wire), wire.statement)
    return "\n".join([*lines, ""])


def _place_of_import(text: str, wire: Wire) -> int:
    """The line before which the import belongs: sorted, among those of features if there are."""
    imports = [node for node in ast.parse(text).body if isinstance(node, ast.ImportFrom)]
    own = [node for node in imports if (node.module or "").startswith("app.")]
    own = [n for n in own if (n.module or "").startswith("app.features.")] or own
    if not own:
        message = f"{wire.path} imports nothing of app: add {wire.statement!r} by hand."
        raise Refusal(message)
    after = [node.lineno - 1 for node in own if (node.module or "") > wire.module]
    return after[0] if after else own[-1].end_lineno or own[-1].lineno


def unwire(text: str, wire: Wire) -> str:
    """Without the lines, wherever they are by now."""
    kept = [line for line in text.splitlines() if line != wire.statement]
    text = "\n".join([*kept, ""])
    found = [each for each in _container(text, wire).elts if ast.unparse(each) == _bare(wire)]
    for element in found:
        line = kept[element.lineno - 1]
        if line.strip() == f"{wire.element},":
            del kept[element.lineno - 1]
        else:
            kept[element.lineno - 1] = line.replace(f", {wire.element}", "").replace(
                wire.element, ""
            )
    return "\n".join([*kept, ""])


def _bare(wire: Wire) -> str:
    return ast.unparse(ast.parse(wire.element, mode="eval"))


def _container(text: str, wire: Wire) -> ast.List | ast.Tuple:
    for node in ast.parse(text).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        value = getattr(node, "value", None)
        if wire.container in names and isinstance(value, ast.List | ast.Tuple):
            return value
    message = f"{wire.path} has no list {wire.container}: add {wire.element} by hand."
    raise Refusal(message)
