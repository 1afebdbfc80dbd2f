"""The protocol of OpenAI, as far as the service speaks it."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tools.llm_stub.answers import filled_in, vector, words

PAUSE = 0.05
"""Seconds between two words, so that a stream can be seen."""


def usage(prompt: Any, answer: str) -> dict[str, int]:
    tokens, said = len(json.dumps(prompt)) // 4, len(answer) // 4
    return {"prompt_tokens": tokens, "completion_tokens": said, "total_tokens": tokens + said}


async def completions(request: Request) -> Response:
    asked = await request.json()
    if asked.get("stream"):
        return StreamingResponse(chunks(asked), media_type="text/event-stream")
    form = asked.get("response_format", {}).get("json_schema", {}).get("schema")
    messages = asked["messages"]
    text = "".join(words(messages)) if form is None else json.dumps(filled_in(form))
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return JSONResponse({"id": "stub", "choices": [choice], "usage": usage(messages, text)})


async def chunks(asked: dict[str, Any]) -> AsyncIterator[str]:
    said = list(words(asked["messages"]))
    for word in said:
        yield _event({"index": 0, "delta": {"content": word}, "finish_reason": None})
        await asyncio.sleep(PAUSE)
    yield _event({"index": 0, "delta": {}, "finish_reason": "stop"})
    told = {"choices": [], "usage": usage(asked["messages"], "".join(said))}
    yield f"data: {json.dumps(told)}\n\ndata: [DONE]\n\n"


def _event(choice: dict[str, Any]) -> str:
    return f"data: {json.dumps({'id': 'stub', 'choices': [choice]})}\n\n"


async def embeddings(request: Request) -> Response:
    texts = (await request.json())["input"]
    data = [{"index": n, "embedding": vector(text)} for n, text in enumerate(texts)]
    return JSONResponse({"object": "list", "data": data, "usage": usage(texts, "")})


app = Starlette(
    routes=[
        Route("/v1/chat/completions", completions, methods=["POST"]),
        Route("/v1/embeddings", embeddings, methods=["POST"]),
    ]
)
