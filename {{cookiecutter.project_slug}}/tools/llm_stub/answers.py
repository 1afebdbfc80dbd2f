"""What the stub says: always the same to the same."""

import math
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

DIMENSIONS = 64


def words(messages: list[dict[str, Any]]) -> Iterator[str]:
    """What was said last, a word at a time."""
    said = str(messages[-1]["content"]) if messages else ""
    yield from ("You said: ", *(f"{word} " for word in said.split()[:100]))


def filled_in(schema: dict[str, Any], whole: dict[str, Any] | None = None) -> Any:
    """A value that fits a JSON schema, as far as models of Pydantic make one."""
    whole = whole or schema
    if reference := schema.get("$ref"):
        return filled_in(whole["$defs"][reference.rpartition("/")[2]], whole)
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return filled_in(schema["anyOf"][0], whole)
    kind = schema.get("type")
    if kind == "object":
        fields = schema.get("properties", {})
        return {name: filled_in(field, whole) for name, field in fields.items()}
    if kind == "array":
        return [filled_in(schema.get("items", {}), whole)] * schema.get("minItems", 1)
    plain: dict[Any, Any] = {"integer": 0, "number": 0, "boolean": False, "null": None}
    return plain.get(kind, "made up by the stub")


def vector(text: str) -> list[float]:
    """Texts with the same words are alike."""
    found = [0.0] * DIMENSIONS
    for word in text.lower().split():
        found[sha256(word.encode()).digest()[0] % DIMENSIONS] += 1
    length = math.sqrt(sum(it * it for it in found)) or 1
    return [it / length for it in found]
