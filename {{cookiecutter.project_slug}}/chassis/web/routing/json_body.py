"""A request's body as JSON, as FastAPI reads it."""

from email.message import Message
from functools import lru_cache
from json import JSONDecodeError
from typing import Any

from fastapi import Request
from fastapi.datastructures import DefaultPlaceholder
from fastapi.exceptions import RequestValidationError
from fastapi.routing import RouteContext
from pydantic_core import PydanticUndefined
from starlette.exceptions import HTTPException


class JsonBody:
    def __init__(self, route: RouteContext) -> None:
        strict = route.strict_content_type
        self._is_strict = strict.value if isinstance(strict, DefaultPlaceholder) else strict

    async def read(self, request: Request) -> Any:
        """Bytes where they are said to be something else, PydanticUndefined where there are none.

        Raises RequestValidationError for what is no JSON, HTTPException for what cannot be read.
        """
        try:
            body = await request.body()
            if not body:
                return PydanticUndefined
            return await request.json() if self._is_json(request) else body
        except JSONDecodeError as error:
            raise RequestValidationError([_described(error)], body=error.doc) from error
        except HTTPException:
            raise
        except Exception as error:
            raise HTTPException(400, "There was an error parsing the body") from error

    def _is_json(self, request: Request) -> bool:
        content_type = request.headers.get("content-type")
        return names_json(content_type) if content_type else not self._is_strict


@lru_cache
def names_json(content_type: str) -> bool:
    message = Message()
    message["content-type"] = content_type
    subtype = message.get_content_subtype()
    is_application = message.get_content_maintype() == "application"
    return is_application and (subtype == "json" or subtype.endswith("+json"))


def _described(error: JSONDecodeError) -> dict[str, Any]:
    return {
        "type": "json_invalid",
        "loc": ("body", error.pos),
        "msg": "JSON decode error",
        "input": {},
        "ctx": {"error": error.msg},
    }
