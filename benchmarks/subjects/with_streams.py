"""The service in this directory, with a stream of events."""

from collections.abc import AsyncIterator

from app import main
from chassis.cli import main as run
from chassis.cli.service import Service
from chassis.web.streams.stream import Stream
from events import readings
from fastapi import FastAPI
from fastapi.sse import EventSourceResponse

create_app = main.create_app


async def tell(stream: Stream) -> AsyncIterator[object]:
    async for event in stream(readings()):
        yield event


def create_app_with_streams() -> FastAPI:
    app = create_app()
    app.get("/readings", response_class=EventSourceResponse)(tell)
    return app


if __name__ == "__main__":
    main.create_app = create_app_with_streams  # what the server imports, in this process
    run(Service("app.main:create_app"))
