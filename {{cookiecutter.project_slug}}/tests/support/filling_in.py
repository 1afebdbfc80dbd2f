"""What Swagger UI fills in for a body: an example where there is one, and what it is made of."""

from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]
Schema = Mapping[str, Any]


def body_for(document: Document, path: str, method: str) -> Any:
    content = document["paths"][path][method]["requestBody"]["content"]
    return filled_in(document, content["application/json"]["schema"])


def filled_in(document: Document, schema: Schema) -> Any:
    """Raises KeyError for a field that it would make up."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return filled_in(document, document["components"]["schemas"][name])
    said = [
        *schema.get("examples", ())[:1],
        *(schema[it] for it in ("default", "const") if it in schema),
    ]
    if said:
        return said[0]
    if "anyOf" in schema:
        return filled_in(document, schema["anyOf"][0])
    return schema["enum"][0] if "enum" in schema else _filled_in_within(document, schema)


def _filled_in_within(document: Document, schema: Schema) -> Any:
    if "properties" in schema:
        return {it: filled_in(document, inner) for it, inner in schema["properties"].items()}
    if "items" in schema:
        return [filled_in(document, schema["items"])] * schema.get("minItems", 1)
    within = schema["additionalProperties"]
    return {} if within is True else {"additionalProp1": filled_in(document, within)}
