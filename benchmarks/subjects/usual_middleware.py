"""Request id, timing and logging as most services write them: on BaseHTTPMiddleware."""

import logging
import time
from contextvars import ContextVar
from uuid import uuid4

from fastapi import Request, Response
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint

log = logging.getLogger("usual")
request_id: ContextVar[str] = ContextVar("request_id", default="-")


class RequestIDMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        request_id.set(request.headers.get("X-Request-ID") or str(uuid4()))
        response = await call_next(request)
        response.headers["X-Request-ID"] = request_id.get()
        return response


class TimingMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        started = time.perf_counter()
        response = await call_next(request)
        response.headers["X-Response-Time"] = f"{time.perf_counter() - started:.4f}s"
        return response


class LoggingMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        log.info(
            "%s %s %d %s", request.method, request.url.path, response.status_code, request_id.get()
        )
        return response
