"""Analyses over HTTP, by the stub of development."""

import asyncio
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI

from tests.features.analyses.conftest import Stub
from tests.support.clients import Client

TEXT = {"text": "The lamp is bright."}
KEY = {"Idempotency-Key": "once"}


def events_in(text: str) -> list[str]:
    return [line.removeprefix("event: ") for line in text.splitlines() if line[:6] == "event:"]


async def test_an_analysis_is_stored(client: Client, stub: Stub) -> None:
    response = await client.post("/v1/analyses", json=TEXT)

    assert response.status_code == 201
    found: dict[str, Any] = response.json()
    assert (found["text"], found["mood"]) == (TEXT["text"], "good")
    assert (await client.get(response.headers["location"])).json() == found
    assert stub.calls == ["answer", "embedding"]


async def test_with_a_key_the_model_is_asked_once(client: Client, stub: Stub) -> None:
    first = await client.post("/v1/analyses", json=TEXT, headers=KEY)
    again = await client.post("/v1/analyses", json=TEXT, headers=KEY)

    assert again.json() == first.json()
    assert stub.calls == ["answer", "embedding"]


async def test_two_at_once_are_one(client: Client, stub: Stub, sql: asyncpg.Connection) -> None:
    asking = (client.post("/v1/analyses", json=TEXT, headers=KEY) for _ in range(2))
    codes = {response.status_code for response in await asyncio.gather(*asking)}

    assert codes <= {201, 409}
    assert await sql.fetchval("SELECT count(*) FROM analyses") == 1


async def test_an_answer_that_does_not_fit_is_not_stored(
    client: Client, stub: Stub, sql: asyncpg.Connection
) -> None:
    stub.mood = "green"
    response = await client.post("/v1/analyses", json=TEXT)

    assert response.status_code == 502
    assert response.json()["type"] == "/problems/answer-unfit"
    assert await sql.fetchval("SELECT count(*) FROM analyses") == 0


async def test_nor_is_a_vector_of_another_length(client: Client, stub: Stub) -> None:
    stub.dimensions = 3
    response = await client.post("/v1/analyses", json=TEXT)

    assert response.json()["type"] == "/problems/answer-unfit"


async def test_a_text_that_is_too_long_is_refused(client: Client, stub: Stub) -> None:
    response = await client.post("/v1/analyses", json={"text": "x" * 50_000})

    assert (response.status_code, stub.calls) == (422, [])
    assert response.json()["type"] == "/problems/prompt-too-long"


@pytest.mark.parametrize("path", ["", "/stream", "/similar"])
async def test_a_megabyte_is_refused_everywhere(client: Client, stub: Stub, path: str) -> None:
    response = await client.post(f"/v1/analyses{path}", json={"text": "x" * 1_000_000})

    assert (response.status_code, stub.calls) == (422, [])


async def test_a_summary_is_streamed(client: Client, stub: Stub) -> None:
    response = await client.post("/v1/analyses/stream", json=TEXT)

    assert events_in(response.text)[-1] == "done"
    assert "You said: " in response.text
    assert events_in(response.text)[0] == "delta"


async def test_without_a_model_it_says_so(client: Client, app: FastAPI) -> None:
    assert app.state.llm is None
    for path in ("", "/stream", "/similar"):
        response = await client.post(f"/v1/analyses{path}", json=TEXT)
        assert response.status_code == 503
        assert response.json()["type"] == "/problems/model-unavailable"
