"""An example for each field of the document, so that what `/docs` fills in can be sent.

A field says its own by `Field(examples=["pen-1"])`; for others one is found that fits their schema.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chassis.web.openapi.fitting import fitting

SAID = {"examples", "example", "default", "const", "enum", "$ref"}
WITHIN = ("items", "additionalProperties")
A_UUID, NULL = {"type": "string", "format": "uuid"}, {"type": "null"}

Schema = dict[str, Any]


def give_examples(document: dict[str, Any]) -> None:
    """To each field of a body, and to each parameter; those `/docs` leaves empty all the same.

    A list that is narrowed by every example would have nothing in it.
    """
    for schema in document["components"]["schemas"].values():
        _give("value", schema)
    for parameter in _parameters(document["paths"]):
        schema = parameter.get("schema", {})
        _give(parameter["name"], _choices(schema)[0])


def _parameters(paths: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for operations in paths.values():
        for operation in operations.values():
            yield from operation.get("parameters", [])


def _give(name: str, schema: Any) -> None:
    if not isinstance(schema, dict) or SAID & schema.keys():  # true is a schema, of anything
        return
    choices = _choices(schema)
    if NULL in choices and choices[0] == A_UUID:
        schema["examples"] = [None]  # nobody knows what there is to refer to
    elif choices != [schema]:
        _give(name, choices[0])
    elif parts := list(_parts(name, schema)):
        for part_name, part in parts:
            _give(part_name, part)
    elif (value := fitting(name, schema)) is not None:
        schema["examples"] = [value]


def _choices(schema: Schema) -> list[Schema]:
    """The first is what pages fill in."""
    return schema.get("anyOf") or schema.get("oneOf") or [schema]


def _parts(name: str, schema: Schema) -> Iterable[tuple[str, Schema]]:
    """The schemas within that of an object or an array."""
    yield from schema.get("properties", {}).items()
    yield from ((name, schema[it]) for it in WITHIN if schema.get(it))
