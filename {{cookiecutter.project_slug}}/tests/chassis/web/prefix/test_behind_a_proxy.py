"""A service below a path: each address that it tells leads back to it, whatever the proxy does."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from websockets.sync.client import connect

from tests.support.prefixes import proxy
from tests.support.serving import PATIENCE, Served, serving, until

APP = "tests.chassis.prefixed_app:create_app"
PREFIX = "/api/shop"


@dataclass(frozen=True)
class Public:
    """As clients see it."""

    host: str
    served: Served

    def get(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        """By its public address: with the prefix."""
        given = {"Connection": "close", **headers}
        return httpx.request(method, f"{self.host}{path}", headers=given, timeout=PATIENCE)


@pytest.fixture(scope="module")
def served(database_url: str) -> Iterator[Served]:
    env = {
        "DATABASE_URL": database_url,
        "SERVER_ROOT_PATH": PREFIX,
        "LOG_FORMAT": "json",
        "RATE_LIMIT_ENABLED": "true",
        "RATE_LIMIT_DEFAULT": "1000/second",
        "SERVER_TRUSTED_HOSTS": "127.0.0.1",
    }
    with serving(APP, env=env) as served:
        yield served


@pytest.fixture(scope="module", params=[True, False], ids=["strips", "keeps"])
def public(request: pytest.FixtureRequest, served: Served) -> Iterator[Public]:
    with proxy(PREFIX, served.url, strips=request.param) as host:
        yield Public(host, served)


def test_a_location_leads_to_the_thing_also_when_it_is_told_again(public: Public) -> None:
    key = {"Idempotency-Key": public.host}
    for replayed in (None, "true"):
        response = public.get(f"{PREFIX}/v1/things", "POST", **key)

        assert (response.status_code, response.headers.get("idempotent-replayed")) == (
            201,
            replayed,
        )
        assert response.headers["location"] == f"{PREFIX}/v1/things/7?a=/shop"


def test_a_link_leads_to_the_next_page(public: Public) -> None:
    link = public.get(f"{PREFIX}/v1/things?limit=1").headers["link"]

    assert link == f'<{PREFIX}/v1/things?limit=1&cursor=next>; rel="next"'
    assert public.get(link[1:].partition(">")[0]).status_code == 200


@pytest.mark.parametrize("query", ["", "?whole=1"])
def test_a_redirect_leads_on(public: Public, query: str) -> None:
    response = public.get(f"{PREFIX}/v1/old{query}")

    assert response.status_code == 307
    assert response.headers["location"] == f"{PREFIX}/v1/where"
    assert public.get(response.headers["location"]).status_code == 200


def test_a_redirect_to_another_host_stays_as_it_is(public: Public) -> None:
    assert public.get(f"{PREFIX}/v1/away").headers["location"] == "//other.example/v1/where"


def test_a_problem_names_the_path_that_was_asked_for(public: Public) -> None:
    for path, status in (("/v1/missing", 404), ("/nowhere", 404)):
        problem = public.get(f"{PREFIX}{path}").json()

        assert (problem["status"], problem["instance"]) == (status, f"{PREFIX}{path}")


@pytest.mark.parametrize("path", ["/v1/where", "/inner/where"])
def test_the_framework_tells_the_same_address_in_what_is_mounted_too(
    public: Public, path: str
) -> None:
    told = public.get(f"{PREFIX}{path}").json()

    assert told["path"] == urlsplit(told["named"]).path == f"{PREFIX}{path}"


@pytest.mark.parametrize(("at", "prefix"), [("", PREFIX), ("/inner", f"{PREFIX}/inner")])
def test_the_document_says_where_to_ask(public: Public, at: str, prefix: str) -> None:
    document = public.get(f"{PREFIX}{at}/openapi.json").json()

    assert document["servers"] == [{"url": prefix}]
    path = next(it for it in document["paths"] if it.endswith("/where"))
    asked = document["servers"][0]["url"] + path
    assert public.get(asked).status_code == 200


def test_the_page_for_people_finds_all_it_needs(public: Public) -> None:
    page = f"{PREFIX}/docs"
    text = public.get(page).text
    start = public.get(urljoin(page, "docs/start.js")).text
    addresses = re.findall(r'(?:src|href)="([^"]*)"', text) + re.findall(r'url: "([^"]*)"', start)

    assert len(addresses) == 5
    for address in addresses:
        assert public.get(urljoin(page, address)).status_code == 200


def test_a_websocket_is_reached(public: Public) -> None:
    address = f"{public.host.replace('http', 'ws', 1)}{PREFIX}/v1/echo"
    with connect(address, open_timeout=PATIENCE, close_timeout=PATIENCE) as opened:
        assert opened.recv() == f"{PREFIX}/v1/echo"


def test_a_route_keeps_its_own_limit_and_health_has_none(public: Public) -> None:
    answers = {public.get(f"{PREFIX}/v1/rare").status_code for _ in range(3)}

    assert 429 in answers
    assert public.get(f"{PREFIX}/health/live", Host="elsewhere.example").status_code == 200
    assert public.get(f"{PREFIX}/v1/where", Host="elsewhere.example").status_code == 400


def test_the_log_has_the_template_of_the_route_without_it(public: Public) -> None:
    def lines() -> list[dict[str, Any]]:
        return [it for it in public.served.lines("request") if it["request_id"] == name]

    name = f"templates-{urlsplit(public.host).port}"
    for path, route in (("/v1/where", "/v1/where"), ("/inner/where", "/inner/where")):
        public.get(f"{PREFIX}{path}", **{"X-Request-ID": name})
        assert until(lines)
        assert (lines()[-1]["route"], lines()[-1]["path"]) == (route, f"{PREFIX}{path}")
        name += "-more"


def test_who_asks_past_the_proxy_is_answered_too(served: Served) -> None:
    assert served.get("/health/ready").status_code == 200
    response = httpx.post(f"{served.url}/v1/things", timeout=PATIENCE)
    assert response.headers["location"].startswith(f"{PREFIX}/v1/things/7")
