"""A Problem, or a failure of the database, as a response."""

from collections.abc import Awaitable, Callable

from asgiref.sync import markcoroutinefunction
from chassis.database.failures import FAILURES, problem_from
from chassis.problems import InternalError, NotFound, Problem
from django.http import HttpRequest, HttpResponse, JsonResponse

Next = Callable[[HttpRequest], Awaitable[HttpResponse]]


class ProblemMiddleware:
    async_capable, sync_capable = True, False

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        return await self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Leave to Django what is a defect: it logs it, and answers 500."""
        problem = problem_from(error) if isinstance(error, FAILURES) else error
        told = isinstance(problem, Problem) and not isinstance(problem, InternalError)
        return response_to(problem, request) if told else None


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return response_to(NotFound("There is nothing at this path."), request)


def response_to(problem: Problem, request: HttpRequest) -> HttpResponse:
    return JsonResponse(
        problem.document(request.path),
        status=problem.status,
        headers=problem.answer_headers,
        content_type="application/problem+json",
    )
