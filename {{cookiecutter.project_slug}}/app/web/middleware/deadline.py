"""Ends a request that takes too long, and answers one that is cut off because the service stops."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems import DeadlineExceeded, Stopping
from app.web.middleware.logging import is_cancelled
from app.web.problem_response import problem_response


class DeadlineMiddleware:
    """Counts until the response starts: streams and background tasks may take their time."""

    def __init__(self, app: ASGIApp, *, seconds: float) -> None:
        """Zero `seconds` is no deadline."""
        self.app = app
        self.seconds = seconds or None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False
        deadline = asyncio.timeout(self.seconds)

        async def send_and_note(message: Message) -> None:
            nonlocal started
            if not started:
                started = True
                if not deadline.expired():
                    deadline.reschedule(None)
            await send(message)

        try:
            async with deadline:
                await self.app(scope, receive, send_and_note)
        except TimeoutError:
            if started or not deadline.expired():
                raise
            await problem_response(DeadlineExceeded(), scope)(scope, receive, send)
        except asyncio.CancelledError as error:
            if started or not is_cancelled(error) or not scope["app"].state.drain.is_set():
                raise
            await problem_response(Stopping(), scope)(scope, receive, send)
