"""What is looked for in coroutines and tasks."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from tools.house_rules.finders import name_of

GATHER = "asyncio.gather"
TASKS = {"asyncio.create_task", "asyncio.ensure_future"}
LOOPS = {"loop", "_loop", "get_running_loop", "get_event_loop"}
CANCELLATION = {"CancelledError", "BaseException", "BaseExceptionGroup"}
BLOCKING_BY_MODULE = {
    "asyncio": "run",
    "bcrypt": "checkpw hashpw",
    "boto3": "client resource",
    "bz2": "open",
    "concurrent.futures": "as_completed wait",
    "ftplib": "FTP FTP_TLS",
    "gzip": "open",
    "hashlib": "file_digest pbkdf2_hmac scrypt",
    "imaplib": "IMAP4 IMAP4_SSL",
    "lzma": "open",
    "os": "fsync listdir makedirs mkdir remove removedirs rename replace rmdir scandir stat "
    "unlink walk",
    "psycopg": "connect",
    "psycopg2": "connect",
    "pymysql": "connect",
    "redis": "Redis StrictRedis from_url",
    "select": "select",
    "shutil": "copy copy2 copyfile copytree make_archive move rmtree unpack_archive",
    "smtplib": "SMTP SMTP_SSL",
    "socket": "create_connection getaddrinfo getfqdn gethostbyaddr gethostbyname",
    "sqlite3": "connect",
    "tarfile": "open",
    "tempfile": "NamedTemporaryFile TemporaryDirectory TemporaryFile mkdtemp mkstemp",
    "zipfile": "ZipFile",
}
"""What ruff's ASYNC rules do not know. They know sleep, open, Path, subprocess, requests."""
BLOCKING = {f"{at}.{name}" for at, names in BLOCKING_BY_MODULE.items() for name in names.split()}
Names = Mapping[str, str]
"""What a module calls what it has imported."""


def gathering(node: ast.AST, _: PurePosixPath) -> Iterator[ast.AST]:
    if isinstance(node, ast.Module):
        names = _imports(node)
        yield from (call for call in _calls(node) if _full_name(call.func, names) == GATHER)


def loose_task(node: ast.AST, _: PurePosixPath) -> Iterator[ast.AST]:
    """One of no TaskGroup."""
    if isinstance(node, ast.Module):
        names = _imports(node)
        yield from (call for call in _calls(node) if _begins_task(call.func, names))


def _begins_task(function: ast.expr, names: Names) -> bool:
    if _full_name(function, names) in TASKS:
        return True
    if not isinstance(function, ast.Attribute) or function.attr != "create_task":
        return False
    of = function.value
    return name_of(of.func if isinstance(of, ast.Call) else of) in LOOPS


def swallowed_cancellation(node: ast.AST, _: PurePosixPath) -> Iterator[ast.AST]:
    """A handler that never raises, or a `suppress`."""
    if isinstance(node, ast.ExceptHandler):
        catches = node.type is None or _is_cancellation(node.type)
        if catches and not any(isinstance(each, ast.Raise) for each in _own(node.body)):
            yield node.type or node.body[0]
    elif isinstance(node, ast.Call) and name_of(node.func) == "suppress":
        yield from filter(_is_cancellation, node.args)


def _is_cancellation(caught: ast.expr) -> bool:
    each = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(name_of(it) in CANCELLATION for it in each)


def blocking_call(node: ast.AST, _: PurePosixPath) -> Iterator[ast.AST]:
    """In a coroutine; a function within one may be for a thread."""
    if not isinstance(node, ast.Module):
        return
    names = _imports(node)
    for coroutine in (each for each in ast.walk(node) if isinstance(each, ast.AsyncFunctionDef)):
        for each in _own(coroutine.body):
            if isinstance(each, ast.Call) and _full_name(each.func, names) in BLOCKING:
                yield each


def _own(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """All nodes but those of functions within."""
    nodes: list[ast.AST] = list(body)
    while nodes:
        node = nodes.pop()
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node
            nodes.extend(ast.iter_child_nodes(node))


def _calls(module: ast.Module) -> Iterator[ast.Call]:
    return (each for each in ast.walk(module) if isinstance(each, ast.Call))


def _imports(module: ast.Module) -> Names:
    names: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {it.asname or it.name: f"{node.module}.{it.name}" for it in node.names}
    return names


def _full_name(function: ast.expr, names: Names) -> str:
    """`asyncio.gather` of `gather`, where it comes from there."""
    written = ast.unparse(function)
    beginning, rest = written, ""
    while beginning and beginning not in names:
        beginning, _, last = beginning.rpartition(".")
        rest = f".{last}{rest}"
    return names[beginning] + rest if beginning else ""
