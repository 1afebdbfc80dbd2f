"""A stream of an answer, over real sockets, against servers that do well and badly."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from time import monotonic
from typing import Any

import pytest

from chassis.llm.messages import Message
from chassis.llm.problems import (
    AnswerTooLong,
    ModelBusy,
    ModelCut,
    ModelFailed,
    ModelTimeout,
    ModelUnavailable,
    PromptTooLong,
)
from chassis.problems import Problem
from tests.chassis.llm.models import HELLO, asking, said
from tests.chassis.llm.upstream import (
    Behaviour,
    cut_after,
    endless,
    ends_after,
    garbage_after,
    raw,
    silent_after,
    status,
    streams,
    upstream,
)
from tests.support.eventually import eventually


async def test_the_pieces_come_as_they_are_said_and_are_counted() -> None:
    async with upstream(streams("Good ", "", "day.")) as server, asking(server.url) as model:
        assert await said(model) == ["Good ", "day."]

    (call,) = server.calls
    assert call["messages"] == [{"role": "user", "content": "Hello?"}]
    assert call["max_tokens"] == 1_000
    assert model.recorder.ends == [("stream", "done")]
    assert model.recorder.counted == [(7, 3)]
    assert model.last is not None
    assert (model.last.end, model.last.is_fine) == ("done", True)


async def test_nobody_there_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    async with asking(f"http://127.0.0.1:{port}/v1") as model:
        with pytest.raises(ModelUnavailable):
            await said(model)


@pytest.mark.parametrize(
    ("behaviour", "problem", "calls"),
    [
        (status(500), ModelUnavailable, 2),
        (status(503), ModelUnavailable, 2),
        (status(429, "Retry-After: 17\r\n"), ModelBusy, 1),
        (status(401), ModelFailed, 1),
        (status(400), ModelFailed, 1),
        (raw(b"<html>a page</html>", "text/html"), ModelFailed, 1),
        (raw(b"data: {not json\n\n"), ModelFailed, 1),
        (raw(b'data: {"choices": [7]}\n\n'), ModelFailed, 1),
        (raw(b'data: {"error": {"message": "no"}}\n\n'), ModelFailed, 1),
        (streams(), ModelFailed, 1),
    ],
)
async def test_what_fails_before_the_first_word_is_a_problem(
    behaviour: Behaviour, problem: type[Problem], calls: int
) -> None:
    async with upstream(behaviour) as server, asking(server.url) as model:
        with pytest.raises(problem) as raised:
            await said(model)

    assert type(raised.value) is problem
    assert len(server.calls) == calls
    if problem is ModelBusy:
        assert raised.value.retry_after == 17


async def test_one_more_try_is_made_before_the_first_word() -> None:
    async with upstream(status(500), streams("Yes.")) as server, asking(server.url) as model:
        assert await said(model) == ["Yes."]


@pytest.mark.parametrize("behaviour", [status(500), status(429), cut_after()])
async def test_or_another_server_is_asked(behaviour: Behaviour) -> None:
    async with (
        upstream(behaviour) as first,
        upstream(streams("Yes.")) as other,
        asking(first.url, other.url) as model,
    ):
        assert await said(model) == ["Yes."]
        assert (len(first.calls), other.calls[0]["model"]) == (1, "other")


async def test_silence_before_the_first_word_ends_in_time_and_upstream_too() -> None:
    async with (
        upstream(silent_after()) as server,
        asking(server.url, first_token_timeout=0.2) as model,
    ):
        with pytest.raises(ModelTimeout):
            async with asyncio.timeout(30):  # long before the limits of connections and answers
                await said(model)
        await eventually(server.hung_up.is_set)


@pytest.mark.parametrize(
    ("behaviour", "options", "problem"),
    [
        (silent_after("Well"), {"token_gap": 0.1}, ModelTimeout),
        (endless("and "), {"answer_timeout": 0.3}, ModelTimeout),
        (endless("and "), {"max_answer_chars": 100}, AnswerTooLong),
        (cut_after("Well"), {}, ModelCut),
        (ends_after("Well"), {}, ModelCut),
        (garbage_after("Well"), {}, ModelCut),
    ],
)
async def test_what_fails_after_it_ends_the_stream_and_is_not_tried_again(
    behaviour: Behaviour, options: dict[str, Any], problem: type[Problem]
) -> None:
    async with upstream(behaviour) as server, asking(server.url, **options) as model:
        pieces = model.stream(HELLO, caller="ada")
        assert await anext(pieces) in {"Well", "and "}
        with pytest.raises(problem):
            async for _ in pieces:
                pass

        assert len(server.calls) == 1
        await eventually(lambda: server.open == 0)
        ((prompt, _),) = model.recorder.counted
        assert prompt == len("Hello?") // 4
        assert model.permits.in_use == 0


@pytest.mark.parametrize("behaviour", [silent_after("Well"), endless("and ")])
async def test_upstream_ends_when_nobody_listens_any_more(behaviour: Behaviour) -> None:
    async with upstream(behaviour) as server, asking(server.url) as model:
        pieces = model.stream(HELLO, caller="ada")
        await anext(pieces)
        left = monotonic()
        await pieces.aclose()
        await eventually(lambda: server.open == 0)

        assert monotonic() - left < 30
        assert model.recorder.ends == [("stream", "left")]


async def test_the_end_of_the_service_is_told_from_a_client_that_leaves() -> None:
    async with upstream(silent_after("Well")) as server, asking(server.url) as model:
        pieces = model.stream(HELLO, caller="ada")
        await anext(pieces)
        model._drain.begin()
        await pieces.aclose()

    assert model.recorder.ends == [("stream", "drain")]


async def test_who_comes_when_all_permits_are_out_waits_a_moment() -> None:
    async with (
        upstream(silent_after("Well")) as server,
        asking(server.url, concurrency=1, permit_wait=0.05) as model,
    ):
        first = model.stream(HELLO, caller="ada")
        await anext(first)
        with pytest.raises(ModelBusy):
            await said(model)
        await first.aclose()

        assert model.recorder.ends == [("stream", "model-busy"), ("stream", "left")]


async def test_a_hundred_streams_at_once() -> None:
    async with upstream(streams(*"abc")) as server, asking(server.url, concurrency=100) as model:
        answers = await asyncio.gather(*(said(model, str(n)) for n in range(100)))

    assert answers == [["a", "b", "c"]] * 100


async def test_a_prompt_of_a_megabyte_is_refused_or_sent_as_the_setting_says() -> None:
    long = [Message("user", "x" * 1_000_000)]
    async with upstream(streams("Long.")) as server:
        async with asking(server.url) as model:
            with pytest.raises(PromptTooLong):
                await anext(model.stream(long, caller="ada"))
        async with asking(server.url, max_prompt_chars=2_000_000) as model:
            assert [it async for it in model.stream(long, caller="ada")] == ["Long."]

    assert len(server.calls) == 1


async def test_what_it_reads_from_is_closed_when_it_is_and_not_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ends = []

    async def endless_pieces(*_: object) -> AsyncGenerator[str, None]:
        try:
            while True:
                yield "and "
        finally:
            ends.append("closed")

    async with asking("http://127.0.0.1:1/v1") as model:
        monkeypatch.setattr(model.attempts.endpoints[0], "stream", endless_pieces)
        pieces = model.stream(HELLO, caller="ada")
        await anext(pieces)
        await pieces.aclose()

        assert ends == ["closed"]
