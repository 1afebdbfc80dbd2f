"""What is looked for in the routes of a module."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

PARAMETER = re.compile(r"\{\w+\}")
METHODS = {"get", "put", "post", "patch", "delete", "head", "options"}


@dataclass(frozen=True)
class Route:
    node: ast.AST
    router: str
    method: str
    path: str

    def hides(self, other: "Route") -> bool:
        """A parameter takes a word, and another parameter's text, as a word takes itself."""
        if (self.router, self.method) != (other.router, other.method):
            return False
        if ":" in self.path + other.path:  # a convertor: what it takes is told at start
            return False
        pattern = "[^/]+".join(map(re.escape, PARAMETER.split(self.path)))
        return re.fullmatch(pattern, other.path) is not None


def hidden_route(node: ast.AST, _: PurePosixPath) -> Iterator[ast.AST]:
    """One that no request reaches, because one above it takes them all."""
    if isinstance(node, ast.Module):
        routes = [route for each in node.body for route in _routes(each)]
        for number, route in enumerate(routes):
            if any(before.hides(route) for before in routes[:number]):
                yield route.node


def _routes(node: ast.stmt) -> Iterator[Route]:
    """Of a function whose decorators are such as `@router.get("/{order_id}")`."""
    decorators = getattr(node, "decorator_list", [])
    for each in (each for each in decorators if isinstance(each, ast.Call) and each.args):
        path = each.args[0]
        if (
            isinstance(each.func, ast.Attribute)
            and each.func.attr in METHODS
            and isinstance(path, ast.Constant)
            and isinstance(path.value, str)
        ):
            yield Route(each, ast.unparse(each.func.value), each.func.attr, path.value)
