"""Streams in the document: what each of their items is, told in a way that OpenAPI 3.1 knows."""

from typing import Any

from chassis.web.openapi.schemas import objects

ITEM = "itemSchema"
"""FastAPI writes it as OpenAPI 3.2 does, in a document that says it is 3.1."""
AS_EXTENSION = "x-item-schema"


def document_streams(document: dict[str, Any]) -> None:
    """To a client of 3.1 a stream is text; what its items are is left for who looks."""
    for part in objects(document["paths"]):
        if ITEM in part and "schema" not in part:
            part["schema"] = {"type": "string"}
            part[AS_EXTENSION] = part.pop(ITEM)
