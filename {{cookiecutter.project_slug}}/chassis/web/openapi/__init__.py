"""The OpenAPI document as the service really answers, and as clients can be made from it.

What a route says of itself is FastAPI's, and stays; here is what follows from it.
"""

from threading import Lock
from typing import Any

from fastapi import FastAPI

from chassis.web.openapi.callers import document_callers
from chassis.web.openapi.errors import document_errors, forget_errors, problems
from chassis.web.openapi.examples import give_examples
from chassis.web.openapi.headers import document_headers
from chassis.web.openapi.names import name_members, name_operations
from chassis.web.openapi.operations import Operation, operations_of
from chassis.web.openapi.schemas import settle_schemas
from chassis.web.openapi.streams import document_streams
from chassis.web.openapi.tags import Tag, list_tags

__all__ = ["Tag", "describe_api", "problems"]


def describe_api(app: FastAPI) -> None:
    """Complete what FastAPI documents, each time that routes have come. Any number of times."""
    making = Lock()  # in threads: nobody may have it before it is complete

    def openapi() -> dict[str, Any]:
        with making:
            known = app.openapi_schema
            document = FastAPI.openapi(app)
            if document is not known:  # the first, or routes have come since
                _complete(document, app)
            return document

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to extend it


def _complete(document: dict[str, Any], app: FastAPI) -> None:
    webhooks = document.get("webhooks", {})
    ours: list[Operation] = list(operations_of(document["paths"], app.routes))
    name_operations(document, [*ours, *operations_of(webhooks, app.webhooks.routes)])
    name_members(document)
    list_tags(document, ours)
    for operation in ours:
        document_callers(document, operation, app)
        document_errors(operation.told)
        document_headers(operation)
        for callback in operation.told.get("callbacks", {}).values():
            forget_errors(callback)
    forget_errors(webhooks)
    document_streams(document)
    settle_schemas(document)
    give_examples(document)
