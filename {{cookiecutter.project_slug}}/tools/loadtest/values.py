"""Bodies made from the schemas of the OpenAPI document."""

import math
import random
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

SPREAD = 1_000
CANDIDATES = ("load {}", "load-{}", "load{}", "{}", "{}.50", "1.50", "1", "0.5", "a", "A")
FORMATS: Mapping[str, Callable[[], str]] = {
    "date": lambda: datetime.now(UTC).date().isoformat(),
    "date-time": lambda: datetime.now(UTC).isoformat(),
}

Schema = Mapping[str, Any]


class Values:
    """Random, and different from one another where they are texts."""

    def __init__(self, schemas: Mapping[str, Schema], keys: Callable[[str], Sequence[str]]) -> None:
        """`keys` gives what is known to exist for the name of a reference, such as `product_id`."""
        self._schemas = schemas
        self._keys = keys
        self._numbers = count(random.randrange(10**9) * 1_000_000)  # noqa: S311  no secret

    def of(self, schema: Schema, name: str = "") -> Any:
        """Raises ValueError for a text whose pattern nothing here fits."""
        schema = self._resolved(schema)
        if "const" in schema or "enum" in schema:
            return _one_of(schema.get("enum") or [schema["const"]])
        made: dict[str, Callable[[], Any]] = {
            "object": lambda: self._object(schema),
            "array": lambda: [self.of(schema["items"], name) for _ in range(_length(schema))],
            "string": lambda: self._text(schema, name),
            "integer": lambda: random.randint(*_bounds(schema)),  # noqa: S311  no secret
            "number": lambda: min(_bounds(schema)[0] + 0.5, schema.get("maximum", math.inf)),
            "boolean": lambda: _one_of([True, False]),
        }
        return made.get(schema.get("type", ""), dict)()

    def _resolved(self, schema: Schema) -> Schema:
        if "$ref" in schema:
            return self._resolved(self._schemas[schema["$ref"].rpartition("/")[2]])
        if "anyOf" in schema:
            return self._resolved(schema["anyOf"][0])
        return schema

    def _object(self, schema: Schema) -> dict[str, Any]:
        """With what may be left out, but not with what may be null."""
        properties = schema.get("properties", {})
        return {
            name: self.of(inner, name)
            for name, inner in properties.items()
            if name in schema.get("required", ()) or "anyOf" not in inner
        }

    def _text(self, schema: Schema, name: str) -> str:
        kind = schema.get("format", "")
        if kind == "uuid":
            return str(_one_of(self._keys(name) or [uuid4()]))
        if bound := schema.get("ge", schema.get("le")):  # of a decimal, a date, an instant
            return str(bound)
        if kind in FORMATS:
            return FORMATS[kind]()
        number, pattern = next(self._numbers), schema.get("pattern", "")
        longest = schema.get("maxLength", 200)
        for candidate in (text.format(number)[-longest:] for text in CANDIDATES):
            if re.search(pattern, candidate):
                return candidate
        message = f"nothing fits the pattern {pattern!r} of {name!r}; add one to {__name__}"
        raise ValueError(message)


def _one_of(choices: Sequence[Any]) -> Any:
    return random.choice(choices)  # noqa: S311  no secret


def _length(schema: Schema) -> int:
    return max(int(schema.get("minItems", 0)), 1)


def _bounds(schema: Schema) -> tuple[int, int]:
    least = int(schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1))
    return least, min(int(schema.get("maximum", least + SPREAD)), least + SPREAD)
