"""Guards of routes: `Depends(Requires("orders:write"))`.

FastAPI's own classes for security raise an HTTPException without the challenge that RFC 6750
wants, and `Security(..., scopes=)` is asked anew at each request; see docs/who-calls.md.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from starlette.requests import HTTPConnection
from starlette.types import Scope

from chassis.auth.authentication import Authentication
from chassis.auth.principal import Principal
from chassis.auth.problems import insufficient_scope, missing_credentials

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

SCOPE = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")
"""RFC 6749, 3.3."""
MARK = "__public__"


class Bearer(SecurityBase):
    """What the API's document says of the credential: `/docs` has its button by it."""

    scheme_name = "Bearer"
    model = HTTPBearer(bearerFormat="JWT", description="A token: `Authorization: Bearer ...`")


class Requires(Bearer):
    """Lets those pass whose credential has all of these scopes; without any, whoever has one.

    Two with the same scopes are the same dependency, in `app.dependency_overrides` too.
    """

    def __init__(self, *scopes: str) -> None:
        """Raises ValueError for what can be no scope."""
        if wrong := [it for it in scopes if not SCOPE.fullmatch(it)]:
            message = f"{wrong[0]!r} is no scope: it is printable ASCII without spaces and quotes"
            raise ValueError(message)
        self.scopes = frozenset(scopes)
        self._hash = hash((type(self), self.scopes))  # asked for several times in each request

    async def __call__(self, connection: HTTPConnection) -> Principal:
        scope = connection.scope
        principal = await authentication_of(scope).principal(scope)
        if principal is None:
            raise missing_credentials()
        if not self.scopes <= principal.scopes:
            raise insufficient_scope(self.scopes)
        return principal

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.scopes == self.scopes

    def __hash__(self) -> int:
        return self._hash


class Invites(Bearer):
    """Lets everybody pass, and says who it is; a wrong credential is refused all the same."""

    async def __call__(self, connection: HTTPConnection) -> Principal | None:
        return await authentication_of(connection.scope).principal(connection.scope)


Authenticated = Annotated[Principal, Depends(Requires())]
"""The caller, whoever it is."""
MaybeAuthenticated = Annotated[Principal | None, Depends(Invites())]
"""The caller, where a route answers strangers too."""


def authentication_of(scope: Scope) -> Authentication:
    """Of the service, also within an application that is mounted in it."""
    found: Authentication = (scope.get("service") or scope["app"]).state["authentication"]
    return found


def public(endpoint: Endpoint) -> Endpoint:
    """Open a route where AUTH_REQUIRED guards all others. Stands below `@router.get(...)`."""
    setattr(endpoint, MARK, True)
    return endpoint


def is_public(endpoint: object) -> bool:
    return getattr(endpoint, MARK, False) is True
