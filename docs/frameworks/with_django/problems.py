"""A Problem as a response."""

from collections.abc import Callable

from chassis.problems import NotFound, Problem
from django.http import HttpRequest, HttpResponse, JsonResponse

Next = Callable[[HttpRequest], HttpResponse]


class ProblemMiddleware:
    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Leave to Django what is a defect: it logs it, and answers 500."""
        return response_to(error, request) if isinstance(error, Problem) else None


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return response_to(NotFound("There is nothing at this path."), request)


def response_to(problem: Problem, request: HttpRequest) -> HttpResponse:
    return JsonResponse(
        problem.document(request.path),
        status=problem.status,
        headers=problem.answer_headers,
        content_type="application/problem+json",
    )
