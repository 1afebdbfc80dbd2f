"""How WebSockets are counted: a handshake is a request, and those that are open are a gauge."""

from collections.abc import Iterator

import pytest

from tests.chassis.observability.scraping import Scrape, scrape
from tests.chassis.talking import Talk, talking
from tests.support.serving import until

ECHO = {"method": "GET", "route": "/ws/echo/{room}"}


@pytest.fixture
def talk(database_url: str) -> Iterator[Talk]:
    env = {"METRICS_ENABLED": "true", "METRICS_PORT": ""}
    with talking(DATABASE_URL=database_url, **env) as talk:
        yield talk


def scraped(talk: Talk) -> Scrape:
    return scrape(f"{talk.served.url}/metrics")


def test_those_that_are_open_are_counted(talk: Talk) -> None:
    with talk.open("/ws/echo/1") as one, talk.open("/ws/echo/2"):
        assert scraped(talk).all("websockets_open") == [2]
        assert scraped(talk).all("websockets_open", route="/ws/echo/{room}") == [2]
        one.close()
        assert until(lambda: scraped(talk).all("websockets_open") == [1])

    assert until(lambda: scraped(talk).all("websockets_open") == [0])


def test_a_handshake_is_a_request_that_ends_when_it_is_answered(talk: Talk) -> None:
    with talk.open("/ws/echo/1"):
        found = scraped(talk)
        assert found.all("http_requests_total", **ECHO, status="101") == [1]
        assert found.all("http_request_duration_seconds_count", **ECHO, status="101") == [1]
        assert found.all("http_requests_in_progress", method="GET") == [1]  # the scrape itself

    talk.refused("/ws/refuse/forbidden")
    talk.refused("/ws/nowhere")
    talk.closed("/ws/fail/defect")

    found = scraped(talk)
    assert found.all("http_requests_total", route="/ws/refuse/{kind}", status="403") == [1]
    assert found.all("http_requests_total", route="unmatched", status="404") == [1]
    assert found.all("http_requests_total", route="/ws/fail/{kind}", status="101") == [1]
    assert until(lambda: scraped(talk).total("websockets_open") == 0)


def test_one_that_is_never_answered_is_a_failure(talk: Talk) -> None:
    talk.refused("/ws/forgotten")

    counted = scraped(talk).all("http_requests_total", route="/ws/forgotten", status="500")
    assert counted == [1]
