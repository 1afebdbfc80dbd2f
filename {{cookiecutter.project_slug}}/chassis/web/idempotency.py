"""`Idempotency-Key`: a request that is sent again is done once and answered the same.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from hashlib import sha256
from typing import Annotated

import structlog
from fastapi import Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth.principal import PRINCIPAL
from chassis.database.idempotency import Answer, Claim
from chassis.problems import MalformedRequest
from chassis.web.routing.matched_route import path_in_service
from chassis.web.service import service_of

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
# A string as structured fields write it (RFC 9651), or the same without quotes.
KEY = r'"([ !#-\[\]-~]|\\["\\]){1,255}"|[!#-+\--\[\]-~]{1,255}'

Work = Callable[[AsyncSession], Awaitable[Response]]
Run = Callable[[Work], Awaitable[Response]]
"""Does the work in a transaction, as `Database.run` does."""


class OncePerKey:
    """The request's key and what was done with it before."""

    def __init__(
        self, request: Request, run: Run, lifetime: timedelta, client: str | None = None
    ) -> None:
        """An answer is kept for the `lifetime`; a key that comes later is a new one.

        Keys are the `client`'s own; without one, those of who sends the same `Authorization`.
        """
        self._request = request
        self._run_in_transaction = run
        self._lifetime = lifetime
        self._client = client

    async def run(self, work: Work) -> Response:
        """Do the work and keep its answer in one transaction, which may run again from the start.

        A key that has an answer gets it again, instead of the work. What is raised undoes all, the
        key too. Without a key the work alone is done. The answer must not be a stream.
        """
        key = read_key(self._request)
        if key is None:
            return await self._run_in_transaction(work)
        claim = Claim(scope(self._request, self._client), key, await fingerprint(self._request))
        return await self._run_in_transaction(partial(self._once, claim, work))

    async def _once(self, claim: Claim, work: Work, session: AsyncSession) -> Response:
        if (kept := await claim.take(session)) is not None:
            structlog.get_logger().info("answered again", idempotency_key=shortened(claim.key))
            return response_from(kept)
        response = await work(session)
        await claim.keep(session, answer_of(response), self._lifetime)
        return response


def read_key(request: Request) -> str | None:
    """The key without its quotes. Raises MalformedRequest."""
    values = [value.strip(" \t") for value in request.headers.getlist(HEADER)]
    if not values:
        return None
    if len(values) > 1 or re.fullmatch(KEY, values[0]) is None:
        message = f"{HEADER} must be one string of 1 to 255 printable ASCII characters."
        raise MalformedRequest(message)
    return values[0][1:-1] if values[0].startswith('"') else values[0]


def scope(request: Request, client: str | None = None) -> bytes:
    """Where a key is valid: a client's key says nothing about another client's.

    A client is who is named, or who calls, where a guard has asked: both outlast a token. Else it
    is who sends the same `Authorization`.
    """
    path = path_in_service(request.scope)
    place = f"{request.method} {path}".encode("utf-8", "surrogatepass")
    return sha256(place + b"\0" + (_named(client) if client else _client(request))).digest()


def _client(request: Request) -> bytes:
    principal = request.scope.get("state", {}).get(PRINCIPAL)
    if principal is not None:
        return _named(principal.key)
    return ",".join(request.headers.getlist("Authorization")).encode("latin-1")


def _named(client: str) -> bytes:
    return f"\0{client}".encode("utf-8", "surrogatepass")  # no header begins so


async def fingerprint(request: Request) -> bytes:
    query: bytes = request.scope["query_string"]
    return sha256(query + b"\0" + await request.body()).digest()


def shortened(key: str) -> str:
    """Enough to find it in a client's log."""
    return f"{key[: len(key) // 4]}..."


def answer_of(response: Response) -> Answer:
    return Answer(response.status_code, response.headers.items(), bytes(response.body))


def response_from(answer: Answer) -> Response:
    response = Response(answer.body, answer.status)
    response.raw_headers = []
    for name, value in answer.headers:
        response.headers.append(name, value)
    response.headers[REPLAYED] = "true"
    return response


async def once_per_key(request: Request) -> OncePerKey:
    state = service_of(request).state
    lifetime = timedelta(seconds=state["settings"].idempotency.ttl)
    return OncePerKey(request, state["database"].run, lifetime)


Once = Annotated[OncePerKey, Depends(once_per_key)]
"""For a POST that may be sent again: `return await once.run(work)`."""
