"""Rewrites what a team wrote before its template moved most of `app/` to `chassis/`.

`python -m tools.move_to_chassis` changes imports, names in strings and paths in documents, in
`app`, `tests`, `migrations` and `docs`; `make fix` sorts the imports afterwards. Running it again
changes nothing.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

FOLDERS = ("app", "tests", "migrations", "docs")
PACKAGES = ("csv_files", "database", "doctor", "observability", "redaction", "web")
SETTINGS = ("database_urls", "faults", "groups", "names", "sharing", "showing", "sources", "values")
ROOMS = {
    "database.availability": "background lag probe replica sampling",
    "database.connections": "dialect engine line observation password pgbouncer pool warm_up",
    "database.paging": "cursors keyset sorting",
    "database.quick": "direct insert_statement insertion listeners loader plainness",
    "web.errors": "http_exceptions invalid_input meanings problem_response websocket_errors",
    "web.middleware": "deadlines exchange",
    "web.routing": "body_rules held_sessions matched_route",
    "web.serving": "cancellation drain header_timeout listening signals",
    "web.values": "decimals meaning stored_json texts",
}
MODULES = {
    **{f"app.{package}": f"chassis.{package}" for package in PACKAGES},
    **{f"app.settings.{module}": f"chassis.settings.{module}" for module in SETTINGS},
    **{
        f"app.{room.partition('.')[0]}.{module}": f"chassis.{room}.{module}"
        for room, modules in ROOMS.items()
        for module in modules.split()
    },
    "app.cli": "chassis.cli",
    "app.database.budget": "chassis.doctor.budget",
    "app.garbage": "chassis.web.serving.garbage",
    "app.problems": "chassis.problems",
    "app.rate_limiting": "chassis.web.rate_limits.wiring",
    "app.telemetry": "chassis.web.telemetry",
    "app.web.errors": "chassis.web.errors.handlers",
    "app.web.middleware.rate_limit": "chassis.web.rate_limits.middleware",
    "app.workers": "chassis.web.serving.workers",
    "tests.eventually": "tests.support.eventually",
    "tests.serving": "tests.support.serving",
}
SESSIONS, NAMED = "chassis.web.sessions", "chassis.web.named_databases"
NAMES = {
    ("app.settings", "Environment"): "chassis.settings.identity",
    ("tests.conftest", "StartApp"): "tests.support.composition",
    ("tests.conftest", "Client"): "tests.support.clients",
    ("tests.conftest", "client_of"): "tests.support.clients",
    ("tests.conftest", "until_ready"): "tests.support.clients",
    ("tests.conftest", "make_settings"): "tests.composition",
    **{
        ("app.database.session", name): SESSIONS
        for name in ("CurrentDatabase", "PrimaryReadSession", "ReadSession", "Session")
    },
    **{
        ("app.database.named", name): NAMED
        for name in ("database_of", "reads_of", "require_named", "session_of")
    },
}
"""What has gone to another module than the rest of its own."""
DEPENDENCY = re.compile(r"Depends\((\w+)\.(in_transaction|for_reads)\)")
DOTTED = re.compile(r"(?<![\w./])(?:app|tests)(?:\.[a-z]\w*)+")
PATH = re.compile(r"(?<![\w./-])(?:app|tests)(?:/[a-z]\w*)+")


def main() -> None:
    paths = [path for folder in FOLDERS for path in sorted(Path(folder).rglob("*.*"))]
    for path in paths:
        if path.suffix in {".md", ".py"}:
            text = path.read_text(encoding="utf-8")
            new = moved_module(text) if path.suffix == ".py" else moved_names(text)
            if new != text:
                path.write_text(new, encoding="utf-8")
                sys.stdout.write(f"{path}\n")


def moved_module(text: str) -> str:
    """Python, with its imports where they are now. Raises SyntaxError for what is none."""
    lines = text.splitlines(keepends=True)
    froms = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)]
    for node in sorted(froms, key=lambda node: node.lineno, reverse=True):
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        parts = dict(_imports(node))
        if set(parts) != {node.module}:
            lines[first:last] = _written(parts, " " * node.col_offset, lines[last - 1])
    return moved_names(_with_dependencies("".join(lines)))


def _imports(node: ast.ImportFrom) -> Iterator[tuple[str, list[str]]]:
    parts: dict[str, list[str]] = {}
    for alias in node.names:
        module, name = _place(node.module or "", alias.name)
        bound = alias.asname or alias.name
        parts.setdefault(module, []).append(name if name == bound else f"{name} as {bound}")
    yield from parts.items()


def _place(module: str, name: str) -> tuple[str, str]:
    if (module, name) in NAMES:
        return NAMES[module, name], name
    if f"{module}.{name}" in MODULES:
        package, _, name = MODULES[f"{module}.{name}"].rpartition(".")
        return package, name
    return _moved(module), name


def _written(parts: dict[str, list[str]], indent: str, last: str) -> Iterable[str]:
    comment = last.rstrip("\n").partition("  #")
    for module, names in parts.items():
        yield f"{indent}from {module} import {', '.join(names)}{''.join(comment[1:])}\n"


def _with_dependencies(text: str) -> str:
    found = sorted({match[2] for match in DEPENDENCY.finditer(text)})
    if not found:
        return text
    text = DEPENDENCY.sub(r"Depends(\2(\1))", text)
    line = f"from {SESSIONS} import {', '.join(found)}\n"
    return re.sub(r"^(?=from chassis\.)", line, text, count=1, flags=re.MULTILINE)


def moved_names(text: str) -> str:
    """Dotted names and paths, in strings and in prose."""
    text = DOTTED.sub(lambda match: _moved(match[0]), text)
    return PATH.sub(lambda match: _moved(match[0].replace("/", ".")).replace(".", "/"), text)


def _moved(name: str) -> str:
    """Of a module, a part of it or a package: its longest beginning that has moved decides."""
    beginning, rest = name, ""
    while beginning and beginning not in MODULES:
        beginning, _, last = beginning.rpartition(".")
        rest = f".{last}{rest}"
    return f"{MODULES[beginning]}{rest}" if beginning else name


if __name__ == "__main__":
    main()
