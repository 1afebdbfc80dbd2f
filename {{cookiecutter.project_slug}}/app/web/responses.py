"""Responses made by the handler itself, inside its transaction."""

from fastapi import Response

from app.database.model import Entity
from app.web.conditional import tagged
from app.web.types import Output


def created(entity: Entity, schema: type[Output], location: str) -> Response:
    """201, with the body that FastAPI would make of it, its `Location` and its `ETag`."""
    read = schema.model_validate(entity)
    body = schema.__pydantic_serializer__.to_json(read, by_alias=True)
    response = Response(body, 201, {"Location": location}, media_type="application/json")
    tagged(entity, response)
    return response
