"""Text with the names that things have now: imports, names in strings and paths in documents."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from tools.move_to_chassis.places import DEPENDENCIES, SESSIONS, moved

DOTTED = re.compile(r"(?<![\w./-])(?:app|tests)(?:\.[A-Za-z]\w*)+")
PATH = re.compile(r"(?<![\w./-])(?:app|tests)(?:/[a-z]\w*)+")
TEXTS = {
    getattr(tokenize, name)
    for name in ("STRING", "COMMENT", "FSTRING_MIDDLE")
    if hasattr(tokenize, name)  # an f-string is one STRING before Python 3.12
}
Edit = tuple[int, int, str]
"""Start and end, in bytes, and what stands there from now on."""


def moved_names(text: str) -> str:
    """Dotted names and paths, in strings and in prose."""
    text = DOTTED.sub(lambda match: moved(match[0]), text)
    return PATH.sub(lambda match: moved(match[0].replace("/", ".")).replace(".", "/"), text)


def moved_module(text: str) -> str:
    """Python; a variable called `app` is left alone. Raises SyntaxError for what is none."""
    code = _edited(text, [*_imports(text), *_chains(text), *_dependencies(text)])
    return _edited(code, _texts(code))


def _edited(text: str, edits: list[Edit]) -> str:
    data = text.encode()
    for start, end, new in sorted(edits, reverse=True):
        data = data[:start] + new.encode() + data[end:]
    return data.decode()


def _imports(text: str) -> Iterator[Edit]:
    starts = _line_starts(text)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            start, end = _span(node, starts)
            yield start, end, _import(node, text.encode()[start:end].decode())


def _import(node: ast.Import | ast.ImportFrom, written: str) -> str:
    if isinstance(node, ast.Import):
        return moved_names(written)
    places = {alias.name: _place(node.module or "", alias.name) for alias in node.names}
    modules = {module for module, _ in places.values()}
    if len(modules) == 1 and all(name == new for name, (_, new) in places.items()):
        return written.replace(node.module or "", modules.pop(), 1)  # with its layout and comments
    parts: dict[str, list[str]] = {}
    for alias in node.names:
        module, name = places[alias.name]
        bound = alias.asname or alias.name
        parts.setdefault(module, []).append(name if name == bound else f"{name} as {bound}")
    comments = "".join(f"  {comment}" for comment in re.findall(r"#.*", written))
    lines = [f"from {it} import {', '.join(names)}{comments}" for it, names in parts.items()]
    return f"\n{' ' * node.col_offset}".join(lines)


def _place(module: str, name: str) -> tuple[str, str]:
    new = moved(f"{module}.{name}")
    return (module, name) if name == "*" else (new.rpartition(".")[0], new.rpartition(".")[2])


def _chains(text: str) -> Iterator[Edit]:
    """`app.database.session`, where that is what was imported."""
    tree, starts = ast.parse(text), _line_starts(text)
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    imported = {alias.name for node in imports for alias in node.names if not alias.asname}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (name := ast.unparse(node)) in imported:
            yield *_span(node, starts), moved(name)


def _dependencies(text: str) -> Iterator[Edit]:
    """`Things.for_reads` is `for_reads(Things)`, which has to be imported."""
    tree, starts = ast.parse(text), _line_starts(text)
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in DEPENDENCIES:
            repository = ast.unparse(node.value)
            if repository.rpartition(".")[2][:1].isupper():
                found.add(node.attr)
                yield *_span(node, starts), f"{node.attr}({repository})"
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    if found and imports:
        start, _ = _span(imports[-1], starts)
        yield start, start, f"from {SESSIONS} import {', '.join(sorted(found))}\n"


def _span(node: ast.stmt | ast.expr, starts: list[int]) -> tuple[int, int]:
    last, column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    return starts[node.lineno - 1] + node.col_offset, starts[last - 1] + column


def _texts(text: str) -> list[Edit]:
    """Strings and comments."""
    starts = _line_starts(text)
    lines = [line.decode() for line in text.encode().splitlines(keepends=True)]
    edits = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        new = moved_names(token.string)
        if token.type in TEXTS and new != token.string:
            (row, column), (last_row, last_column) = token.start, token.end
            start = starts[row - 1] + len(lines[row - 1][:column].encode())
            end = starts[last_row - 1] + len(lines[last_row - 1][:last_column].encode())
            edits.append((start, end, new))
    return edits


def _line_starts(text: str) -> list[int]:
    starts = [0]
    for line in text.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts
