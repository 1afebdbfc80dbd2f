"""From a resource to source; the formatter and the linter have the last word, see `tidying.py`."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mako.template import Template  # type: ignore[import-untyped]  # it ships no types

from tools.resource.description.resource import Resource
from tools.resource.errors import Refusal
from tools.resource.project.places import feature_of, tests_of
from tools.resource.trial import Trial

TEMPLATES = Path(__file__).parent / "templates"


def render(resource: Resource) -> dict[Path, str]:
    """Every new file; raises Refusal where names would be in each other's way."""
    feature, tests = feature_of(resource.plural), tests_of(resource.plural)
    modules = ("models", "schemas", "repository", "router")
    files = {feature / "__init__.py": ""}
    files |= {feature / f"{module}.py": _render(module, resource) for module in modules}
    return files | {tests / "test_router.py": _render("test_router", resource)}


def _render(module: str, resource: Resource) -> str:
    path = TEMPLATES / f"{module}.py.mako"
    template = Template(filename=str(path), strict_undefined=True)  # noqa: S702  it is no HTML
    many = resource.plural.replace("_", " ")
    source: str = template.render(r=resource, trial=Trial(resource), words=many)
    _check_names(source)
    return source


def _check_names(source: str) -> None:
    for name, count in Counter(_bound(ast.parse(source))).items():
        if count > 1:
            message = f"{name} would mean two things in one module: choose other names."
            raise Refusal(message)


def _bound(module: ast.Module) -> Iterator[str]:
    """Names the module binds; the same import twice is one."""
    imports = set()
    for node in module.body:
        if isinstance(node, ast.ImportFrom):
            imports |= {(node.module, alias.asname or alias.name) for alias in node.names}
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
    yield from (name for _, name in imports)
