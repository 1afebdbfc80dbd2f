"""What each rule looks for, in one node of a module's syntax tree."""

import ast
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import TypeGuard

LOADED_BY_NAME = {"raise", "raise_on_sql", "write_only"}
INPUTS = {"Input", "PageQuery"}
INTERFACE = {"router", "schemas"}
NOT_MODIFIED = 304

Finder = Callable[[ast.AST, PurePosixPath], Iterator[ast.AST]]


def function_middleware(node: ast.AST, _: PurePosixPath) -> Iterator[ast.AST]:
    if _called(node) == "middleware" and _is_method(node):
        yield node


def end_of_transaction(node: ast.AST, _: PurePosixPath) -> Iterator[ast.AST]:
    if _called(node) in {"commit", "rollback"} and _is_method(node):
        yield node


def lazy_relationship(node: ast.AST, _: PurePosixPath) -> Iterator[ast.AST]:
    """Each but those whose annotation, or `lazy`, says that it never loads by itself."""
    if isinstance(node, ast.Module):
        nodes = list(ast.walk(node))
        by_name = {id(each.value) for each in nodes if _is_write_only(each)}
        calls = (each for each in nodes if isinstance(each, ast.Call))
        yield from (each for each in calls if _loads_itself(each, by_name=id(each) in by_name))


def _loads_itself(call: ast.Call, *, by_name: bool) -> bool:
    if _called(call) != "relationship":
        return _called(call) == "backref"
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    lazy = given.get("lazy")
    by_name = by_name or (isinstance(lazy, ast.Constant) and lazy.value in LOADED_BY_NAME)
    return not by_name or "backref" in given


def _is_write_only(node: ast.AST) -> TypeGuard[ast.AnnAssign]:
    annotation = node.annotation if isinstance(node, ast.AnnAssign) else None
    return isinstance(annotation, ast.Subscript) and name_of(annotation.value) == "WriteOnlyMapped"


def naive_column(node: ast.AST, _: PurePosixPath) -> Iterator[ast.AST]:
    """Each mention of such a type that is not a call with timezone=True."""
    if isinstance(node, ast.Module):
        nodes = list(ast.walk(node))
        aware = {id(call.func) for call in nodes if isinstance(call, ast.Call) and _aware(call)}
        naive = (each for each in nodes if id(each) not in aware)
        yield from (each for each in naive if name_of(each) in {"DateTime", "TIMESTAMP"})


def naive_input(node: ast.AST, path: PurePosixPath) -> Iterator[ast.AST]:
    """In a schema of what clients send, and in the parameters of a route."""
    taken: list[ast.expr | None] = []
    if isinstance(node, ast.ClassDef) and INPUTS & {name_of(base) for base in node.bases}:
        taken = [each.annotation for each in node.body if isinstance(each, ast.AnnAssign)]
    elif isinstance(node, ast.arguments) and path.name == "router.py":
        taken = [each.annotation for each in (*node.args, *node.kwonlyargs)]
    parts = (part for annotation in filter(None, taken) for part in ast.walk(annotation))
    yield from (part for part in parts if name_of(part) == "datetime")


def http_exception(node: ast.AST, _: PurePosixPath) -> Iterator[ast.AST]:
    names = {node.name} if isinstance(node, ast.alias) else set()
    if isinstance(node, ast.Attribute):
        names = {node.attr}
    if "HTTPException" in names:
        yield node


def neighbours_interface(node: ast.AST, path: PurePosixPath) -> Iterator[ast.AST]:
    own = list(path.parts[:3])
    for module in _imported(node):
        parts = module.split(".")
        if parts[:2] == ["app", "features"] and parts[:3] != own and INTERFACE & {*parts[3:4]}:
            yield node
            return


def untold_condition(node: ast.AST, _: PurePosixPath) -> Iterator[ast.AST]:
    """A route that answers a condition of the client, and does not say so in its `responses`."""
    if not isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
        return
    routes = [each for each in node.decorator_list if _is_method(each)]
    told = [part for route in routes for part in ast.walk(route)]
    calls = {_called(each) for each in ast.walk(node)}
    says_412 = any(name_of(part) == "PreconditionFailed" for part in told)
    says_304 = any(isinstance(part, ast.Constant) and part.value == NOT_MODIFIED for part in told)
    untold = ("matching" in calls and not says_412) or ("not_modified" in calls and not says_304)
    if routes and untold:
        yield node


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _called(node: ast.AST) -> str:
    return name_of(node.func) if isinstance(node, ast.Call) else ""


def _is_method(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)


def _aware(call: ast.Call) -> bool:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    timezone = given.get("timezone")
    return isinstance(timezone, ast.Constant) and timezone.value is True


def name_of(node: ast.AST) -> str:
    """`DateTime` of `DateTime` and of `sa.DateTime`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
