"""What the service answers when it does not succeed (RFC 9457); knows no web framework.

Problem
├── InvalidRequest 422          the values are wrong; `errors` says which
│   ├── IdempotencyKeyReused    the key of another request
│   └── MalformedRequest 400    not even the syntax is right
├── Unauthenticated 401         nobody knows who asks; more of them in chassis/auth/problems.py
├── Forbidden 403               who asks is known, and may not
├── NotFound 404
├── MethodNotAllowed 405
├── Conflict 409                the request is fine, the state of things is not
│   ├── AlreadyExists           a unique value is taken
│   ├── ReferenceMissing        a value names a thing that does not exist
│   ├── RequestInProgress       the same request, sent again too soon
│   └── StillReferenced         something points at it
├── PreconditionFailed 412      `If-Match` names another version
├── ContentTooLarge 413, UriTooLong 414, HeadersTooLarge 431
├── UnsupportedMediaType 415
├── WrongHost 400               the `Host` header names another service
├── RateLimitExceeded 429       the client asks too often
├── InternalError 500           a defect of ours
├── UpstreamFailed 502          of another service, as two more: `chassis/outbound/problems.py`
├── Unavailable 503             try again; these say whether anything was done
│   ├── DatabaseUnavailable     nothing was done, nor by the next two
│   ├── PoolExhausted
│   ├── Contention              a lock, a deadlock, a serialization failure, a stale plan
│   ├── OutcomeUnknown          the connection broke during COMMIT: look before trying again
│   └── Stopping                cut off because the service stops: the same
└── Timeout 504                 it took too long; nothing was done
    └── DeadlineExceeded        the request as a whole; something may have been done
"""

import re
from collections.abc import Container, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import quote


class Problem(Exception):  # noqa: N818  the standard calls it a problem, not an error
    """Raise it anywhere below a request: the transaction is rolled back and the client gets it.

    A subclass has a `type` and a `title` of its own: by the type clients tell problems apart. A
    base for others says that it is one: `class Refused(Conflict, abstract=True)`.
    `detail` is read by the client: no values of others, no text of the database.
    """

    status: int = 500
    type: str = "about:blank"
    title: str = "Internal Server Error"
    detail: str | None = None
    retry_after: int | None = None
    """Seconds until a second try makes sense, for the `Retry-After` header."""
    default_headers: Mapping[str, str] = MappingProxyType({})
    """Sent unless `headers` has them."""

    def __init_subclass__(cls, *, abstract: bool = False) -> None:
        """Raises TypeError for a subclass that clients would take for another problem."""
        super().__init_subclass__()
        if not abstract:
            _require(cls, "type", f'"/problems/{_words(cls, "-").lower()}"', vars(cls))
            _require(cls, "title", f'"{_words(cls, " ").capitalize()}"', vars(cls))
            below = [name for it in cls.__mro__ if it is not Problem for name in vars(it)]
            _require(cls, "status", "409", below)
            _require_new_type(cls)

    def __init__(
        self,
        detail: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        retry_after: int | None = None,
        errors: Sequence[Mapping[str, Any]] = (),
        data: Any = None,
    ) -> None:
        """`data` is JSON for the client's program, a member of the body by that name."""
        self.detail = detail if detail is not None else self.detail
        self.retry_after = retry_after if retry_after is not None else self.retry_after
        self.headers = dict(headers or {})
        self.errors = errors
        self.data = data
        super().__init__(self.detail or self.title)

    def document(self, path: str, request_id: str | None = None) -> dict[str, Any]:
        """The body of its answer to a request for this path, as `application/problem+json`."""
        members = {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": quote(path, errors="replace"),
            "request_id": request_id,
            "errors": list(self.errors),
        }
        present = {name: value for name, value in members.items() if value}
        return present if self.data is None else present | {"data": self.data}

    @property
    def answer_headers(self) -> dict[str, str]:
        """Those of its answer: `headers`, and by default what its class sends."""
        defaults = dict(self.default_headers)
        if self.retry_after is not None:
            defaults["Retry-After"] = str(self.retry_after)
        given = {name.lower() for name in self.headers}
        return {k: v for k, v in defaults.items() if k.lower() not in given} | self.headers


def _require(kind: type[Problem], name: str, example: str, given: Container[str]) -> None:
    if name not in given:
        message = f"{kind.__qualname__} needs a {name} of its own, such as {name} = {example}"
        raise TypeError(message)


def _require_new_type(kind: type[Problem]) -> None:
    where = f"{kind.__module__}.{kind.__qualname__}"
    if (known := _defined.setdefault(kind.type, where)) != where:
        message = f"{kind.__qualname__}: {kind.type} is that of {known}"
        raise TypeError(message)


def _words(kind: type[Problem], between: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", between, kind.__name__)


_defined: dict[str, str] = {}
"""Where each type is defined."""


class InvalidRequest(Problem):
    status = 422
    type = "/problems/invalid-request"
    title = "Invalid request"


class MalformedRequest(InvalidRequest):
    status = 400
    type = "/problems/malformed-request"
    title = "Malformed request"
    detail = "The body cannot be read."


class IdempotencyKeyReused(InvalidRequest):
    type = "/problems/idempotency-key-reused"
    title = "Idempotency key reused"
    detail = "This key came with another request before. Send a new request with a new key."


class Unauthenticated(Problem):
    """Takes another challenge than `Bearer` in `headers`; RFC 9110, 15.5.2, demands one."""

    status = 401
    type = "/problems/unauthenticated"
    title = "Unauthenticated"
    default_headers = MappingProxyType({"WWW-Authenticate": "Bearer"})


class Forbidden(Problem):
    status = 403
    type = "/problems/forbidden"
    title = "Forbidden"


class NotFound(Problem):
    status = 404
    type = "/problems/not-found"
    title = "Not found"


class MethodNotAllowed(Problem):
    status = 405
    type = "/problems/method-not-allowed"
    title = "Method not allowed"


class Conflict(Problem):
    status = 409
    type = "/problems/conflict"
    title = "Conflict"


class AlreadyExists(Conflict):
    type = "/problems/already-exists"
    title = "Already exists"


class RequestInProgress(Conflict):
    type = "/problems/request-in-progress"
    title = "Request in progress"
    detail = "The first request with this key is still being worked on. Send it again later."
    retry_after = 1


class StillReferenced(Conflict):
    type = "/problems/still-referenced"
    title = "Reference conflict"


class ReferenceMissing(Conflict):
    """409 and not 422: the value is as the schema wants it, and may name something tomorrow."""

    type = "/problems/reference-missing"
    title = "Reference missing"
    detail = "It refers to something that does not exist."


class PreconditionFailed(Problem):
    status = 412
    type = "/problems/precondition-failed"
    title = "Precondition failed"
    detail = "It is no longer in the version you name. Nothing was changed; read it again."


class ContentTooLarge(Problem):
    status = 413
    type = "/problems/content-too-large"
    title = "Content too large"


class UriTooLong(Problem):
    status = 414
    type = "/problems/uri-too-long"
    title = "URI too long"


class UnsupportedMediaType(Problem):
    status = 415
    type = "/problems/unsupported-media-type"
    title = "Unsupported media type"
    detail = "Send the body as JSON, with Content-Type: application/json."


class WrongHost(Problem):
    status = 400
    type = "/problems/wrong-host"
    title = "Wrong host"
    detail = "This service does not answer for the host that the request names."


class RateLimitExceeded(Problem):
    status = 429
    type = "/problems/rate-limit-exceeded"
    title = "Rate limit exceeded"


class HeadersTooLarge(Problem):
    status = 431
    type = "/problems/headers-too-large"
    title = "Request headers too large"


class InternalError(Problem):
    status = 500
    type = "/problems/internal-error"
    title = "Internal error"
    detail = "Something went wrong on our side. Quote the request ID when you report it."


class Unavailable(Problem):
    status = 503
    type = "/problems/unavailable"
    title = "Unavailable"
    retry_after = 1


class DatabaseUnavailable(Unavailable):
    type = "/problems/database-unavailable"
    title = "Database unavailable"
    detail = "The database cannot be reached. Nothing was changed; try again."


class PoolExhausted(Unavailable):
    type = "/problems/pool-exhausted"
    title = "Too busy"
    detail = "All database connections are in use. Nothing was changed; try again."


class Contention(Unavailable):
    type = "/problems/contention"
    title = "Conflicting work in progress"
    detail = "Other work on the same data was in the way. Nothing was changed; try again."
    retry_after = 0


class OutcomeUnknown(Unavailable):
    type = "/problems/outcome-unknown"
    title = "Outcome unknown"
    detail = "The connection to the database broke during the commit. Check before you try again."


class Stopping(Unavailable):
    type = "/problems/stopping"
    title = "Stopping"
    detail = "The service stopped before it was done. Check before you try again."


class Timeout(Problem):
    status = 504
    type = "/problems/timeout"
    title = "Timeout"
    detail = "It took too long and was stopped. Nothing was changed."


class DeadlineExceeded(Timeout):
    type = "/problems/deadline-exceeded"
    title = "Deadline exceeded"
    detail = "It took too long and was given up. Check before you try again."
