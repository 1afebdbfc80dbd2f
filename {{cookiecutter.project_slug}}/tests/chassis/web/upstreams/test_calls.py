"""What becomes of a call: its answer or a problem, and what is told of it."""

from typing import Any

import pytest

from tests.chassis.outbound.misbehaving import Misbehaving
from tests.support.clients import Client
from tests.support.composition import ReadLog


async def test_a_route_calls_a_service_by_its_name(client: Client) -> None:
    assert (await client.get("/call/number")).json() == 200


@pytest.mark.parametrize(
    ("path", "status", "problem"),
    [
        ("/call/500", 502, "upstream-failed"),
        ("/call/not-http", 502, "upstream-failed"),
        ("/call/wait", 503, "upstream-unavailable"),
        ("/call/504", 504, "upstream-timeout"),
        ("/several", 502, "upstream-failed"),
        ("/fetch?url=http://127.0.0.1/", 422, "url-not-public"),
    ],
)
async def test_its_failure_is_a_problem_without_its_words(
    client: Client, read_log: ReadLog, path: str, status: int, problem: str
) -> None:
    answer = await client.get(path)

    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{problem}")
    assert "hunter2" not in answer.text
    assert "shop" not in answer.text
    (line,) = read_log("request")
    assert line["problem"] == f"/problems/{problem}"
    if status != 422:
        assert line["cause"].startswith("CallError shop: ")
        assert read_log("call failed")


async def test_what_an_upstream_asks_to_wait_the_client_is_told(client: Client) -> None:
    answer = await client.get("/post/wait")

    assert answer.headers["retry-after"] == "7"


async def test_nothing_of_the_request_is_passed_on_but_its_trace(
    client: Client, peer: Misbehaving
) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {
        "Authorization": "Bearer theirs",
        "Cookie": "session=theirs",
        "X-Forwarded-For": "203.0.113.7",
        "traceparent": f"00-{trace}-00f067aa0ba902b7-01",
    }

    answer = await client.get("/call/number", headers=headers)

    (head,) = peer.heads
    names = {line.partition(":")[0] for line in head.splitlines()[1:] if line}
    assert names == {"Host", "User-Agent", "traceparent", "Accept", "Accept-Encoding"}
    (sent,) = [it for it in head.splitlines() if it.startswith("traceparent: ")]
    version, its_trace, span, sampled = sent.removeprefix("traceparent: ").split("-")
    assert (version, its_trace, sampled) == ("00", trace, "01")
    assert span not in answer.headers["traceresponse"]


async def test_health_shows_upstreams_and_calls_none(client: Client, peer: Misbehaving) -> None:
    async def shown() -> Any:
        found = (await client.get("/health")).json()["upstreams"]["shop"]
        return found["status"], found["succeeded_seconds_ago"], found["failed_seconds_ago"]

    assert await shown() == ("unknown", None, None)
    assert peer.counts.total() == 0
    await client.get("/call/number")
    assert (await shown())[0] == "ok"
    await client.get("/call/500")
    assert (await shown())[0] == "unavailable"
    await client.get("/call/404")
    status, succeeded, failed = await shown()
    assert (status, succeeded >= 0, failed >= 0) == ("ok", True, True)
