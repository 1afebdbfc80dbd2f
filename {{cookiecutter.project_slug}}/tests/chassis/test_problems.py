"""A problem that clients would take for another cannot be defined."""

from typing import Any

import pytest

from chassis.problems import Conflict, DatabaseUnavailable, Problem, Unauthenticated

OWN: dict[str, Any] = {"type": "/problems/out-of-credit", "title": "Out of credit"}


def define(base: type[Problem], **members: Any) -> type[Problem]:
    return type("OutOfCredit", (base,), members)


@pytest.mark.parametrize(
    ("base", "members", "told"),
    [
        (
            Conflict,
            {},
            'OutOfCredit needs a type of its own, such as type = "/problems/out-of-credit"',
        ),
        (
            Conflict,
            {"type": OWN["type"]},
            'OutOfCredit needs a title of its own, such as title = "Out of credit"',
        ),
        (Problem, OWN, "OutOfCredit needs a status of its own, such as status = 409"),
        (
            Conflict,
            OWN | {"type": "/problems/already-exists"},
            "OutOfCredit: /problems/already-exists is that of chassis.problems.AlreadyExists",
        ),
    ],
    ids=["type", "title", "status", "type of another"],
)
def test_a_problem_that_lacks_something_of_its_own_is_refused_and_told_what(
    base: type[Problem], members: dict[str, Any], told: str
) -> None:
    with pytest.raises(TypeError) as refusal:
        define(base, **members)

    assert str(refusal.value) == told


def test_a_problem_has_the_status_of_its_parent() -> None:
    assert define(Conflict, **OWN).status == 409


def test_a_problem_may_be_defined_again_by_a_reload() -> None:
    assert define(Conflict, **OWN) is not define(Conflict, **OWN)


def test_a_base_for_others_says_that_it_is_one() -> None:
    class Refused(Problem, abstract=True):
        default_headers = {"X-Refused": "yes"}  # noqa: RUF012  nobody changes it

    class OutOfTime(Refused):
        status = 409
        type = "/problems/out-of-time"
        title = "Out of time"

    assert OutOfTime().default_headers == {"X-Refused": "yes"}
    with pytest.raises(TypeError, match="needs a type"):
        type("OutOfSpace", (Refused,), {})


def test_a_problem_knows_its_status_title_and_detail() -> None:
    problem = Problem("It is so.")

    assert (problem.status, problem.title, str(problem)) == (
        500,
        "Internal Server Error",
        "It is so.",
    )
    assert str(Problem()) == "Internal Server Error"


def test_who_is_not_known_is_told_how_to_say_it() -> None:
    assert Unauthenticated().default_headers == {"WWW-Authenticate": "Bearer"}


def test_its_document_is_what_any_framework_can_answer_with() -> None:
    problem = Conflict("It is sold.", errors=[{"loc": ["body"]}], data={"left": 0})

    assert problem.document("/carts/a b", "abc-1") == {
        "type": Conflict.type,
        "title": Conflict.title,
        "status": 409,
        "detail": "It is sold.",
        "instance": "/carts/a%20b",
        "request_id": "abc-1",
        "errors": [{"loc": ["body"]}],
        "data": {"left": 0},
    }
    assert set(Problem().document("/")) == {"type", "title", "status", "instance"}


def test_headers_that_are_given_go_before_those_of_its_class_however_they_are_written() -> None:
    assert Unauthenticated(headers={"www-authenticate": "Basic"}).answer_headers == {
        "www-authenticate": "Basic"
    }
    assert DatabaseUnavailable(retry_after=7).answer_headers == {"Retry-After": "7"}
