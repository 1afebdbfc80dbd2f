"""A question is answered, or it is said why not."""

import asyncio
from collections.abc import Callable

import pytest
from fastapi import FastAPI

from chassis.problems import Problem
from chassis.select_ai.actions import Action
from chassis.select_ai.asking import SelectAI
from chassis.select_ai.problems import (
    SelectAIBusy,
    SelectAIFailed,
    SelectAITimeout,
    SelectAIUnavailable,
)
from tests.chassis.select_ai import oracle
from tests.chassis.select_ai.oracle import Pool, database_error, driver_error
from tests.support.clients import Client
from tests.support.composition import ReadLog
from tests.support.eventually import eventually

QUESTION = "How many lamps were sold?"


def raising(error: Exception) -> Callable[[], str]:
    def answer() -> str:
        raise error

    return answer


async def test_the_answer_is_that_of_the_database(select_ai: SelectAI, pool: Pool) -> None:
    answer = await select_ai.ask(QUESTION, Action.SHOW_SQL, "sales")

    assert answer == "forty-two"
    assert pool.asked == [
        {"prompt": QUESTION, "action": "showsql", "profile_name": "sales"},
    ]
    assert pool.busy == 0


async def test_every_session_has_a_limit_for_its_calls(select_ai: SelectAI, pool: Pool) -> None:
    await select_ai.ask(QUESTION, Action.CHAT, "sales")

    assert set(pool.limits) == {20_000}


async def test_a_profile_is_read_by_two_queries_once(select_ai: SelectAI, pool: Pool) -> None:
    asking = (select_ai.ask(QUESTION, Action.CHAT, "sales") for _ in range(2))
    await asyncio.gather(*asking)
    await select_ai.ask(QUESTION, Action.CHAT, "sales")

    assert pool.queries == ["SALES", "SALES"]


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (driver_error(oracle.CALL_TIMEOUT), SelectAITimeout),
        (driver_error(oracle.LOST), SelectAIUnavailable),
        (driver_error(oracle.UNREACHABLE), SelectAIUnavailable),
        (database_error(3113, "end-of-file on communication channel"), SelectAIUnavailable),
        (database_error(20404, f"the provider refuses {QUESTION}"), SelectAIFailed),
        (ConnectionResetError(), SelectAIUnavailable),
    ],
)
async def test_an_error_of_the_call_has_its_problem(
    select_ai: SelectAI, pool: Pool, error: Exception, problem: type[Problem]
) -> None:
    pool.answer = raising(error)

    with pytest.raises(problem) as raised:
        await select_ai.ask(QUESTION, Action.CHAT, "sales")
    assert type(raised.value) is problem
    assert pool.busy == 0


@pytest.mark.parametrize("found", [None, ""])
async def test_no_answer_is_a_failure(select_ai: SelectAI, pool: Pool, found: str | None) -> None:
    pool.answer = lambda: found

    with pytest.raises(SelectAIFailed):
        await select_ai.ask(QUESTION, Action.CHAT, "sales")


async def test_a_profile_that_the_database_lacks_is_a_failure_each_time(
    select_ai: SelectAI, pool: Pool
) -> None:
    pool.without = {"SALES"}
    for _ in range(2):
        with pytest.raises(SelectAIFailed):
            await select_ai.ask(QUESTION, Action.CHAT, "sales")
    pool.without = set()

    assert await select_ai.ask(QUESTION, Action.CHAT, "sales") == "forty-two"


async def test_all_sessions_in_use_is_busy(select_ai: SelectAI, pool: Pool) -> None:
    await select_ai.ask(QUESTION, Action.CHAT, "sales")
    hold = asyncio.Event()
    pool.answer = lambda: hold
    held = [asyncio.create_task(select_ai.ask(QUESTION, Action.CHAT, "sales")) for _ in "ab"]
    await eventually(lambda: pool.busy == 2)

    with pytest.raises(SelectAIBusy) as busy:
        await select_ai.ask(QUESTION, Action.CHAT, "sales")

    assert busy.value.retry_after == 1
    hold.set()
    assert await asyncio.gather(*held) == ["late", "late"]


@pytest.mark.parametrize("number", [oracle.EXHAUSTED, oracle.UNREACHABLE])
async def test_a_session_that_does_not_open_is_not_there(
    select_ai: SelectAI, pool: Pool, number: int
) -> None:
    pool.refusal = driver_error(number)

    with pytest.raises(SelectAIUnavailable):
        await select_ai.ask(QUESTION, Action.CHAT, "sales")


async def test_what_the_driver_does_not_end_is_given_up(select_ai: SelectAI, pool: Pool) -> None:
    never = asyncio.Event()
    pool.answer = lambda: never
    select_ai._limit = 0.01

    with pytest.raises(SelectAITimeout):
        await select_ai.ask(QUESTION, Action.CHAT, "sales")
    await eventually(lambda: pool.busy == 0)
    assert not select_ai._asked


async def test_who_is_cancelled_does_not_wait_for_the_database(
    select_ai: SelectAI, pool: Pool
) -> None:
    pool.answer = asyncio.Event
    asked = asyncio.create_task(select_ai.ask(QUESTION, Action.CHAT, "sales"))
    await eventually(lambda: pool.asked)

    asked.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asked
    await eventually(lambda: pool.busy == 0)


async def test_no_line_has_the_question_or_the_answer(
    select_ai: SelectAI, pool: Pool, read_log: ReadLog
) -> None:
    pool.answer = raising(database_error(20404, f"the provider refuses {QUESTION}"))
    with pytest.raises(SelectAIFailed):
        await select_ai.ask(QUESTION, Action.CHAT, "sales")

    (line,) = read_log("a question has no answer")
    assert (line["codes"], line["profile"]) == (["ORA-20404"], "sales")
    assert QUESTION not in str(line)


async def test_questions_are_counted_by_what_came_of_them(
    app: FastAPI, client: Client, select_ai: SelectAI, pool: Pool
) -> None:
    await select_ai.ask(QUESTION, Action.CHAT, "sales")
    pool.answer = raising(driver_error(oracle.CALL_TIMEOUT))
    with pytest.raises(SelectAITimeout):
        await select_ai.ask(QUESTION, Action.NARRATE, "sales")

    registry = app.state.telemetry.metrics.registry
    name = "select_ai_questions_total"
    counted = {
        (action, outcome): registry.get_sample_value(name, {"action": action, "outcome": outcome})
        for action, outcome in [("chat", "answered"), ("narrate", "timeout")]
    }
    assert set(counted.values()) == {1}
    assert registry.get_sample_value("select_ai_questions_in_progress") == 0
