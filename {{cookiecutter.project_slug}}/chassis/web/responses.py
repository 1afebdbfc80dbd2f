"""Responses made by the handler itself, inside its transaction."""

from fastapi import Response

from chassis.database.model import Entity
from chassis.web.conditional import tag
from chassis.web.types import Output


def created(entity: Entity, schema: type[Output], location: str) -> Response:
    """201, with the body that FastAPI would make of it, its `Location` and its `ETag`."""
    read = schema.model_validate(entity)
    body = schema.__pydantic_serializer__.to_json(read, by_alias=True)
    headers = {"Location": location, **tag(entity)}
    return Response(body, 201, headers, media_type="application/json")
