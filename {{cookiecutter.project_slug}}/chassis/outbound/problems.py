"""What a client is told when another service has not done what this one needs.

Nothing of what that service said is among it: it stands in the log, as the `cause`.
"""

from typing import NoReturn

from chassis.outbound.answer import Answer
from chassis.problems import InvalidRequest, Problem, Timeout, Unavailable


class CallError(Exception):
    """Why a call failed, in words for the log: the `__cause__` of the problem."""


class UpstreamProblem(Problem, abstract=True):
    """Of a call; a feature may catch it, and look at the `answer`, if there is one."""

    sent: bool = True
    """Whether the upstream may have received the request."""
    transient: bool = False
    """Whether the same request may succeed in a moment."""

    def __init__(
        self,
        upstream: str,
        because: str,
        *,
        answer: Answer | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(retry_after=retry_after)
        self.upstream = upstream
        self.answer = answer
        self.because = CallError(f"{upstream}: {because}")

    @property
    def answered(self) -> int | None:
        """The status of the answer; None when there is none."""
        return None if self.answer is None else self.answer.status


def fail_with(problem: UpstreamProblem) -> NoReturn:
    """Raise it with its cause, and leave nothing that leads back to it for the collector."""
    try:
        raise problem from problem.because
    finally:
        del problem


class UpstreamFailed(UpstreamProblem):
    status = 502
    type = "/problems/upstream-failed"
    title = "Upstream failed"
    detail = "Another service did not answer as it should. Check before you try again."


class UpstreamUnavailable(UpstreamProblem, Unavailable):
    type = "/problems/upstream-unavailable"
    title = "Upstream unavailable"
    detail = "Another service, which this one needs, does not take requests now. Try again later."


class UpstreamTimeout(UpstreamProblem, Timeout):
    type = "/problems/upstream-timeout"
    title = "Upstream timeout"
    detail = "Another service did not answer in time. Check before you try again."


class UpstreamFull(UpstreamUnavailable, abstract=True):
    """As many calls as may be are under way already: we are busy, it may be well."""

    sent = False


class UrlNotPublic(UpstreamProblem, InvalidRequest):
    """Of a URL that a user has given."""

    type = "/problems/url-not-public"
    title = "URL not public"
    detail = "The URL must be http:// or https:// and lead to an address of the public internet."
    sent = False
