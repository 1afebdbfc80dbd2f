"""Who may call an operation, in the document: what `/docs` asks for by its button."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant

from chassis.auth.guards import Bearer, Requires, is_public
from chassis.auth.problems import CHALLENGE, InvalidToken
from chassis.problems import Forbidden, Unauthenticated
from chassis.web.openapi.errors import add_problems
from chassis.web.openapi.operations import Operation

ANYBODY: dict[str, list[str]] = {}
A_TOKEN: dict[str, list[str]] = {Bearer.scheme_name: []}


def document_callers(document: dict[str, Any], operation: Operation, app: FastAPI) -> None:
    """Of guards, which FastAPI has found, and of AUTH_REQUIRED, which it does not know."""
    told, responses = operation.told, operation.told["responses"]
    others = [it for it in told.get("security", []) if it not in (ANYBODY, A_TOKEN)]
    if others:  # the service has classes of its own for security
        add_problems(responses, Unauthenticated, Forbidden)
    guards = list(_guards(operation.route.dependant))
    is_asked = _requires_token(app) and not is_public(operation.route.endpoint)
    if not guards and not is_asked:
        return
    _define(document)
    is_needed = is_asked or any(isinstance(it, Requires) for it in guards)
    told["security"] = [*others, A_TOKEN] if is_needed else [ANYBODY, *others, A_TOKEN]
    _document_answers(responses, guards, is_needed=is_needed and not others)


def _requires_token(app: FastAPI) -> bool:
    settings = getattr(app.state, "settings", None)
    return settings is not None and settings.auth.required


def _guards(dependant: Dependant) -> Iterator[Bearer]:
    if isinstance(dependant.call, Bearer):
        yield dependant.call
    for part in dependant.dependencies:
        yield from _guards(part)


def _define(document: dict[str, Any]) -> None:
    schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
    schemes[Bearer.scheme_name] = Bearer.model.model_dump(
        mode="json", by_alias=True, exclude_none=True
    )


def _document_answers(responses: dict[str, Any], guards: list[Bearer], *, is_needed: bool) -> None:
    add_problems(responses, *([Unauthenticated] if is_needed else []), InvalidToken)
    told = [responses[str(InvalidToken.status)]]
    scopes = {scope for it in guards if isinstance(it, Requires) for scope in it.scopes}
    if scopes:
        add_problems(responses, Forbidden)
        forbidden = responses[str(Forbidden.status)]
        forbidden["description"] += f": the token needs {' '.join(sorted(scopes))}"
        told.append(forbidden)
    for response in told:
        header = {"description": "The challenge (RFC 6750, 3).", "schema": {"type": "string"}}
        response.setdefault("headers", {})[CHALLENGE] = header
