"""Each request has its place in a trace: in its log lines and in its response."""

import pytest
import structlog
from fastapi import FastAPI

from tests.support.clients import Client
from tests.support.composition import ReadLog

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize("flags", ["00", "01"])
async def test_the_trace_of_the_caller_is_continued(
    app: FastAPI, client: Client, read_log: ReadLog, flags: str
) -> None:
    @app.get("/work")
    def work() -> None:
        structlog.get_logger().info("from a thread")

    headers = {"traceparent": f"00-{TRACE}-{SPAN}-{flags}"}
    response = await client.get("/work", headers=headers)

    lines = read_log("request") + read_log("from a thread")
    (span_id,) = {line["span_id"] for line in lines}
    assert [line["trace_id"] for line in lines] == [TRACE, TRACE]
    assert span_id != SPAN
    assert response.headers["traceresponse"] == f"00-{TRACE}-{span_id}-{flags}"


@pytest.mark.parametrize("given", [None, f"ff-{TRACE}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01"])
async def test_without_a_valid_one_a_trace_begins(
    client: Client, read_log: ReadLog, given: str | None
) -> None:
    headers = {} if given is None else {"traceparent": given}
    responses = [await client.get("/nowhere", headers=headers) for _ in range(2)]

    lines = read_log("request")
    assert len({line["trace_id"] for line in lines} | {TRACE}) == 3
    for line, response in zip(lines, responses, strict=True):
        expected = f"00-{line['trace_id']}-{line['span_id']}-00"
        assert response.headers["traceresponse"] == expected


async def test_an_error_stands_in_the_trace_as_well(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    @app.get("/crash")
    async def crash() -> None:
        raise RuntimeError

    response = await client.get("/crash", headers={"traceparent": f"00-{TRACE}-{SPAN}-01"})

    (line,) = read_log("unhandled error")
    assert line["trace_id"] == TRACE
    assert response.headers["traceresponse"].startswith(f"00-{TRACE}-{line['span_id']}")
