"""Schemas by name in the document: ours beside the models of the service."""

from collections.abc import Iterator
from itertools import chain, count
from typing import Any

from chassis.web.errors.problem_response import MEDIA_TYPE, PROBLEM_SCHEMA

PROBLEM = "Problem"
OF_FASTAPI = ("HTTPValidationError", "ValidationError")


def reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def settle_schemas(document: dict[str, Any]) -> None:
    """Take out what nothing refers to any more, and give our schema a name that is free."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in OF_FASTAPI:
        if name in schemas and reference(name) not in objects(document):
            del schemas[name]
    names = chain((PROBLEM, "ProblemDetails"), (f"{PROBLEM}{number}" for number in count(2)))
    free = next(name for name in names if name not in schemas)
    if free != PROBLEM:
        _rename(document, free)
    schemas[free] = PROBLEM_SCHEMA


def rename_schema(document: dict[str, Any], old: str, new: str) -> None:
    """If there is the old one, and none of the new name."""
    schemas = document.get("components", {}).get("schemas", {})
    if old in schemas and new not in schemas:
        schemas[new] = schemas.pop(old) | {"title": new}
        for part in objects(document):
            if part.get("$ref") == reference(old)["$ref"]:
                part.update(reference(new))


def _rename(document: dict[str, Any], name: str) -> None:
    """Of this media type, `Problem` is ours, and of any other the service's own."""
    for part in objects(document):
        body = part.get(MEDIA_TYPE)
        if isinstance(body, dict) and body.get("schema") == reference(PROBLEM):
            body["schema"] = reference(name)


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """At any depth."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from objects(part)
