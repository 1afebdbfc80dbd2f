"""A server of language models over real sockets, which does what a test wants: well, or badly."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

Writer = asyncio.StreamWriter
Behaviour = Callable[["Upstream", Writer, Any], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: "


class Upstream:
    """Counts calls, and notes when whoever called has hung up."""

    url = ""

    def __init__(self, *behaviours: Behaviour) -> None:
        """One for each call, in this order; the last one for all that follow."""
        self.behaviours = list(behaviours)
        self.calls: list[dict[str, Any]] = []
        self.hung_up = asyncio.Event()
        self.open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        self.open += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
            body = json.loads(await reader.readexactly(length))
            behaviour = self.behaviours[min(len(self.calls), len(self.behaviours) - 1)]
            self.calls.append(body)
            answering = asyncio.ensure_future(behaviour(self, writer, body))
            leaving = asyncio.ensure_future(reader.read())
            await asyncio.wait([answering, leaving], return_when=asyncio.FIRST_COMPLETED)
            if leaving.done():
                self.hung_up.set()
            for task in (answering, leaving):
                task.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.hung_up.set()
        finally:
            self.open -= 1
            writer.close()


@asynccontextmanager
async def upstream(*behaviours: Behaviour) -> AsyncIterator[Upstream]:
    found = Upstream(*behaviours)
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0, limit=2**24)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield found
    finally:
        server.close()


def event(data: Any) -> bytes:
    return b"data: " + (data if isinstance(data, bytes) else json.dumps(data).encode()) + b"\n\n"


def chunk(text: str, end: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": end}
    return event({"id": "1", "object": "chat.completion.chunk", "choices": [choice]})


USAGE = event({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}})


async def _send(writer: Writer, *parts: bytes) -> None:
    for part in parts:
        writer.write(part)
        await writer.drain()


def streams(*words: str) -> Behaviour:
    async def behave(_: Upstream, writer: Writer, __: Any) -> None:
        await _send(writer, OK + b"text/event-stream\r\n\r\n", *map(chunk, words))
        await _send(writer, chunk("", "stop"), USAGE, event(b"[DONE]"))

    behave.__name__ = f"streams {words}"
    return behave


def silent_after(*words: str) -> Behaviour:
    async def behave(_: Upstream, writer: Writer, __: Any) -> None:
        if words:
            await _send(writer, OK + b"text/event-stream\r\n\r\n", *map(chunk, words))
        await asyncio.Event().wait()

    behave.__name__ = f"silent after {words}"
    return behave


def cut_after(*words: str) -> Behaviour:
    """In the middle of a chunk of the body."""

    async def behave(_: Upstream, writer: Writer, __: Any) -> None:
        head = OK + b"text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        body = b"".join(map(chunk, words))
        whole = f"{len(body):x}\r\n".encode() + body + b"\r\n" if body else b""
        await _send(writer, head + whole + b"ff\r\ndata")

    behave.__name__ = f"cut after {words}"
    return behave


def ends_after(*words: str) -> Behaviour:
    """In order, but without the end of an answer."""

    async def behave(_: Upstream, writer: Writer, __: Any) -> None:
        await _send(writer, OK + b"text/event-stream\r\n\r\n", *map(chunk, words))

    behave.__name__ = f"ends after {words}"
    return behave


def garbage_after(*words: str) -> Behaviour:
    async def behave(_: Upstream, writer: Writer, __: Any) -> None:
        await _send(writer, OK + b"text/event-stream\r\n\r\n", *map(chunk, words))
        await _send(writer, event(b"{a secret of the answer"))

    behave.__name__ = f"garbage after {words}"
    return behave


def endless(word: str) -> Behaviour:
    async def behave(_: Upstream, writer: Writer, __: Any) -> None:
        await _send(writer, OK + b"text/event-stream\r\n\r\n")
        while True:
            await _send(writer, chunk(word))
            await asyncio.sleep(0)

    behave.__name__ = f"endless {word}"
    return behave


def raw(body: bytes, kind: str = "text/event-stream") -> Behaviour:
    async def behave(_: Upstream, writer: Writer, __: Any) -> None:
        head = f"{kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        await _send(writer, OK + head + body)

    behave.__name__ = f"raw {body[:24]!r}"
    return behave


def status(number: int, headers: str = "") -> Behaviour:
    async def behave(_: Upstream, writer: Writer, __: Any) -> None:
        body = b'{"error": {"message": "the text of the server"}}'
        head = f"HTTP/1.1 {number} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
        await _send(writer, f"{head}Content-Type: application/json\r\n{headers}\r\n".encode(), body)

    behave.__name__ = f"status {number}"
    return behave


def completes(text: Any) -> Behaviour:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}}
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    body = {"id": "1", "choices": [choice | {"finish_reason": "stop"}], "usage": usage}
    return raw(json.dumps(body).encode(), "application/json")


def embeds(*vectors: list[float]) -> Behaviour:
    data = [{"index": n, "embedding": vector} for n, vector in enumerate(vectors)]
    body = {"object": "list", "data": data, "usage": {"prompt_tokens": 4, "total_tokens": 4}}
    return raw(json.dumps(body).encode(), "application/json")
