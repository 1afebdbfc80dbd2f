"""Questions over HTTP."""

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from chassis.problems import Problem
from chassis.select_ai.problems import SelectAIBusy, SelectAIFailed, SelectAITimeout
from chassis.select_ai.settings import SelectAISettings
from tests.support.clients import Client


class Asked:
    """In the place of what asks the database."""

    settings = SelectAISettings(
        dsn="db:1521/shop", user="reader", password=SecretStr("secret"), profiles=["sales", "stock"]
    )

    def __init__(self) -> None:
        self.questions: list[tuple[str, str, str]] = []
        self.problem: Exception | None = None

    async def ask(self, question: str, action: str, profile: str) -> str:
        if self.problem is not None:
            raise self.problem
        self.questions.append((question, action, profile))
        return "Seven lamps."


@pytest.fixture
def asked(app: FastAPI) -> Asked:
    app.state.select_ai = asked = Asked()
    return asked


async def test_a_question_is_answered(client: Client, asked: Asked) -> None:
    body: dict[str, Any] = {"question": "How many?", "action": "showsql", "profile": "stock"}
    response = await client.post("/v1/questions", json=body)

    assert response.status_code == 200
    assert response.json() == {"action": "showsql", "profile": "stock", "answer": "Seven lamps."}
    assert asked.questions == [("How many?", "showsql", "stock")]


async def test_what_is_not_named_is_the_usual(client: Client, asked: Asked) -> None:
    response = await client.post("/v1/questions", json={"question": "How many?"})

    assert (response.json()["action"], response.json()["profile"]) == ("narrate", "sales")


@pytest.mark.parametrize(
    "body",
    [
        {"question": ""},
        {"question": "x" * 4_001},
        {"question": "Why?", "profile": "admin"},
        {"question": "Why?", "action": "runsql"},
    ],
)
async def test_what_may_not_be_asked_is_refused(
    client: Client, asked: Asked, body: dict[str, Any]
) -> None:
    response = await client.post("/v1/questions", json=body)

    assert response.status_code == 422
    assert asked.questions == []


@pytest.mark.parametrize(
    ("problem", "code", "retry_after"),
    [(SelectAIBusy(), 503, "1"), (SelectAITimeout(), 504, None), (SelectAIFailed(), 502, None)],
)
async def test_a_problem_is_told(
    client: Client, asked: Asked, problem: Problem, code: int, retry_after: str | None
) -> None:
    asked.problem = problem
    response = await client.post("/v1/questions", json={"question": "Why?"})

    assert (response.status_code, response.headers.get("retry-after")) == (code, retry_after)


async def test_without_a_database_to_ask_it_says_so(client: Client) -> None:
    response = await client.post("/v1/questions", json={"question": "Why?"})

    assert response.status_code == 503
    assert response.json()["type"] == "/problems/select-ai-unavailable"
