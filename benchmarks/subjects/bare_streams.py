"""FastAPI with a stream of events of its own, and one that is written by hand."""

from collections.abc import AsyncIterator

from events import Reading, readings
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.sse import EventSourceResponse
from schemas import Health

app = FastAPI()


@app.get("/health/live")
async def live() -> Health:
    return Health(status="ok")


@app.get("/readings", response_class=EventSourceResponse)
async def tell() -> AsyncIterator[Reading]:
    async for reading in readings():
        yield reading


@app.get("/written")
async def write() -> StreamingResponse:
    async def lines() -> AsyncIterator[str]:
        async for reading in readings():
            yield f"data: {reading.model_dump_json()}\n\n"

    return StreamingResponse(lines(), media_type="text/event-stream")
