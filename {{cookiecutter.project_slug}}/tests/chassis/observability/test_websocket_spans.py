"""A WebSocket is one span from its handshake to its end."""

from tests.chassis.observability.collector import attributes, collecting
from tests.chassis.talking import talking

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
ERROR = 2


def test_a_websocket_is_a_span_in_the_callers_trace(database_url: str) -> None:
    with collecting() as collector:
        env = {"DATABASE_URL": database_url, "TRACING_ENDPOINT": collector.url}
        with talking(**env) as talk:
            with talk.open("/ws/return?token=hunter2", traceparent=f"00-{TRACE}-{SPAN}-01"):
                pass
            talk.closed("/ws/fail/defect")
            talk.closed("/ws/fail/not-found")
            talk.served.stop()
        spans = {attributes(span)["url.path"]: span for span in collector.spans}

    span = spans["/ws/return"]
    assert (span.name, span.status.code) == ("GET /ws/return", 0)
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, SPAN)
    assert attributes(span) == {
        "http.request.method": "GET",
        "http.route": "/ws/return",
        "http.response.status_code": 101,
        "url.path": "/ws/return",
        "url.scheme": "ws",
        "client.address": "127.0.0.1",
    }
    assert spans["/ws/fail/defect"].status.code == ERROR
    assert spans["/ws/fail/not-found"].status.code == 0
