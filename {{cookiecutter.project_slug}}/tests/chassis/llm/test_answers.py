"""Answers in a form, vectors, and what is never written of either."""

from typing import Any, Literal

import pytest
from pydantic import BaseModel

from chassis.llm.problems import (
    AnswerTooLong,
    AnswerUnfit,
    ModelBusy,
    ModelFailed,
    ModelTimeout,
    ModelUnavailable,
    PromptTooLong,
)
from chassis.problems import Problem
from tests.chassis.llm.models import HELLO, asking
from tests.chassis.llm.upstream import (
    Behaviour,
    completes,
    embeds,
    endless,
    raw,
    silent_after,
    status,
    upstream,
)


class Mood(BaseModel):
    mood: Literal["good", "bad"]


GOOD = completes('{"mood": "good"}')
UNFIT = completes('{"mood": "a secret of the answer"}')


async def test_an_answer_has_the_form_that_was_asked_for() -> None:
    async with upstream(GOOD) as server, asking(server.url) as model:
        assert await model.answer(HELLO, Mood, caller="ada") == Mood(mood="good")

    shape = server.calls[0]["response_format"]["json_schema"]
    assert shape["schema"] == Mood.model_json_schema()
    assert model.recorder.counted == [(7, 3)]
    assert model.recorder.ends == [("answer", "done")]


async def test_one_that_does_not_fit_is_asked_for_once_more() -> None:
    async with upstream(UNFIT, GOOD) as server, asking(server.url) as model:
        assert (await model.answer(HELLO, Mood, caller="ada")).mood == "good"

    assert len(server.calls) == 2


async def test_and_is_then_a_problem_whose_text_nobody_writes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with upstream(UNFIT) as server, asking(server.url) as model:
        with pytest.raises(AnswerUnfit) as unfit:
            await model.answer(HELLO, Mood, caller="ada")

    assert len(server.calls) == 2
    written = capsys.readouterr().out
    assert written.count("an answer does not fit") == 2
    assert "a secret of the answer" not in written + str(unfit.value)
    assert unfit.value.__context__ is None


@pytest.mark.parametrize(
    ("behaviour", "options", "problem"),
    [
        (status(500), {}, ModelUnavailable),
        (silent_after(), {"answer_timeout": 0.1}, ModelTimeout),
        (endless("and "), {"answer_timeout": 0.3}, ModelTimeout),
        (status(429, "Retry-After: 17\r\n"), {}, ModelBusy),
        (raw(b"{}", "application/json"), {}, ModelFailed),
        (raw(b"[", "application/json"), {}, ModelFailed),
        (completes(None), {}, AnswerUnfit),
        (GOOD, {"max_answer_chars": 3}, AnswerTooLong),
        (GOOD, {"max_prompt_chars": 3}, PromptTooLong),
    ],
)
async def test_what_fails_is_a_problem(
    behaviour: Behaviour, options: dict[str, Any], problem: type[Problem]
) -> None:
    async with upstream(behaviour) as server, asking(server.url, **options) as model:
        with pytest.raises(problem):
            await model.answer(HELLO, Mood, caller="ada")


async def test_each_text_has_its_vector() -> None:
    async with upstream(embeds([1, 0], [0, 0.5])) as server, asking(server.url) as model:
        assert await model.embed(["a", "b"], caller="ada") == [[1.0, 0.0], [0.0, 0.5]]

    assert server.calls[0]["input"] == ["a", "b"]
    assert model.recorder.counted == [(4, 0)]


@pytest.mark.parametrize("behaviour", [embeds([1, 0]), raw(b'{"data": 7}', "application/json")])
async def test_vectors_that_are_none_are_a_problem(behaviour: Behaviour) -> None:
    async with upstream(behaviour) as server, asking(server.url) as model:
        with pytest.raises(ModelFailed):
            await model.embed(["a", "b"], caller="ada")
