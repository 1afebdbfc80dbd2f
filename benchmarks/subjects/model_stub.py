"""A server of language models that says all at once, or one word and no more.

Which, and when who had asked hung up, is in the path; the clock is the same in all processes.
"""

import asyncio
import json
import sys
import time
from typing import cast

SSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"
SILENT = b"Say no more."
"""A prompt with it gets one word, and nothing else."""
hung_up = [0.0]


def chunk(data: object) -> bytes:
    line = f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(line), line)


def word(text: str, end: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": end}
    return chunk({"id": "1", "object": "chat.completion.chunk", "choices": [choice]})


USAGE = chunk({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 20}})
ANSWER = b"".join(
    [SSE, *(word(f"word {n} ") for n in range(20)), word("", "stop"), USAGE, chunk("[DONE]"), END]
)


class Model(asyncio.Protocol):
    """Requests come one after the other, and end with their body."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.WriteTransport", transport)
        self.received = b""
        self.is_silent = False

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, end, body = self.received.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if not end or len(body) < int(length or 0):
            return
        self.received = b""
        if head.startswith(b"GET"):
            told = json.dumps(hung_up[0]).encode()
            self.transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(told) + told
            )
            return
        self.is_silent = SILENT in body
        self.transport.write(SSE + word("One ") if self.is_silent else ANSWER)

    def connection_lost(self, _: Exception | None) -> None:
        if self.is_silent:
            hung_up[0] = time.monotonic()


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Model, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
