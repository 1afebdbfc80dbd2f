"""A service that calls another one, served as in production, until it is stopped."""

import json
import signal

from tests.support.serving import serving
from tests.support.upstreams import local_upstream

FACTORY = "tests.chassis.web.upstreams.calling:create_app"


def test_it_calls_until_it_stops_and_closes_what_it_had_open(database_url: str) -> None:
    with local_upstream() as shop:
        shop.answers("GET", "/number", json=7)
        env = {
            "DATABASE_URL": database_url,
            "LOG_FORMAT": "json",
            "OUTBOUND_UPSTREAMS": json.dumps({"shop": shop.url}),
            "OUTBOUND_TIMEOUT": "60",
            "OUTBOUND_CONNECT_TIMEOUT": "60",
        }
        with serving(FACTORY, env=env) as served:
            answers = [served.get("/call/number").json() for _ in range(3)]
            refused = served.get("/call/nothing")
            served.stop(signal.SIGTERM)
            log = served.log()

    assert answers == [200, 200, 200]
    assert refused.json()["type"] == "/problems/upstream-failed"
    assert shop.received[0].headers["user-agent"].count("/") == 1
    assert "Unclosed" not in log
    assert "Traceback" not in log
