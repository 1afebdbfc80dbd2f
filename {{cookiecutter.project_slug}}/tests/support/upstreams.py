"""A service that features call, on a real socket: it answers as a test says, and keeps what came.

`docs/calling-others.md` shows a test with it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Received:
    """One request, as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """By their names in small letters."""
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    after: float = 0
    """Seconds until it begins."""


NOT_FOUND = Answer(404, {}, b"{}")


@dataclass
class LocalUpstream:
    """Answers 404 to what no test has given it an answer for."""

    url: str
    goes_away: Callable[[], None]
    """From now on nobody listens; the address stays as it is."""
    received: list[Received] = field(default_factory=list)
    _answers: dict[tuple[str, str], list[Answer]] = field(default_factory=dict)

    def answers(
        self,
        method: str,
        path: str,
        *,
        status: int = 200,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        after: float = 0,
    ) -> None:
        """To the next such request; the last that a test gives stays for all that follow."""
        answer = Answer(status, headers or {}, _dumped(json), after)
        self._answers.setdefault((method, path), []).append(answer)

    def answer_to(self, request: Received) -> Answer:
        self.received.append(request)
        given = self._answers.get((request.method, request.path), [NOT_FOUND])
        return given.pop(0) if len(given) > 1 else given[0]


@contextmanager
def local_upstream() -> Iterator[LocalUpstream]:
    """Until the end of the block; its `url` is for the settings."""
    ends = Event()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            target, headers = urlsplit(self.path), self.headers
            answer = upstream.answer_to(
                Received(
                    method=self.command,
                    path=target.path,
                    query=dict(parse_qsl(target.query)),
                    headers={name.lower(): value for name, value in headers.items()},
                    body=self.rfile.read(int(headers.get("Content-Length", 0))),
                )
            )
            ends.wait(answer.after)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815  how it is asked

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:

        def goes_away() -> None:
            server.shutdown()
            server.socket.close()

        upstream = LocalUpstream(f"http://127.0.0.1:{server.server_port}", goes_away)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield upstream
        finally:
            ends.set()
            server.shutdown()
            thread.join()


def _dumped(value: Any) -> bytes:
    return json.dumps(value).encode()
