"""What a failed call means: one table, aiohttp's errors and statuses to Problems.

Translated where they happen: aiohttp's timeouts are TimeoutErrors, which elsewhere in the service
mean that the database did nothing.
"""

from math import ceil

from aiohttp import (
    ClientConnectionError,
    ClientConnectorCertificateError,
    ClientConnectorError,
    ClientError,
    ClientHttpProxyError,
    ClientPayloadError,
    ClientResponseError,
    ConnectionTimeoutError,
)

from chassis.outbound.answer import Answer
from chassis.outbound.problems import (
    UpstreamFailed,
    UpstreamFull,
    UpstreamProblem,
    UpstreamTimeout,
    UpstreamUnavailable,
    UrlNotPublic,
)
from chassis.outbound.public_only import NotPublicError
from chassis.outbound.retries import retry_after

SUCCESS = range(200, 300)
TRANSIENT = (502, 503, 504)
BY_STATUS: dict[int, type[UpstreamProblem]] = {
    429: UpstreamUnavailable,
    503: UpstreamUnavailable,
    504: UpstreamTimeout,
}
LONGEST_RETRY_AFTER = 3_600
"""Seconds; what an upstream asks for beyond is not passed on."""
SHORT = 200


class TooLargeError(Exception):
    """The answer is larger than the limit."""


FAILURES = (ClientError, TimeoutError, OSError, TooLargeError)
"""What a call may raise; what it meant is said by `failure`."""
NEVER_SENT = (ClientConnectorError, ConnectionTimeoutError, ClientHttpProxyError)
BROKEN = (ClientConnectionError, ClientPayloadError)
"""The connection, amid the request or its answer."""


def failure(upstream: str, error: Exception) -> UpstreamProblem:
    """Of what aiohttp has raised."""
    words = _words(error)
    if isinstance(getattr(error, "os_error", None), NotPublicError):
        return UrlNotPublic(upstream, words)
    if isinstance(error, NEVER_SENT):
        problem: UpstreamProblem = UpstreamUnavailable(upstream, words)
        problem.sent = False
        problem.transient = not isinstance(error, ClientConnectorCertificateError)
    elif isinstance(error, TimeoutError):
        problem = UpstreamTimeout(upstream, words)
    else:
        problem = UpstreamFailed(upstream, words)
        problem.transient = isinstance(error, BROKEN)
    return problem


def refused(upstream: str, answer: Answer) -> UpstreamProblem:
    """Of an answer that is no success; redirects are none, as nobody follows them."""
    kind = BY_STATUS.get(answer.status, UpstreamFailed)
    problem = kind(upstream, f"answered {answer.status}", answer=answer)
    problem.transient = answer.status in TRANSIENT
    if kind is UpstreamUnavailable and (seconds := retry_after(answer)) is not None:
        problem.retry_after = min(ceil(seconds), LONGEST_RETRY_AFTER)
    return problem


def unreadable(upstream: str, answer: Answer, error: Exception) -> UpstreamProblem:
    """Of a success that is not what it is read as; the values in it are not told."""
    return UpstreamFailed(upstream, str(error).partition("\n")[0], answer=answer)


def full(upstream: str, calls: int, seconds: float) -> UpstreamProblem:
    return UpstreamFull(
        upstream, f"all places ({calls}) are taken, and none was left within {seconds:g} s"
    )


def too_late(upstream: str) -> UpstreamProblem:
    """The request that is being answered leaves no time for it."""
    problem = UpstreamTimeout(upstream, "no time was left to call it")
    problem.sent = False
    return problem


def _words(error: Exception) -> str:
    """Without URLs, whose queries may hold secrets, and without what the upstream has sent."""
    if isinstance(error, ConnectionTimeoutError):
        return "no connection in time"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    text = str(error)
    if isinstance(error, ClientResponseError):
        text = error.message.partition(":")[0]
    return f"{type(error).__name__} {' '.join(text.split())}"[:SHORT]
