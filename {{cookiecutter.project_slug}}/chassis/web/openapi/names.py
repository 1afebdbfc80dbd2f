"""What operations are called: generators of clients make their functions of it."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import structlog
from fastapi.datastructures import DefaultPlaceholder

from chassis.web.openapi.operations import Operation
from chassis.web.openapi.schemas import objects, rename_schema


def name_operations(document: dict[str, Any], operations: Iterable[Operation]) -> None:
    """After the handler alone, `list_products`, where FastAPI appends path and method.

    Handlers of one name keep FastAPI's names, which differ, and that is told. What the service
    says itself stays: `operation_id=`, `generate_unique_id_function=`.
    """
    given = [(it, _name_of(it)) for it in operations]
    times = Counter(name for _, name in given)
    for operation, name in given:
        if not _is_named_by_fastapi(operation):
            continue
        if times[name] > 1:
            _tell(operation, name)
        final = name if times[name] == 1 else _long_name_of(operation)
        operation.told["operationId"] = final
        # Of a form, or of several bodies, FastAPI makes a schema.
        rename_schema(document, f"Body_{operation.route.unique_id}", f"Body_{final}")


def name_members(document: dict[str, Any]) -> None:
    """Of `sort`: a generator would call `-id` a VALUE_1, by its place.

    https://openapi-generator.tech/docs/templating/#enum
    """
    for part in objects(document):
        members = part.get("enum")
        if isinstance(members, list) and any(str(it).startswith("-") for it in members):
            part.setdefault("x-enum-varnames", [_name_of_member(str(it)) for it in members])


def _name_of_member(member: str) -> str:
    name = member.removeprefix("-").upper()
    return f"{name}_DESCENDING" if member.startswith("-") else name


def _is_named_by_fastapi(operation: Operation) -> bool:
    """Not by the route, in one of three ways."""
    route = operation.route
    is_default = isinstance(route.generate_unique_id_function, DefaultPlaceholder)
    is_its_own = operation.told["operationId"] == route.unique_id
    return is_default and is_its_own and not route.operation_id


def _name_of(operation: Operation) -> str:
    if not _is_named_by_fastapi(operation):
        return str(operation.told["operationId"])
    name = re.sub(r"\W+", "_", operation.route.name or "").strip("_")
    alone = len(operation.route.methods or ()) == 1
    return name if alone else f"{name}_{operation.method}"


def _long_name_of(operation: Operation) -> str:
    """As FastAPI has it, which takes any method of several."""
    return re.sub(r"\W", "_", f"{operation.route.name}{operation.path}_{operation.method}")


def _tell(operation: Operation, name: str) -> None:
    structlog.get_logger().warning(
        "handlers share a name, so clients get a long one: rename it, or give it operation_id=",
        name=name,
        route=f"{operation.method.upper()} {operation.path}",
    )
