"""A request's body as JSON, as FastAPI reads it."""

import json
import re
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic_core import PydanticUndefined
from starlette.exceptions import HTTPException

JSON = re.compile(r"\s*application/(json|[^/;]*\+json)\s*(;.*)?", re.IGNORECASE)


async def read_json(request: Request) -> Any:
    """Bytes where the body is said to be something else, PydanticUndefined where there is none.

    Raises RequestValidationError for what is no JSON, HTTPException for what cannot be read.
    """
    try:
        body = await request.body()
        if not body:
            return PydanticUndefined
        return json.loads(body) if JSON.fullmatch(request.headers.get("content-type", "")) else body
    except json.JSONDecodeError as error:
        raise RequestValidationError([_described(error)], body=error.doc) from error
    except HTTPException:
        raise
    except Exception as error:
        raise HTTPException(400, "There was an error parsing the body") from error


def _described(error: json.JSONDecodeError) -> dict[str, Any]:
    return {
        "type": "json_invalid",
        "loc": ("body", error.pos),
        "msg": "JSON decode error",
        "input": {},
        "ctx": {"error": error.msg},
    }
